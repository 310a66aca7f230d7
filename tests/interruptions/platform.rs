//! The platform away, slow or started again, at each step of the road.

use anyhow::Result;
use kippu_api::orders::OrderState;

use super::exactly_once::written_once;
use crate::support::{
    CARD, SOON, World,
    line::{Line, Side},
    moves,
};

#[test]
fn away_at_each_step_and_back_again() -> Result<()> {
    let mut world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    kiosk.tap("Buy tickets")?;
    kiosk.wait(moves::PLAY_TITLE, SOON)?;

    // Seats of an event.
    world.theatre.stop_platform();
    kiosk.tap(moves::PLAY_TITLE)?;
    kiosk.wait("No connection just now", SOON)?;
    kiosk.wait("No seats were taken", SOON)?;
    world.theatre.start_platform()?;
    kiosk.tap("Try again")?;
    kiosk.tap(moves::PLAY_TITLE)?;
    kiosk.tap("Best seats")?;
    kiosk.wait("Find 2 seats", SOON)?;

    // Holding them.
    world.theatre.stop_platform();
    kiosk.tap("Find 2 seats")?;
    kiosk.wait("No connection. Nothing was held. Please try again.", SOON)?;
    world.theatre.start_platform()?;
    kiosk.tap("Find 2 seats")?;
    kiosk.wait("Please check", SOON)?;

    // Checking the card and ordering.
    kiosk.tap("Go on to pay")?;
    kiosk.wait("Lay your card", SOON)?;
    world.theatre.stop_platform();
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait("The card cannot be checked. Please try again.", SOON)?;
    kiosk.wait("Your 2 seats are held", SOON)?;
    world.theatre.start_platform()?;
    kiosk.tap("Try again")?;
    kiosk.wait("Waiting for the register", SOON)?;
    let slip = moves::slip_number(&mut kiosk)?;
    moves::lift(&mut kiosk, CARD)?;

    // Waiting for the payment: not knowing is shown as that.
    world.theatre.stop_platform();
    kiosk.wait("We are checking. Do not pay twice.", SOON)?;
    world.theatre.start_platform()?;
    kiosk.wait("Waiting for the register", SOON)?;
    let order = world.order_by_slip(&slip)?;
    world.pay(&order)?;
    kiosk.wait("Lay your card again", SOON)?;

    // Writing.
    world.theatre.stop_platform();
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait("No connection just now", SOON)?;
    kiosk.wait("We keep your 2 tickets", SOON)?;
    world.theatre.start_platform()?;
    kiosk.tap("Try again")?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    moves::lift(&mut kiosk, CARD)?;
    written_once(&world, &order, CARD)
}

#[test]
fn a_written_ticket_is_reported_when_the_platform_is_back() -> Result<()> {
    let mut world = World::open()?;
    let line = Line::to(world.theatre.platform_url())?;
    let mut kiosk = world.theatre.terminal_via("kiosk", "kiosk-1", line.url())?;
    kiosk.tap("English")?;
    let order = world.paid_order(CARD, 1)?;
    moves::enter_slip(&mut kiosk, &order.slip)?;
    kiosk.wait("Lay your card again", SOON)?;
    line.hold("/reports", Side::Request);
    moves::lay(&mut kiosk, CARD)?;
    line.wait_held()?;
    world.theatre.stop_platform();
    line.release();
    kiosk.wait("Your tickets are on your card", SOON)?;
    moves::lift(&mut kiosk, CARD)?;

    world.theatre.start_platform()?;
    assert_eq!(world.live_on(CARD)?, order.tickets);
    written_once(&world, &order, CARD)
}

#[test]
fn an_answer_that_comes_too_late_is_asked_for_again() -> Result<()> {
    let world = World::open()?;
    let line = Line::to(world.theatre.platform_url())?;
    let mut kiosk = world.theatre.terminal_via("kiosk", "kiosk-1", line.url())?;
    kiosk.tap("English")?;
    let order = world.paid_order(CARD, 1)?;
    moves::enter_slip(&mut kiosk, &order.slip)?;
    kiosk.wait("Lay your card again", SOON)?;
    line.hold("/grant", Side::Answer);
    moves::lay(&mut kiosk, CARD)?;
    line.wait_held()?;
    assert_eq!(world.order_now(&order)?.state, OrderState::Granted);
    kiosk.wait("No connection just now", 30)?;
    line.release();
    kiosk.tap("Try again")?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    moves::lift(&mut kiosk, CARD)?;
    written_once(&world, &order, CARD)
}
