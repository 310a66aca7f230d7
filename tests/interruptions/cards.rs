//! Cards at the second lay that are not what was expected.

use anyhow::Result;
use kippu_api::orders::OrderState;
use kippu_stage::hand::Hand;

use super::exactly_once::written_once;
use crate::support::{CARD, SOON, World, moves};

/// A kiosk that waits for the card of a paid order.
fn waiting_for(world: &World, slip: &str) -> Result<Hand> {
    let mut kiosk = world.kiosk("kiosk-1")?;
    moves::enter_slip(&mut kiosk, slip)?;
    kiosk.wait("Lay your card again", SOON)?;
    Ok(kiosk)
}

#[test]
fn a_mute_card_is_laid_again() -> Result<()> {
    let world = World::open()?;
    let order = world.paid_order(CARD, 1)?;
    let mut kiosk = waiting_for(&world, &order.slip)?;
    world.plan_fault(CARD, r#"{"mute_at_exchange": 9}"#)?;
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait("The card does not answer", SOON)?;
    kiosk.wait("We keep your ticket", SOON)?;
    moves::lift(&mut kiosk, CARD)?;
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    moves::lift(&mut kiosk, CARD)?;
    written_once(&world, &order, CARD)
}

#[test]
fn another_card_is_noticed_and_the_right_one_still_gets_the_ticket() -> Result<()> {
    let world = World::open()?;
    let order = world.paid_order(CARD, 1)?;
    let mut kiosk = waiting_for(&world, &order.slip)?;
    moves::lay(&mut kiosk, "ben-8k")?;
    kiosk.wait("This is a different card", SOON)?;
    kiosk.wait("Please lay the card you began with.", SOON)?;
    moves::lift(&mut kiosk, "ben-8k")?;
    assert!(world.live_on("ben-8k")?.is_empty());
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    moves::lift(&mut kiosk, CARD)?;
    written_once(&world, &order, CARD)
}

#[test]
fn another_card_may_take_the_first_ones_place() -> Result<()> {
    let world = World::open()?;
    let order = world.paid_order(CARD, 1)?;
    let mut kiosk = waiting_for(&world, &order.slip)?;
    moves::lay(&mut kiosk, "ben-8k")?;
    kiosk.tap("Use this card instead")?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    moves::lift(&mut kiosk, "ben-8k")?;
    assert!(world.live_on(CARD)?.is_empty());
    written_once(&world, &order, "ben-8k")
}

#[test]
fn what_a_full_card_cannot_take_waits_and_goes_to_another_card() -> Result<()> {
    const NEARLY_FULL: &str = "nearly-full-2k";
    let world = World::open()?;
    // The kiosk would have refused this card before the payment: it was filled since.
    let order = world.paid_order(CARD, 2)?;
    let before = world.live_on(NEARLY_FULL)?;
    let mut kiosk = waiting_for(&world, &order.slip)?;
    moves::lay(&mut kiosk, NEARLY_FULL)?;
    kiosk.tap("Use this card instead")?;
    kiosk.wait("There is room for only 1 ticket", SOON)?;
    kiosk.tap("Keep them for pick-up")?;
    kiosk.gone("There is room for only 1 ticket", SOON)?;
    moves::lift(&mut kiosk, NEARLY_FULL)?;
    assert_eq!(world.live_on(NEARLY_FULL)?, before, "nothing was written");
    assert_eq!(world.order_now(&order)?.state, OrderState::Paid);

    kiosk.tap("English")?;
    moves::enter_slip(&mut kiosk, &order.slip)?;
    kiosk.wait("Lay your card again", SOON)?;
    moves::lay(&mut kiosk, CARD)?;
    kiosk.tap("Use this card instead")?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    moves::lift(&mut kiosk, CARD)?;
    written_once(&world, &order, CARD)
}
