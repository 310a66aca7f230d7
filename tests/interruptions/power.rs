//! The kiosk's power cut at chosen moments, and the kiosk started again on the same data.

use anyhow::{Result, ensure};
use kippu_api::orders::Order;
use kippu_stage::hand::Hand;

use super::{
    exactly_once::written_once,
    torn::{Ended, lay_and_tear},
};
use crate::support::{
    CARD, SOON, World,
    line::{Line, Side},
    moves,
};

/// The card's check before it takes as many exchanges.
const FIRST_OF_WRITING: u32 = 20;

#[test]
fn after_the_slip_was_printed_it_is_paid_and_goes_on() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    moves::choose_best(&mut kiosk, 1)?;
    let slip = moves::order(&mut kiosk, CARD)?;
    kiosk.kill();

    let order = world.order_by_slip(&slip)?;
    world.pay(&order)?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    write_by_slip(&mut kiosk, &order)?;
    written_once(&world, &order, CARD)
}

#[test]
fn after_the_payment_it_goes_on() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    let order = world.paid_order(CARD, 1)?;
    moves::enter_slip(&mut kiosk, &order.slip)?;
    kiosk.wait("Lay your card again", SOON)?;
    kiosk.kill();

    let mut kiosk = world.kiosk("kiosk-1")?;
    write_by_slip(&mut kiosk, &order)?;
    written_once(&world, &order, CARD)
}

#[test]
fn while_the_grant_is_asked_for() -> Result<()> {
    killed_while_granted(Side::Request)
}

#[test]
fn while_the_grant_is_on_its_way() -> Result<()> {
    killed_while_granted(Side::Answer)
}

#[test]
fn while_the_written_ticket_is_being_reported() -> Result<()> {
    killed_while_reporting(Side::Request)
}

#[test]
fn while_the_report_is_being_answered() -> Result<()> {
    killed_while_reporting(Side::Answer)
}

fn killed_while_granted(side: Side) -> Result<()> {
    let (world, order) = killed_while_held("/grant", side)?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    go_on(&mut kiosk, &order)?;
    written_once(&world, &order, CARD)
}

/// The ticket is on the card: the restarted kiosk has nothing to do but to report it again, and gives no second one.
fn killed_while_reporting(side: Side) -> Result<()> {
    let (world, order) = killed_while_held("/reports", side)?;
    assert_eq!(world.live_on(CARD)?, order.tickets);
    let mut kiosk = world.kiosk("kiosk-1")?;
    kiosk.wait("Buy tickets", SOON)?;
    written_once(&world, &order, CARD)?;
    moves::enter_slip(&mut kiosk, &order.slip)?;
    kiosk.wait("The tickets are on their card", SOON)
}

/// Kills the kiosk while the platform's line holds a request of the writing.
fn killed_while_held(request: &str, side: Side) -> Result<(World, Order)> {
    let world = World::open()?;
    let line = Line::to(world.theatre.platform_url())?;
    let mut kiosk = world.theatre.terminal_via("kiosk", "kiosk-1", line.url())?;
    kiosk.tap("English")?;
    let order = world.paid_order(CARD, 1)?;
    moves::enter_slip(&mut kiosk, &order.slip)?;
    kiosk.wait("Lay your card again", SOON)?;
    line.hold(request, side);
    moves::lay(&mut kiosk, CARD)?;
    line.wait_held()?;
    kiosk.kill();
    Ok((world, order))
}

#[test]
fn after_the_commit_left_no_answer() -> Result<()> {
    killed_while_unknown("response")
}

#[test]
fn after_the_commit_never_arrived() -> Result<()> {
    killed_while_unknown("command")
}

/// Tears the card later and later until nobody knows whether it was written, and cuts the power just then.
fn killed_while_unknown(direction: &str) -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    let order = world.paid_order(CARD, 1)?;
    moves::enter_slip(&mut kiosk, &order.slip)?;
    kiosk.wait("Lay your card again", SOON)?;
    let mut ends =
        (FIRST_OF_WRITING..).map(|exchange| lay_and_tear(&world, &mut kiosk, exchange, direction));
    let end = ends.find(|end| !matches!(end, Ok(Ended::NotWritten)));
    ensure!(matches!(end, Some(Ok(Ended::Unknown))), "{end:?}");
    drop(ends);
    kiosk.kill();

    let mut kiosk = world.kiosk("kiosk-1")?;
    kiosk.wait("A handover was interrupted", SOON)?;
    go_on(&mut kiosk, &order)?;
    written_once(&world, &order, CARD)
}

/// Goes on as the restarted kiosk offers it: from the interrupted handover where there is one, else by the slip's number.
fn go_on(kiosk: &mut Hand, order: &Order) -> Result<()> {
    if moves::sees(kiosk, "A handover was interrupted")? {
        kiosk.tap("Finish: lay the card")?;
        kiosk.wait("Lay your card again", SOON)?;
        moves::lay(kiosk, CARD)?;
        kiosk.wait("Your tickets are on your card", SOON)?;
        return moves::lift(kiosk, CARD);
    }
    write_by_slip(kiosk, order)
}

fn write_by_slip(kiosk: &mut Hand, order: &Order) -> Result<()> {
    ensure!(
        !moves::sees(kiosk, "A handover was interrupted")?,
        "nothing was begun"
    );
    moves::enter_slip(kiosk, &order.slip)?;
    kiosk.wait("Lay your card again", SOON)?;
    moves::lay(kiosk, CARD)?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    moves::lift(kiosk, CARD)
}

#[test]
fn a_customer_quicker_than_the_lost_report_gets_no_second_ticket() -> Result<()> {
    let (world, order) = killed_while_held("/reports", Side::Request)?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    moves::enter_slip(&mut kiosk, &order.slip)?;
    // Whichever was quicker: the kiosk's report or the customer.
    if kiosk.wait("Lay your card again", 1).is_ok() {
        moves::lay(&mut kiosk, CARD)?;
    }
    kiosk.wait("The tickets are on their card", SOON)?;
    kiosk.kill();
    written_once(&world, &order, CARD)
}
