//! A ticket of a card becomes paper: never both, never neither.

use anyhow::{Result, ensure};
use kippu_stage::hand::Hand;

use super::swap::{GIVER, choose};
use crate::support::{SOON, World, moves, papers};

/// From the first screen to the printer.
pub fn convert(kiosk: &mut Hand) -> Result<()> {
    kiosk.tap("Make a paper ticket")?;
    moves::lay(kiosk, GIVER)?;
    kiosk.wait("Which go onto paper?", SOON)?;
    choose(kiosk, 1)?;
    kiosk.tap("Print 1 ticket")?;
    kiosk.tap("Yes, make paper")
}

#[test]
fn a_ticket_leaves_the_card_and_comes_out_with_its_code() -> Result<()> {
    let world = World::open()?;
    let before = world.live_on(GIVER)?.len();
    let mut kiosk = world.kiosk("kiosk-1")?;
    convert(&mut kiosk)?;
    kiosk.wait("Your paper ticket is ready", SOON)?;
    let paper = papers::wait_for(&world.theatre.papers(), 1)?;
    let codes = papers::scan(&paper[0])?;
    ensure!(
        codes.iter().any(|code| code.starts_with("QR-Code:KIPPU")),
        "{codes:?}"
    );
    moves::lift(&mut kiosk, GIVER)?;
    ensure!(world.live_on(GIVER)?.len() == before - 1);
    Ok(())
}

#[test]
fn with_no_paper_nothing_is_lost_and_printing_goes_on() -> Result<()> {
    let mut world = World::open()?;
    world.theatre.tell_printer("paper-out")?;
    let before = world.live_on(GIVER)?.len();
    let mut kiosk = world.kiosk("kiosk-1")?;
    convert(&mut kiosk)?;
    kiosk.gone("Yes, make paper", SOON)?;
    ensure!(papers::pictures(&world.theatre.papers())?.is_empty());
    world.theatre.tell_printer("paper-in")?;
    // The kiosk notices by itself, or somebody touches the key it offers.
    if kiosk.wait("Your paper ticket is ready", 5).is_err() {
        kiosk.tap("Try again")?;
    }
    kiosk.wait("Your paper ticket is ready", SOON)?;
    ensure!(papers::wait_for(&world.theatre.papers(), 1)?.len() == 1);
    moves::lift(&mut kiosk, GIVER)?;
    ensure!(world.live_on(GIVER)?.len() == before - 1);
    Ok(())
}
