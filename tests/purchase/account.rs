//! A member pays by the account: charged once at the kiosk, onto the card at once, and back to the account when a ticket is given up.

use anyhow::{Result, ensure};
use kippu_api::orders::{OrderState, PaymentMethod};
use kippu_stage::hand::Hand;

use crate::support::{SOON, World, moves, papers};

/// The demo's membership card; its account covers ¥30,000.
const MEMBER: &str = "chiyo-2k";

fn to_the_choice(kiosk: &mut Hand) -> Result<()> {
    moves::choose_best(kiosk, 2)?;
    kiosk.tap("Go on to pay")?;
    kiosk.wait("Lay your card", SOON)?;
    moves::lay(kiosk, MEMBER)
}

#[test]
fn a_member_buys_without_the_register_and_gets_the_money_back_on_the_account() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    to_the_choice(&mut kiosk)?;
    kiosk.wait("How would you like to pay?", SOON)?;
    kiosk.wait("Nothing is charged yet. Your seats are held.", SOON)?;
    ensure!(
        papers::wait_for(&world.theatre.papers(), 0)?.is_empty(),
        "no slip"
    );
    kiosk.tap("Pay by member account")?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    let receipts = papers::wait_for(&world.theatre.papers(), 1)?;
    ensure!(receipts.len() == 1, "a receipt and no slip: {receipts:?}");
    moves::lift(&mut kiosk, MEMBER)?;
    let tickets = world.live_on(MEMBER)?;
    ensure!(tickets.len() == 2, "{tickets:?}");
    let order = world.bought(&tickets)?;
    ensure!(order.method == PaymentMethod::MemberAccount);
    world.wait_for_state(&order, OrderState::Issued)?;
    moves::finish(&mut kiosk)?;

    // What is left of the limit does not pay for two more; the register does.
    to_the_choice(&mut kiosk)?;
    kiosk.wait("Your member account does not cover this sum.", SOON)?;
    kiosk.tap("Pay at the register")?;
    kiosk.wait("Waiting for the register", SOON)?;
    moves::lift(&mut kiosk, MEMBER)?;
    kiosk.tap("Start")?;

    // One ticket is given up: there is nothing to collect.
    kiosk.tap("English")?;
    moves::lay(&mut kiosk, MEMBER)?;
    kiosk.wait("This card has open orders", SOON)?;
    kiosk.tap("See my card")?;
    kiosk.tap("Money back")?;
    kiosk.wait("Which do you give up?", SOON)?;
    kiosk.tap("2")?;
    kiosk.tap("See the sum for 1 ticket")?;
    kiosk.wait("Goes back to the member account", SOON)?;
    kiosk.tap("Yes, give them up")?;
    kiosk.wait("Your money is back on the account", SOON)?;
    kiosk.wait("There is nothing to collect at the register.", SOON)?;
    moves::lift(&mut kiosk, MEMBER)?;
    ensure!(world.live_on(MEMBER)?.len() == 1, "the other one stays");
    Ok(())
}
