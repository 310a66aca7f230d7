//! Another kiosk goes on with what the first one has let go of: by card or by code, once.

use anyhow::{Result, ensure};
use kippu_stage::hand::Hand;

use super::{
    parking::{code_of, code_on, enter_code, mistyped},
    swap::{GIVER, RECEIVER, interrupted},
};
use crate::support::{SOON, World, moves, papers};

/// The clerk of the first kiosk lets go of them; the code.
fn let_go(world: &World, kiosk: &mut Hand) -> Result<String> {
    kiosk.tap("Staff: log in")?;
    moves::log_in_at_kiosk(kiosk, "1111")?;
    kiosk.tap("Lay the card, From card")?;
    kiosk.wait("An open handover", SOON)?;
    kiosk.tap("Let other kiosks go on")?;
    kiosk.wait("Another kiosk can go on", SOON)?;
    let code = code_on(kiosk)?;
    let slip = papers::wait_for(&world.theatre.papers(), 1)?;
    ensure!(code_of(&slip[0])? == code);
    kiosk.tap("Finish")?;
    kiosk.wait("Nothing is open here", SOON)?;
    moves::log_out(kiosk)?;
    Ok(code)
}

#[test]
fn the_card_goes_on_elsewhere_after_the_first_kiosk_let_go_and_not_before() -> Result<()> {
    let world = World::open()?;
    let before = world.live_on(GIVER)?.len();
    let mut first = interrupted(&world)?;
    let mut second = world.kiosk("kiosk-2")?;
    moves::lay(&mut second, GIVER)?;
    let still_there = "銀河鉄道の夜, Still at kiosk-1";
    second.wait(still_there, SOON)?;
    second.tap(still_there)?;
    second.wait("Which would you like?", SOON)?;
    moves::lift(&mut second, GIVER)?;
    moves::finish(&mut second)?;

    let_go(&world, &mut first)?;
    moves::lay(&mut second, GIVER)?;
    second.tap("銀河鉄道の夜, Can go on here")?;
    second.wait("2 tickets are back on card A", SOON)?;
    moves::lift(&mut second, GIVER)?;
    ensure!(world.live_on(GIVER)?.len() == before);
    Ok(())
}

#[test]
fn the_code_goes_on_elsewhere_once_and_its_mistyping_is_noticed() -> Result<()> {
    let world = World::open()?;
    let mut first = interrupted(&world)?;
    let code = let_go(&world, &mut first)?;
    let mut second = world.kiosk("kiosk-2")?;
    enter_code(&mut second, &mistyped(&code)?)?;
    second.wait("One digit is not right. Please compare.", SOON)?;
    second.tap("Back")?;
    second.tap("English")?;

    enter_code(&mut second, &code)?;
    second.tap("銀河鉄道の夜, Can go on here")?;
    second.wait("Swap the cards", SOON)?;
    moves::lay(&mut second, RECEIVER)?;
    second.wait("2 tickets are on card B", SOON)?;
    moves::lift(&mut second, RECEIVER)?;
    moves::finish(&mut second)?;
    ensure!(world.live_on(RECEIVER)?.len() == 2);

    for kiosk in [&mut second, &mut first] {
        enter_code(kiosk, &code)?;
        kiosk.wait("Nothing waits under this code any more.", SOON)?;
    }
    Ok(())
}

#[test]
fn of_two_kiosks_with_the_same_code_one_goes_on() -> Result<()> {
    let world = World::open()?;
    let mut first = interrupted(&world)?;
    let code = let_go(&world, &mut first)?;
    let mut second = world.kiosk("kiosk-2")?;
    let goes_on = "銀河鉄道の夜, Can go on here";
    for kiosk in [&mut first, &mut second] {
        enter_code(kiosk, &code)?;
        kiosk.wait(goes_on, SOON)?;
    }
    second.tap(goes_on)?;
    second.wait("Swap the cards", SOON)?;
    first.tap(goes_on)?;
    first.wait(
        "Another kiosk was quicker, or it was fetched already.",
        SOON,
    )?;
    moves::lay(&mut second, RECEIVER)?;
    second.wait("2 tickets are on card B", SOON)?;
    moves::lift(&mut second, RECEIVER)?;
    ensure!(world.live_on(RECEIVER)?.len() == 2);
    Ok(())
}
