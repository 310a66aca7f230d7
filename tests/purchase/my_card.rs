//! "What is on my card?", with and without the platform.

use anyhow::Result;

use crate::support::{CARD, SOON, World, moves};

#[test]
fn a_card_is_read_with_no_platform() -> Result<()> {
    let mut world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    let order = world.paid_order(CARD, 2)?;
    moves::enter_slip(&mut kiosk, &order.slip)?;
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    moves::lift(&mut kiosk, CARD)?;
    moves::finish(&mut kiosk)?;

    let row = order.seats[0].row.clone();
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait("On your card", SOON)?;
    kiosk.wait("2 tickets", SOON)?;
    kiosk.wait(&row, SOON)?;
    moves::lift(&mut kiosk, CARD)?;
    kiosk.tap("English")?;

    world.theatre.stop_platform();
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait("As the card says; there is no connection just now.", SOON)?;
    kiosk.wait("2 tickets", SOON)?;
    kiosk.wait(&row, SOON)?;
    Ok(())
}

#[test]
fn an_empty_card_says_so() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    kiosk.tap("See my card")?;
    kiosk.wait("Lay your card", SOON)?;
    moves::lay(&mut kiosk, "chiyo-2k")?;
    kiosk.wait("There is no ticket on this card", SOON)
}
