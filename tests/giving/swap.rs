//! From card to card, both laid at one kiosk.

use anyhow::{Result, ensure};
use kippu_stage::hand::Hand;

use crate::support::{SOON, World, moves};

/// The demo's card with tickets, one with room, one with a single free place, and one whose tickets stay.
pub const GIVER: &str = "dora-4k";
pub const RECEIVER: &str = "ben-8k";
pub const NEARLY_FULL: &str = "nearly-full-2k";
const STAYING: &str = "finn-4k";

/// The play's tickets on the screen where they are chosen.
pub const SEATS: [&str; 2] = ["upper_box row Even seat 4", "upper_box row Even seat 2"];

/// Touches the first tickets of the play, as many as wanted.
pub fn choose(kiosk: &mut Hand, count: usize) -> Result<()> {
    let labels = kiosk.labels()?;
    for seat in &SEATS[..count] {
        let Some(ticket) = labels.split(" | ").find(|label| label.ends_with(seat)) else {
            anyhow::bail!("no ticket {seat} in {labels}");
        };
        kiosk.tap(ticket)?;
    }
    Ok(())
}

/// From the first screen to the yes to so many tickets.
pub fn give(kiosk: &mut Hand, count: usize) -> Result<()> {
    kiosk.tap("Give to someone")?;
    kiosk.wait("Lay the giving card", SOON)?;
    moves::lay(kiosk, GIVER)?;
    kiosk.wait("Which tickets are you giving?", SOON)?;
    choose(kiosk, count)?;
    let key = if count == 1 {
        "Give 1 ticket".to_owned()
    } else {
        format!("Give {count} tickets")
    };
    kiosk.tap(&key)?;
    kiosk.tap("Yes, give them")
}

/// From the first screen to the swap: so many tickets are in the kiosk, and the giver's card lies there.
pub fn take(kiosk: &mut Hand, count: usize) -> Result<()> {
    give(kiosk, count)?;
    kiosk.wait("Swap the cards", SOON)
}

/// Two tickets are in the first kiosk when its power is cut; started again, it says so first.
pub fn interrupted(world: &World) -> Result<Hand> {
    let mut kiosk = world.kiosk("kiosk-1")?;
    take(&mut kiosk, 2)?;
    kiosk.kill();
    let mut kiosk = world.kiosk("kiosk-1")?;
    kiosk.wait("A handover was interrupted", SOON)?;
    Ok(kiosk)
}

/// Two tickets are taken, one goes onto the card with a single free place, and the giver's card is asked for.
pub fn put_one_on_nearly_full(kiosk: &mut Hand) -> Result<()> {
    take(kiosk, 2)?;
    moves::lift(kiosk, GIVER)?;
    moves::lay(kiosk, NEARLY_FULL)?;
    kiosk.tap("Put 1 ticket on this card")?;
    kiosk.wait("Lay the giving card again", SOON)?;
    moves::lift(kiosk, NEARLY_FULL)
}

#[test]
fn two_tickets_go_to_another_card_and_the_books_say_so() -> Result<()> {
    let world = World::open()?;
    let before = world.live_on(GIVER)?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    take(&mut kiosk, 2)?;
    moves::lift(&mut kiosk, GIVER)?;
    moves::lay(&mut kiosk, RECEIVER)?;
    kiosk.wait("2 tickets are on card B", SOON)?;
    moves::lift(&mut kiosk, RECEIVER)?;

    let (giver, receiver) = (world.live_on(GIVER)?, world.live_on(RECEIVER)?);
    ensure!(
        receiver.len() == 2 && giver.len() == before.len() - 2,
        "{giver:?} {receiver:?}"
    );
    ensure!(receiver.iter().all(|ticket| before.contains(ticket)));
    let uid = world.uid(RECEIVER)?;
    let client = world.client("kiosk-1")?;
    let history = world.run(client.card_history(uid))?;
    ensure!(
        history.iter().any(|passage| passage.ticket == receiver[0]
            && passage.other_card.is_some()
            && passage.proved == Some(true)),
        "{history:?}"
    );
    Ok(())
}

#[test]
fn the_givers_card_does_not_receive_and_gets_them_back_when_asked() -> Result<()> {
    let world = World::open()?;
    let before = world.live_on(GIVER)?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    take(&mut kiosk, 1)?;
    moves::lift(&mut kiosk, GIVER)?;
    moves::lay(&mut kiosk, GIVER)?;
    kiosk.wait("This is still card A", SOON)?;
    kiosk.tap("Stop and give back to card A")?;
    kiosk.wait("The ticket is back on card A", SOON)?;
    moves::lift(&mut kiosk, GIVER)?;
    let mut after = world.live_on(GIVER)?;
    after.sort();
    let mut before = before;
    before.sort();
    ensure!(after == before, "{before:?} {after:?}");
    Ok(())
}

#[test]
fn where_only_one_fits_the_other_goes_back() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    let (before_giver, before_receiver) = (world.live_on(GIVER)?, world.live_on(NEARLY_FULL)?);
    put_one_on_nearly_full(&mut kiosk)?;
    moves::lay(&mut kiosk, GIVER)?;
    kiosk.wait("The ticket is on card B", SOON)?;
    moves::lift(&mut kiosk, GIVER)?;
    ensure!(world.live_on(GIVER)?.len() == before_giver.len() - 1);
    ensure!(world.live_on(NEARLY_FULL)?.len() == before_receiver.len() + 1);
    Ok(())
}

#[test]
fn tickets_that_stay_say_why_and_nothing_is_taken() -> Result<()> {
    let world = World::open()?;
    let before = world.live_on(STAYING)?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    kiosk.tap("Give to someone")?;
    kiosk.wait("Lay the giving card", SOON)?;
    moves::lay(&mut kiosk, STAYING)?;
    kiosk.wait("None of these can be given", SOON)?;
    moves::lift(&mut kiosk, STAYING)?;
    ensure!(world.live_on(STAYING)? == before);
    Ok(())
}

#[test]
fn killed_between_the_cards_the_kiosk_says_so_first_and_finishes() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    take(&mut kiosk, 2)?;
    kiosk.kill();

    let mut kiosk = world.theatre.terminal("kiosk", "kiosk-1")?;
    kiosk.tap("English")?;
    kiosk.wait("A handover was interrupted", SOON)?;
    kiosk.tap("Finish: lay card B")?;
    moves::lay(&mut kiosk, RECEIVER)?;
    kiosk.wait("2 tickets are on card B", SOON)?;
    moves::lift(&mut kiosk, RECEIVER)?;
    ensure!(world.live_on(RECEIVER)?.len() == 2);
    Ok(())
}
