//! A card that left too early is laid again later, at the same kiosk: it tells what happened, and the kiosk offers to go on.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail, ensure};
use kippu_stage::hand::Hand;

use super::swap::{GIVER, RECEIVER, give, take};
use crate::support::{SOON, World, moves};

/// Between two looks at screen and card.
const LOOK: Duration = Duration::from_millis(20);
/// More exchanges than reading and writing a card take.
const EXCHANGES_MAX: u32 = 80;
/// Opening a card takes as many exchanges.
const FIRST_OF_WRITING: u32 = 14;
/// Reading the giver's card and the first half of the taking do.
const FIRST_OF_TAKING: u32 = 24;

/// Tears the card at its next laying.
fn plan(world: &World, card: &str, exchange: u32) -> Result<()> {
    let fault =
        format!(r#"{{"tear_at_exchange": {exchange}, "byte": 2, "direction": "response"}}"#);
    world.plan_fault(card, &fault)
}

/// Waits until the card is torn away and the kiosk has said something of it; whether it said `unknown`. None where the tear did not strike
/// before the screen said `done`.
fn torn(
    world: &World,
    kiosk: &mut Hand,
    card: &str,
    unknown: &str,
    done: &str,
) -> Result<Option<bool>> {
    let end = Instant::now() + Duration::from_secs(SOON);
    loop {
        let labels = kiosk.labels()?;
        if labels.contains(done) {
            return Ok(None);
        }
        let away = !world.fault_is_ahead(card) && !labels.contains("on reader");
        if away && labels.contains(unknown) {
            return Ok(Some(true));
        }
        if away && labels.contains("The card was lifted too early") {
            return Ok(Some(false));
        }
        if Instant::now() > end {
            bail!("on screen: {labels}");
        }
        thread::sleep(LOOK);
    }
}

/// The kiosk's power is cut; started again it is opened with nobody there.
fn days_later(world: &World, kiosk: Hand) -> Result<Hand> {
    kiosk.kill();
    let mut kiosk = world.kiosk("kiosk-1")?;
    kiosk.wait("A handover was interrupted", SOON)?;
    kiosk.wait("Your 2 tickets are being checked", SOON)?;
    kiosk.tap("Nobody here: open the kiosk")?;
    kiosk.tap("English")?;
    kiosk.wait("Buy tickets", SOON)?;
    Ok(kiosk)
}

#[test]
fn the_receivers_card_tells_later_and_the_tickets_are_on_it() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    take(&mut kiosk, 2)?;
    moves::lift(&mut kiosk, GIVER)?;
    let mut exchange = FIRST_OF_WRITING;
    loop {
        ensure!(exchange < EXCHANGES_MAX, "it is never unknown");
        plan(&world, RECEIVER, exchange)?;
        moves::lay(&mut kiosk, RECEIVER)?;
        let done = "2 tickets are on card B";
        match torn(&world, &mut kiosk, RECEIVER, "We are checking card B", done)? {
            Some(true) => break,
            Some(false) => exchange += 1,
            None => bail!("it was never unknown"),
        }
    }
    moves::lay(&mut kiosk, "chiyo-2k")?;
    kiosk.wait("Only the card ending 0002 helps now.", SOON)?;
    moves::lift(&mut kiosk, "chiyo-2k")?;

    let mut kiosk = days_later(&world, kiosk)?;
    moves::lay(&mut kiosk, RECEIVER)?;
    kiosk.tap("銀河鉄道の夜, The card left too early: go on")?;
    kiosk.wait("2 tickets are on card B", SOON)?;
    moves::lift(&mut kiosk, RECEIVER)?;
    ensure!(world.live_on(RECEIVER)?.len() == 2);
    Ok(())
}

#[test]
fn the_givers_card_tells_later_that_they_were_taken_and_they_go_on() -> Result<()> {
    let world = World::open()?;
    let before = world.live_on(GIVER)?.len();
    let mut kiosk = world.kiosk("kiosk-1")?;
    let mut exchange = FIRST_OF_TAKING;
    loop {
        ensure!(exchange < EXCHANGES_MAX, "it is never unknown");
        plan(&world, GIVER, exchange)?;
        give(&mut kiosk, 2)?;
        let unknown = "We are checking card A";
        match torn(&world, &mut kiosk, GIVER, unknown, "Swap the cards")? {
            Some(true) => break,
            Some(false) => exchange += 1,
            None => bail!("it was never unknown"),
        }
        ensure!(world.live_on(GIVER)?.len() == before, "nothing was taken");
        // Whether the card was still being looked at or already written, there is one key that ends it.
        let known = moves::sees(&mut kiosk, "Start")?;
        kiosk.tap(if known { "Start" } else { "Finish" })?;
        kiosk.tap("English")?;
        kiosk.wait("Buy tickets", SOON)?;
    }
    moves::lay(&mut kiosk, "chiyo-2k")?;
    kiosk.wait("Only the card ending 0007 helps now.", SOON)?;
    moves::lift(&mut kiosk, "chiyo-2k")?;

    let mut kiosk = days_later(&world, kiosk)?;
    moves::lay(&mut kiosk, GIVER)?;
    kiosk.tap("銀河鉄道の夜, The card left too early: go on")?;
    kiosk.wait("Swap the cards", SOON)?;
    moves::lift(&mut kiosk, GIVER)?;
    moves::lay(&mut kiosk, RECEIVER)?;
    kiosk.wait("2 tickets are on card B", SOON)?;
    moves::lift(&mut kiosk, RECEIVER)?;
    ensure!(world.live_on(GIVER)?.len() == before - 2);
    ensure!(world.live_on(RECEIVER)?.len() == 2);
    Ok(())
}
