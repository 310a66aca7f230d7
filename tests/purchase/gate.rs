//! What the gates make of a bought ticket.

use anyhow::Result;
use kippu_stage::hand::Hand;

use crate::support::{CARD, SOON, World, moves};

/// A world whose card carries one ticket for tonight's play.
fn with_ticket() -> Result<World> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    let order = world.paid_order(CARD, 1)?;
    moves::enter_slip(&mut kiosk, &order.slip)?;
    kiosk.wait("Lay your card again", SOON)?;
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    moves::lift(&mut kiosk, CARD)?;
    Ok(world)
}

fn hold(gate: &mut Hand, card: &str) -> Result<()> {
    gate.wait("Hold your card here", SOON)?;
    moves::lay(gate, card)
}

/// Takes the card away; the gate is ready for the next.
fn take_away(gate: &mut Hand, card: &str) -> Result<()> {
    moves::lay(gate, card)?;
    gate.wait("Hold your card here", SOON)
}

#[test]
fn a_ticket_goes_in_once_and_at_its_own_gate() -> Result<()> {
    let world = with_ticket()?;
    let mut wrong = world.theatre.terminal("gate", "gate-2")?;
    hold(&mut wrong, CARD)?;
    wrong.wait("Please use another entrance", SOON)?;
    take_away(&mut wrong, CARD)?;
    assert_eq!(
        world.card(CARD)?.tickets[0].entered,
        0,
        "a refusal marks nothing"
    );

    let mut gate = world.theatre.terminal("gate", "gate-1")?;
    hold(&mut gate, CARD)?;
    gate.wait("Please go in", SOON)?;
    take_away(&mut gate, CARD)?;
    assert_eq!(world.card(CARD)?.tickets[0].entered, 1, "inside");

    hold(&mut gate, CARD)?;
    gate.wait("This ticket has been let in", SOON)?;
    assert!(!moves::sees(&mut gate, "Please go in")?);
    Ok(())
}

#[test]
fn cards_without_a_ticket_for_tonight_are_told_why() -> Result<()> {
    let world = World::open()?;
    let mut gate = world.theatre.terminal("gate", "gate-1")?;
    let cards = [
        ("chiyo-2k", "There is no ticket on this card"),
        ("nearly-full-2k", "This ticket is for another event"),
        ("foreign-4k", "This is not a ticket card"),
        ("blank-4k", "There is no ticket on this card"),
    ];
    for (card, reason) in cards {
        hold(&mut gate, card)?;
        gate.wait(reason, SOON)?;
        take_away(&mut gate, card)?;
    }
    Ok(())
}
