//! The clerk at the kiosk: log-in, what is open and what helps, and the kiosk opened again when nobody is there.

use anyhow::{Result, ensure};

use super::{
    parking::{code_of, enter_code},
    swap::{RECEIVER, interrupted},
};
use crate::support::{SOON, World, moves, papers};

/// Wrong PINs until the number is shut.
const TRIES: usize = 5;

#[test]
fn wrong_pins_shut_the_number_and_no_other() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    kiosk.tap("Staff")?;
    moves::log_in_at_kiosk(&mut kiosk, "9999")?;
    for _ in 1..TRIES {
        kiosk.wait("Number or PIN is not right.", SOON)?;
        kiosk.command("type 9999")?;
        kiosk.gone("Number or PIN is not right.", SOON)?;
        kiosk.tap("Log in")?;
    }
    kiosk.wait("Number or PIN is not right.", SOON)?;
    kiosk.command("type 1111")?;
    kiosk.tap("Log in")?;
    kiosk.wait("Too many tries. Please wait a while.", SOON)?;
    ensure!(!moves::sees(&mut kiosk, "Log out")?);

    kiosk.tap("Clerk's number")?;
    kiosk.command("key backspace")?;
    kiosk.command("type 2")?;
    kiosk.tap("PIN")?;
    kiosk.command("type 2222")?;
    kiosk.tap("Log in")?;
    kiosk.wait("Nothing is open here", SOON)
}

#[test]
fn what_is_open_says_what_it_waits_for_and_the_one_thing_that_helps_helps() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = interrupted(&world)?;
    ensure!(
        !moves::sees(&mut kiosk, "Let other kiosks go on")?,
        "nobody is logged in"
    );
    kiosk.tap("Staff: log in")?;
    moves::log_in_at_kiosk(&mut kiosk, "1111")?;
    kiosk.wait("1 open handover", SOON)?;
    kiosk.wait("Waits for the other card", SOON)?;
    kiosk.tap("Lay the card, From card 0007")?;
    kiosk.tap("Finish: lay card B")?;
    moves::lay(&mut kiosk, RECEIVER)?;
    kiosk.wait("2 tickets are on card B", SOON)?;
    kiosk.tap("Finish")?;
    kiosk.wait("Nothing is open here", SOON)?;
    moves::lift(&mut kiosk, RECEIVER)?;
    ensure!(world.live_on(RECEIVER)?.len() == 2);
    Ok(())
}

#[test]
fn opened_again_with_nobody_there_the_kiosk_prints_the_code_that_fetches_them_anywhere()
-> Result<()> {
    let world = World::open()?;
    let mut kiosk = interrupted(&world)?;
    kiosk.tap("Nobody here: open the kiosk")?;
    kiosk.tap("English")?;
    kiosk.wait("Buy tickets", SOON)?;
    let slips = papers::wait_for(&world.theatre.papers(), 1)?;
    let code = code_of(&slips[0])?;

    let mut second = world.kiosk("kiosk-2")?;
    enter_code(&mut second, &code)?;
    second.tap("銀河鉄道の夜, Ready for pick-up")?;
    second.wait("Lay your card", SOON)?;
    moves::lay(&mut second, RECEIVER)?;
    second.wait("Your tickets are on your card", SOON)?;
    moves::lift(&mut second, RECEIVER)?;
    ensure!(world.live_on(RECEIVER)?.len() == 2);
    Ok(())
}
