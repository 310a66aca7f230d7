//! Two best seats together, from the first screen to the receipt.

use anyhow::Result;
use kippu_api::orders::OrderState;

use crate::support::{CARD, SOON, World, moves, papers};

#[test]
fn two_seats_are_bought_paid_and_written() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    let mut register = world.theatre.terminal("register", "register-1")?;
    moves::log_in(&mut register)?;

    moves::choose_best(&mut kiosk, 2)?;
    kiosk.wait("Seats held for you", SOON)?;
    let slip = moves::order(&mut kiosk, CARD)?;
    let order = world.order_by_slip(&slip)?;
    assert_eq!(
        (order.state, order.seats.len()),
        (OrderState::AwaitingPayment, 2)
    );
    moves::lift(&mut kiosk, CARD)?;
    assert!(
        world.live_on(CARD)?.is_empty(),
        "nothing is written before it is paid"
    );

    // The register's scanner reads what the paper says.
    let slips = papers::wait_for(&world.theatre.papers(), 1)?;
    assert_eq!(slips.len(), 1, "{slips:?}");
    assert_eq!(
        papers::scan(&slips[0])?,
        [format!("CODE-128:{slip}"), format!("QR-Code:{slip}")]
    );

    moves::take_money(&mut register, &slip, "¥17,600")?;
    kiosk.wait("Lay your card again", SOON)?;
    kiosk.wait("Paid: ¥17,600", SOON)?;
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    kiosk.wait("Take your card and receipt.", SOON)?;
    moves::lift(&mut kiosk, CARD)?;

    world.wait_for_state(&order, OrderState::Issued)?;
    assert_eq!(world.live_on(CARD)?, order.tickets);
    let printed = papers::wait_for(&world.theatre.papers(), 2)?;
    assert_eq!(printed.len(), 2, "slip and receipt: {printed:?}");
    Ok(())
}

#[test]
fn the_kiosk_serves_the_next_customer_while_the_slip_is_paid() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    moves::choose_best(&mut kiosk, 1)?;
    let first = moves::order(&mut kiosk, CARD)?;
    moves::lift(&mut kiosk, CARD)?;
    kiosk.tap("Start")?;

    kiosk.tap("English")?;
    moves::choose_best(&mut kiosk, 1)?;
    let second = moves::order(&mut kiosk, "ben-8k")?;
    assert_ne!(first, second);
    moves::lift(&mut kiosk, "ben-8k")?;
    kiosk.tap("Start")?;

    // The first by laying the card, the second by its number.
    let (one, two) = (world.order_by_slip(&first)?, world.order_by_slip(&second)?);
    world.pay(&one)?;
    world.pay(&two)?;
    kiosk.tap("English")?;
    moves::lay(&mut kiosk, CARD)?;
    kiosk.tap("Paid. Put it on the card")?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    moves::lift(&mut kiosk, CARD)?;
    moves::finish(&mut kiosk)?;

    moves::enter_slip(&mut kiosk, &second)?;
    kiosk.wait("Lay your card again", SOON)?;
    moves::lay(&mut kiosk, "ben-8k")?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    moves::lift(&mut kiosk, "ben-8k")?;
    world.wait_for_state(&two, OrderState::Issued)?;
    assert_eq!(world.live_on(CARD)?, one.tickets);
    assert_eq!(world.live_on("ben-8k")?, two.tickets);
    Ok(())
}

#[test]
fn an_unpaid_slip_can_be_given_back() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    moves::choose_best(&mut kiosk, 2)?;
    let slip = moves::order(&mut kiosk, CARD)?;
    kiosk.tap("Cancel")?;
    kiosk.wait("The slip was cancelled", SOON)?;
    assert_eq!(world.order_by_slip(&slip)?.state, OrderState::Cancelled);
    Ok(())
}
