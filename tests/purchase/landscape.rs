//! A panel that lies, and one that is turned while somebody stands before it.

use anyhow::{Context, Result, ensure};
use kippu_api::orders::OrderState;
use kippu_stage::hand::Hand;

use crate::support::{CARD, SOON, World, moves};

/// Panels with the strip of virtual devices above.
const LYING: &str = "size 1920 1240";
const UPRIGHT: &str = "size 1080 2080";
/// On a lying panel keys stand right of this.
const KEYS_FROM: f32 = 0.6 * 1920.0;

#[test]
fn seats_are_bought_paid_and_written_on_a_lying_panel() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    kiosk.command(LYING)?;

    moves::open_picture(&mut kiosk)?;
    let (x, _) = moves::touch_free_seat(&mut kiosk)?;
    ensure!(x < KEYS_FROM, "the picture is at {x}");
    ensure!(tap(&mut kiosk, "1 seat, ")?.0 > KEYS_FROM);
    kiosk.wait("Please check", SOON)?;
    let slip = moves::order(&mut kiosk, CARD)?;
    let order = world.order_by_slip(&slip)?;
    moves::lift(&mut kiosk, CARD)?;
    world.pay(&order)?;
    kiosk.wait("Lay your card again", SOON)?;
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    moves::lift(&mut kiosk, CARD)?;
    world.wait_for_state(&order, OrderState::Issued)?;
    assert_eq!(world.live_on(CARD)?, order.tickets);
    Ok(())
}

#[test]
fn a_panel_can_be_turned_in_the_middle_of_a_purchase() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    moves::choose_best(&mut kiosk, 2)?;
    kiosk.command(LYING)?;
    let (right, _) = tap(&mut kiosk, "Go on to pay")?;
    ensure!(right > KEYS_FROM, "the key is at {right}");
    kiosk.wait("Lay your card", SOON)?;
    kiosk.command(UPRIGHT)?;
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait("Waiting for the register", SOON)?;
    let slip = moves::slip_number(&mut kiosk)?;
    let (middle, _) = tap(&mut kiosk, "I have paid")?;
    ensure!(middle < 1080.0, "the key is at {middle}");
    assert_eq!(
        world.order_by_slip(&slip)?.state,
        OrderState::AwaitingPayment
    );
    Ok(())
}

/// Touches the element with this label; where that was.
fn tap(kiosk: &mut Hand, label: &str) -> Result<(f32, f32)> {
    kiosk.wait(label, SOON)?;
    let at = kiosk.command(&format!("tap {label}"))?;
    let (x, y) = at.split_once(' ').context("a point")?;
    Ok((x.parse()?, y.parse()?))
}
