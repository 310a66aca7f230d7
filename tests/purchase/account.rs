//! A member pays by the account: charged once at the kiosk, onto the card at once, and back to the account when a ticket is given up.

use anyhow::{Result, ensure};
use kippu_api::orders::{OrderState, PaymentMethod};
use kippu_stage::hand::Hand;

use crate::support::{
    SOON, World,
    line::{Line, Loss, Lost},
    moves, papers,
};

/// The demo's membership card; its account covers ¥30,000.
const MEMBER: &str = "chiyo-2k";

fn to_the_choice(kiosk: &mut Hand, tickets: u8) -> Result<()> {
    moves::choose_best(kiosk, tickets)?;
    kiosk.tap("Go on to pay")?;
    kiosk.wait("Lay your card", SOON)?;
    moves::lay(kiosk, MEMBER)
}

#[test]
fn a_member_buys_without_the_register_and_gets_the_money_back_on_the_account() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    to_the_choice(&mut kiosk, 2)?;
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
    to_the_choice(&mut kiosk, 2)?;
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

/// A kiosk on a line of its own, at the choice, with one ticket in the basket; what comes next on the line is lost.
fn about_to_lose(world: &World, what: Lost) -> Result<(Hand, Line)> {
    let line = Line::to(world.theatre.platform_url())?;
    let mut kiosk = world.theatre.terminal_via("kiosk", "kiosk-1", line.url())?;
    kiosk.tap("English")?;
    to_the_choice(&mut kiosk, 1)?;
    kiosk.wait("How would you like to pay?", SOON)?;
    let request = u32::try_from(line.changing().len())? + 1;
    line.lose(Loss { request, what });
    kiosk.tap("Pay by member account")?;
    Ok((kiosk, line))
}

/// How often an order was sent.
fn charges(line: &Line) -> usize {
    let lines = line.changing();
    let orders = lines.iter();
    orders
        .filter(|first| first.starts_with("POST /api/v1/orders "))
        .count()
}

/// The order is one, and so is its charge: what is left covers two more, which it would not after a second one.
fn charged_once(world: &World, kiosk: &mut Hand) -> Result<()> {
    kiosk.wait("Your tickets are on your card", 2 * SOON)?;
    moves::lift(kiosk, MEMBER)?;
    let first = world.live_on(MEMBER)?;
    ensure!(first.len() == 1, "{first:?}");
    let order = world.bought(&first)?;
    world.wait_for_state(&order, OrderState::Issued)?;
    moves::finish(kiosk)?;
    to_the_choice(kiosk, 2)?;
    kiosk.wait("How would you like to pay?", SOON)?;
    kiosk.tap("Pay by member account")?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    moves::lift(kiosk, MEMBER)?;
    ensure!(world.live_on(MEMBER)?.len() == 3);
    Ok(())
}

#[test]
fn a_charge_whose_answer_is_lost_is_looked_up_and_made_once() -> Result<()> {
    let world = World::open()?;
    let (mut kiosk, line) = about_to_lose(&world, Lost::Line)?;
    kiosk.wait("We are checking your payment", SOON)?;
    kiosk.wait("We are checking. Please do not pay again.", SOON)?;
    ensure!(charges(&line) == 1, "{:?}", line.changing());
    charged_once(&world, &mut kiosk)?;
    ensure!(
        charges(&line) == 2,
        "the second order's: {:?}",
        line.changing()
    );
    Ok(())
}

#[test]
fn a_charge_that_never_arrived_is_made_when_people_choose_again() -> Result<()> {
    let world = World::open()?;
    let (mut kiosk, line) = about_to_lose(&world, Lost::Request)?;
    kiosk.wait("Your account was not charged", SOON)?;
    ensure!(charges(&line) == 1, "{:?}", line.changing());
    kiosk.tap("Pay by member account")?;
    charged_once(&world, &mut kiosk)?;
    ensure!(charges(&line) == 3, "{:?}", line.changing());
    Ok(())
}
