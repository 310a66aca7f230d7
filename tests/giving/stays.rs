//! Tickets that stay on their card: each is shown with its reason and cannot be touched.

use anyhow::{Result, ensure};
use kippu_api::operator::{ReissueLook, ReissueOrder, ReissueReason, ReissueWhat, Reissued};
use kippu_stage::hand::Hand;

use super::swap::{GIVER, NEARLY_FULL, SEATS};
use crate::support::{SOON, World, moves, operator::Operator};

/// Touches a ticket that stays; nothing is chosen.
fn touch_in_vain(kiosk: &mut Hand, seat: &str) -> Result<()> {
    let labels = kiosk.labels()?;
    let ticket = labels.split(" | ").find(|label| label.ends_with(seat));
    kiosk.tap(ticket.unwrap_or(seat))?;
    ensure!(!moves::sees(kiosk, "Give 1 ticket")?, "{seat} was chosen");
    Ok(())
}

/// From the first screen to the choice.
fn lay_to_give(kiosk: &mut Hand, card: &str) -> Result<()> {
    kiosk.tap("Give to someone")?;
    kiosk.wait("Lay the giving card", SOON)?;
    moves::lay(kiosk, card)
}

#[test]
fn what_was_used_at_the_gate_stays_and_the_others_go() -> Result<()> {
    let world = World::open()?;
    let mut gate = world.theatre.terminal("gate", "gate-2")?;
    gate.wait("Hold your card here", SOON)?;
    moves::lay(&mut gate, GIVER)?;
    gate.wait("Please go in", SOON)?;
    gate.kill();

    let mut kiosk = world.kiosk("kiosk-1")?;
    lay_to_give(&mut kiosk, GIVER)?;
    kiosk.wait("Which tickets are you giving?", SOON)?;
    kiosk.wait("Was used at the gate", SOON)?;
    for seat in SEATS {
        touch_in_vain(&mut kiosk, seat)?;
    }
    kiosk.tap("Harbour City v. Northern Stars")?;
    kiosk.wait("Give 1 ticket", SOON)
}

#[test]
fn what_is_over_stays() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    lay_to_give(&mut kiosk, NEARLY_FULL)?;
    kiosk.wait("None of these can be given", SOON)?;
    kiosk.wait("Its time is over", SOON)
}

#[test]
fn what_was_issued_anew_is_shown_as_worth_nothing_and_stays() -> Result<()> {
    let world = World::open()?;
    let operator = Operator::of(&world)?;
    let what = ReissueWhat::Card {
        card: world.uid(GIVER)?,
    };
    let look: ReissueLook = operator.post(&world, "/reissue/look", &what)?;
    let order = ReissueOrder {
        state: look.state,
        what,
        reason: ReissueReason::LostCard,
        words: "the holder came to the counter".into(),
    };
    let done: Reissued = operator.post(&world, "/reissue", &order)?;
    ensure!(done.tickets.len() == look.tickets.len());

    // The lost card is found by somebody.
    let mut kiosk = world.kiosk("kiosk-1")?;
    lay_to_give(&mut kiosk, GIVER)?;
    kiosk.wait("No longer valid", SOON)?;
    for seat in SEATS {
        touch_in_vain(&mut kiosk, seat)?;
    }
    kiosk.tap("Back")?;
    moves::lift(&mut kiosk, GIVER)?;
    kiosk.tap("English")?;
    kiosk.tap("See my card")?;
    moves::lay(&mut kiosk, GIVER)?;
    // The new ones wait with their orders; what the card still says comes after them.
    kiosk.wait("This card has open orders", SOON)?;
    kiosk.tap("See my card")?;
    kiosk.wait("On your card", SOON)?;
    kiosk.wait("No longer valid", SOON)
}
