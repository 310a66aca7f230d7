//! Every errand, from the first strike to the last word.

use anyhow::{Result, ensure};
use kippu_api::orders::OrderState;

use super::blind::Blind;
use crate::support::{CARD, World, papers};

/// The demo's card with tickets, and one with room.
const GIVER: &str = "dora-4k";
const RECEIVER: &str = "ben-8k";
const PLAY: &str = "銀河鉄道の夜";

#[test]
fn two_seats_are_bought() -> Result<()> {
    let world = World::open()?;
    let mut blind = Blind::at(&world)?;
    blind.choose("Buy tickets")?;
    blind.hears("Choose an event")?;
    blind.choose(PLAY)?;
    blind.choose("Best seats")?;
    blind.hears("How many?")?;
    blind.choose("Find 2 seats")?;
    blind.hears("Please check")?;
    blind.hears(" seat ")?;
    blind.hears("¥17,600")?;
    blind.choose("Go on to pay")?;
    blind.hears("Lay your card")?;
    blind.lays(CARD)?;
    blind.hears("Take the slip to the register")?;
    blind.lifts(CARD)?;

    let slips = papers::wait_for(&world.theatre.papers(), 1)?;
    let codes = papers::scan(&slips[0])?;
    let slip = codes[0]
        .split(':')
        .next_back()
        .unwrap_or_default()
        .to_owned();
    let order = world.order_by_slip(&slip)?;
    world.pay(&order)?;
    blind.hears("Lay your card again")?;
    blind.lays(CARD)?;
    blind.hears("Your tickets are on your card")?;
    blind.hears("Take your card")?;
    blind.lifts(CARD)?;
    blind.choose("Finish")?;
    world.wait_for_state(&order, OrderState::Issued)?;
    ensure!(world.live_on(CARD)? == order.tickets);
    Ok(())
}

#[test]
fn a_slip_is_typed_and_picked_up() -> Result<()> {
    let world = World::open()?;
    let order = world.paid_order(CARD, 1)?;
    let mut blind = Blind::at(&world)?;
    blind.choose("Go on with a slip")?;
    blind.hears("Slip number: type it.")?;
    let digits: String = order.slip.chars().filter(char::is_ascii_digit).collect();
    // A digit that slipped in is taken back.
    blind.strike('9')?;
    blind.hears("9")?;
    blind.strike('*')?;
    blind.hears("empty")?;
    blind.strike_all(&digits)?;
    blind.strike('#')?;
    blind.hears("Lay your card again")?;
    blind.lays(CARD)?;
    blind.hears("Your tickets are on your card")?;
    blind.lifts(CARD)?;
    world.wait_for_state(&order, OrderState::Issued)
}

#[test]
fn tickets_are_given() -> Result<()> {
    let world = World::open()?;
    let before = world.live_on(RECEIVER)?.len();
    let mut blind = Blind::at(&world)?;
    taken(&mut blind)?;
    blind.lifts(GIVER)?;
    blind.lays(RECEIVER)?;
    blind.hears("The ticket is on card B")?;
    blind.lifts(RECEIVER)?;
    blind.choose("Finish")?;
    ensure!(world.live_on(RECEIVER)?.len() == before + 1);
    Ok(())
}

#[test]
fn a_given_ticket_is_taken_back() -> Result<()> {
    let world = World::open()?;
    let before = world.live_on(GIVER)?.len();
    let mut blind = Blind::at(&world)?;
    taken(&mut blind)?;
    blind.choose("Stop and give back to card A")?;
    blind.hears("The ticket is back on card A")?;
    blind.lifts(GIVER)?;
    ensure!(world.live_on(GIVER)?.len() == before);
    Ok(())
}

#[test]
fn a_ticket_becomes_paper() -> Result<()> {
    let world = World::open()?;
    let before = world.live_on(GIVER)?.len();
    let mut blind = Blind::at(&world)?;
    blind.choose("Make a paper ticket")?;
    blind.hears("Lay your card")?;
    blind.lays(GIVER)?;
    blind.hears("Which go onto paper?")?;
    blind.choose(PLAY)?;
    blind.hears("chosen")?;
    blind.choose("Print 1 ticket")?;
    blind.choose("Yes, make paper")?;
    blind.hears("Your paper ticket is ready")?;
    blind.lifts(GIVER)?;
    ensure!(papers::wait_for(&world.theatre.papers(), 1)?.len() == 1);
    ensure!(world.live_on(GIVER)?.len() == before - 1);
    Ok(())
}

#[test]
fn a_card_is_looked_at_in_japanese() -> Result<()> {
    let world = World::open()?;
    let mut blind = Blind::before(&world)?;
    blind.strike('#')?;
    blind.choose("カードの中を見る")?;
    blind.lays(GIVER)?;
    let ticket = blind.hears("番")?;
    ensure!(ticket.contains(PLAY), "{ticket}");
    blind.lifts(GIVER)
}

/// From the first screen to the swap: one ticket is in the kiosk, and the giver's card lies there.
fn taken(blind: &mut Blind) -> Result<()> {
    blind.choose("Give to someone")?;
    blind.hears("Lay the giving card")?;
    blind.lays(GIVER)?;
    blind.hears("Which tickets are you giving?")?;
    blind.choose(PLAY)?;
    blind.hears("chosen")?;
    blind.choose("Give 1 ticket")?;
    blind.choose("Yes, give them")?;
    blind.hears("Swap the cards")?;
    Ok(())
}
