//! The printer at the moment the slip shall be printed.

use anyhow::Result;
use kippu_api::orders::OrderState;

use crate::support::{CARD, SOON, World, moves, papers};

/// What the screen says, what stands beside the number without paper, and how the printer is mended.
struct Trouble {
    printer: &'static str,
    screen: &'static str,
    beside_number: &'static str,
    mended: &'static str,
    /// Whether part of a paper came out.
    part: bool,
}

#[test]
fn paper_out() -> Result<()> {
    slip_in_trouble(&Trouble {
        printer: "paper-out",
        screen: "The paper has run out",
        beside_number: "The paper has run out. This number is enough.",
        mended: "paper-in",
        part: false,
    })
}

#[test]
fn cover_open() -> Result<()> {
    slip_in_trouble(&Trouble {
        printer: "cover-open",
        screen: "The printer is open",
        beside_number: "The printer is open. This number is enough.",
        mended: "cover-close",
        part: false,
    })
}

#[test]
fn switched_off() -> Result<()> {
    slip_in_trouble(&Trouble {
        printer: "off",
        screen: "The printer is off",
        beside_number: "The printer is off. This number is enough.",
        mended: "on",
        part: false,
    })
}

#[test]
fn paper_ends_in_the_middle_of_the_slip() -> Result<()> {
    slip_in_trouble(&Trouble {
        printer: "after 1500 paper-out",
        screen: "The paper ran out in the middle",
        beside_number: "The paper has run out. This number is enough.",
        mended: "paper-in",
        part: true,
    })
}

/// The customer goes on by the number; once the printer is mended the slip can be printed.
fn slip_in_trouble(trouble: &Trouble) -> Result<()> {
    let mut world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    world.theatre.tell_printer(trouble.printer)?;
    moves::choose_best(&mut kiosk, 2)?;
    kiosk.tap("Go on to pay")?;
    kiosk.wait("Lay your card", SOON)?;
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait(trouble.screen, SOON)?;
    kiosk.wait("Your 2 seats are held", SOON)?;
    let slip = moves::slip_number(&mut kiosk)?;
    let order = world.order_by_slip(&slip)?;
    let parts = papers::pictures(&world.theatre.papers())?;
    assert_eq!(parts.len(), usize::from(trouble.part), "{parts:?}");

    kiosk.tap("Go on without paper")?;
    kiosk.wait("Tell the register this number", SOON)?;
    kiosk.wait(trouble.beside_number, SOON)?;
    moves::lift(&mut kiosk, CARD)?;
    world.theatre.tell_printer(trouble.mended)?;
    kiosk.tap("Print again")?;
    kiosk.wait("Take the slip to the register", SOON)?;
    let printed = papers::wait_for(&world.theatre.papers(), parts.len() + 1)?;
    let last = &printed[parts.len()];
    assert_eq!(
        papers::scan(last)?,
        [format!("CODE-128:{slip}"), format!("QR-Code:{slip}")]
    );

    world.pay(&order)?;
    kiosk.wait("Lay your card again", SOON)?;
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    world.wait_for_state(&order, OrderState::Issued)
}

#[test]
fn a_receipt_that_does_not_print_is_said_and_the_tickets_are_on_the_card() -> Result<()> {
    let mut world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    world.theatre.tell_printer("paper-out")?;
    let order = world.paid_order(CARD, 1)?;
    moves::enter_slip(&mut kiosk, &order.slip)?;
    kiosk.wait("Lay your card again", SOON)?;
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    kiosk.wait("The receipt did not print. Staff can give you one.", SOON)?;
    moves::lift(&mut kiosk, CARD)?;
    assert_eq!(world.live_on(CARD)?, order.tickets);
    Ok(())
}
