//! Cards that cannot take tickets, at the first lay: before anything is paid.

use anyhow::Result;
use kippu_stage::hand::Hand;

use crate::support::{CARD, SOON, World, moves};

/// A kiosk that waits for the card of two chosen seats.
fn waiting(world: &World) -> Result<Hand> {
    let mut kiosk = world.kiosk("kiosk-1")?;
    moves::choose_best(&mut kiosk, 2)?;
    kiosk.tap("Go on to pay")?;
    kiosk.wait("Lay your card", SOON)?;
    Ok(kiosk)
}

/// Lays the card, sees its screen, and goes on with a good card to the slip.
fn refused(card: &str, screen: &str, advice: &str) -> Result<()> {
    let world = World::open()?;
    let mut kiosk = waiting(&world)?;
    moves::lay(&mut kiosk, card)?;
    kiosk.wait(screen, SOON)?;
    kiosk.wait(advice, SOON)?;
    kiosk.wait("Nothing is charged yet", SOON)?;
    moves::lift(&mut kiosk, card)?;
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait("Waiting for the register", SOON)
}

#[test]
fn blank() -> Result<()> {
    refused(
        "blank-4k",
        "This card is not set up yet",
        "Staff can set it up. You can lay another card.",
    )
}

#[test]
fn another_systems() -> Result<()> {
    refused(
        "foreign-4k",
        "This card is from another system",
        "Please lay a card of this service.",
    )
}

#[test]
fn with_too_little_room() -> Result<()> {
    refused(
        "nearly-full-2k",
        "There is room for only 1 ticket",
        "1 place short",
    )
}

#[test]
fn mute() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = waiting(&world)?;
    world.plan_fault(CARD, r#"{"mute_at_exchange": 3}"#)?;
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait("The card does not answer", SOON)?;
    kiosk.wait("Lift it, lay it flat and alone.", SOON)?;
    moves::lift(&mut kiosk, CARD)?;
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait("Waiting for the register", SOON)
}
