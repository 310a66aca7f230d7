//! A paper the printer never spoke for: a clerk looks and says, once, whether it came out (R16).

use anyhow::{Context, Result, ensure};
use kippu_api::parcels::PassageKind;
use kippu_stage::hand::Hand;
use kippu_ticket::paper::PaperTicket;

use super::{paper::convert, swap::GIVER};
use crate::support::{SOON, World, moves, papers};

/// One ticket is off its card, its paper began to be printed, and in the middle of it the printer stopped.
fn unconfirmed(world: &mut World, printer: &str) -> Result<Hand> {
    world.theatre.tell_printer(printer)?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    convert(&mut kiosk)?;
    kiosk.wait("Please ask the staff", SOON)?;
    kiosk.wait("A paper is being checked", SOON)?;
    Ok(kiosk)
}

/// What the platform says happened to the giver's tickets as paper, newest first.
fn as_paper(world: &World) -> Result<Vec<PassageKind>> {
    let client = world.client("kiosk-1")?;
    let history = world.run(client.card_history(world.uid(GIVER)?))?;
    let stations = history.iter().map(|passage| passage.what);
    Ok(stations
        .filter(|what| matches!(what, PassageKind::Printed | PassageKind::PaperVoid))
        .collect())
}

#[test]
fn it_came_out_and_is_the_ticket_and_nobody_is_asked_again() -> Result<()> {
    let mut world = World::open()?;
    let before = world.live_on(GIVER)?.len();
    let mut kiosk = unconfirmed(&mut world, "after 3000 cover-open")?;
    world.theatre.tell_printer("cover-close")?;
    kiosk.tap("Staff: log in")?;
    moves::log_in_at_kiosk(&mut kiosk, "1111")?;
    kiosk.wait("Has this paper come out?", SOON)?;
    kiosk.tap("Yes, it came out")?;
    kiosk.wait("Your paper ticket is ready", SOON)?;
    kiosk.tap("Finish")?;
    // Nothing is left that could be answered otherwise, now or after a restart.
    kiosk.wait("Nothing is open here", SOON)?;
    moves::lift(&mut kiosk, GIVER)?;
    kiosk.kill();
    let mut kiosk = world.kiosk("kiosk-1")?;
    kiosk.wait("Buy tickets", SOON)?;

    ensure!(world.live_on(GIVER)?.len() == before - 1);
    let printed = papers::pictures(&world.theatre.papers())?;
    ensure!(printed.len() == 1, "{printed:?}");
    ensure!(as_paper(&world)? == [PassageKind::Printed]);
    Ok(())
}

#[test]
fn it_did_not_come_out_and_after_a_restart_another_number_is_printed() -> Result<()> {
    let mut world = World::open()?;
    let before = world.live_on(GIVER)?.len();
    let kiosk = unconfirmed(&mut world, "after 3000 paper-out")?;
    kiosk.kill();
    world.theatre.tell_printer("paper-in")?;

    let mut kiosk = world.kiosk("kiosk-1")?;
    kiosk.wait("A handover was interrupted", SOON)?;
    kiosk.wait("Finish: answer for the paper", SOON)?;
    let parts = papers::pictures(&world.theatre.papers())?.len();
    ensure!(parts == 1, "nothing is printed again by itself");
    kiosk.tap("Finish: answer for the paper")?;
    moves::log_in_at_kiosk(&mut kiosk, "1111")?;
    kiosk.wait("Has this paper come out?", SOON)?;
    let void = number_asked_for(&mut kiosk)?;
    kiosk.tap("No, it did not come out")?;
    kiosk.wait("Your paper ticket is ready", SOON)?;

    let printed = papers::wait_for(&world.theatre.papers(), 2)?;
    let codes = papers::scan(&printed[1])?;
    let code = codes
        .iter()
        .find_map(|code| code.strip_prefix("QR-Code:"))
        .context("a code")?;
    let paper = PaperTicket::from_code(code)?;
    ensure!(
        kippu_ticket::paper::SerialText(paper.serial).to_string() != void,
        "{void}"
    );
    ensure!(world.live_on(GIVER)?.len() == before - 1);
    let told = as_paper(&world)?;
    ensure!(
        told == [PassageKind::Printed, PassageKind::PaperVoid],
        "{told:?}"
    );
    Ok(())
}

/// The number of the paper that is asked about.
fn number_asked_for(kiosk: &mut Hand) -> Result<String> {
    let labels = kiosk.labels()?;
    let mut labels = labels.split(" | ");
    labels.find(|label| *label == "Paper number");
    Ok(labels.next().context("a paper's number")?.to_owned())
}
