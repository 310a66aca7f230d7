//! Tickets are given up for money: off the card at the kiosk, paid out at the register, once.

use anyhow::{Context as _, Result, ensure};
use kippu_stage::hand::Hand;

use crate::support::{
    CARD, SOON, World,
    line::{Line, Side},
    moves, papers,
};

/// Puts tickets onto the card and lays it, so that they can be given up.
fn with_tickets_on_card(world: &World, tickets: u8) -> Result<Hand> {
    let mut kiosk = world.kiosk("kiosk-1")?;
    let order = world.paid_order(CARD, tickets)?;
    moves::enter_slip(&mut kiosk, &order.slip)?;
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    moves::lift(&mut kiosk, CARD)?;
    moves::finish(&mut kiosk)?;
    moves::lay(&mut kiosk, CARD)?;
    kiosk.tap("Money back")?;
    Ok(kiosk)
}

#[test]
fn one_of_two_tickets_is_given_up_and_its_money_paid_out_once() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = with_tickets_on_card(&world, 2)?;
    kiosk.wait("Which do you give up?", SOON)?;
    kiosk.tap("2")?;
    kiosk.tap("See the sum for 1 ticket")?;
    kiosk.wait("¥8,580", SOON)?;
    kiosk.wait("Fee kept: ¥220", SOON)?;
    kiosk.tap("Yes, give them up")?;
    kiosk.wait("Take the slip to the register", SOON)?;
    kiosk.wait("¥8,580", SOON)?;
    let printed = papers::wait_for(&world.theatre.papers(), 2)?;
    let codes = papers::scan(&printed[1])?;
    let code = codes
        .iter()
        .find_map(|code| code.strip_prefix("QR-Code:"))
        .unwrap_or_default()
        .to_owned();
    ensure!(code.len() == 12, "{codes:?}");
    moves::lift(&mut kiosk, CARD)?;
    ensure!(world.live_on(CARD)?.len() == 1, "the other one stays");
    moves::finish(&mut kiosk)?;

    let mut register = world.theatre.terminal("register", "register-1")?;
    moves::log_in(&mut register)?;
    moves::pay_out(&mut register, &code, "¥8,580")?;
    register.command(&format!("type {code}"))?;
    register.tap("Open the slip")?;
    register.wait("This was paid out before. Hand out no money.", SOON)?;

    // ¥17,600 came in for the two and ¥10,000 for what the demo's cards carry; ¥8,580 went out.
    register.tap("Back to the list")?;
    register.tap("Till")?;
    register.wait("¥19,020", SOON)?;
    register.tap("Type what you counted")?;
    register.command("type 19000")?;
    register.tap("Close the till")?;
    register.wait("Money is missing", SOON)?;
    register.wait("¥20", SOON)?;
    register.tap("Next")?;
    register.tap("Till")?;
    register.wait("Must be in the till", SOON)?;
    register.wait("¥0", SOON)?;

    // The code opens no tickets any more, and the kiosk says what it was.
    moves::enter_code(&mut kiosk, &code)?;
    kiosk.wait("Money back: at the register", SOON)
}

#[test]
fn who_changes_their_mind_keeps_the_ticket() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = with_tickets_on_card(&world, 1)?;
    kiosk.tap("See the sum for 1 ticket")?;
    kiosk.wait("Give this ticket up?", SOON)?;
    kiosk.tap("Choose again")?;
    kiosk.wait("Which do you give up?", SOON)?;
    moves::lift(&mut kiosk, CARD)?;
    ensure!(world.live_on(CARD)?.len() == 1);
    Ok(())
}

#[test]
fn without_the_platform_nothing_is_given_up() -> Result<()> {
    let mut world = World::open()?;
    let mut kiosk = with_tickets_on_card(&world, 1)?;
    kiosk.tap("See the sum for 1 ticket")?;
    kiosk.wait("Give this ticket up?", SOON)?;
    world.theatre.stop_platform();
    kiosk.tap("Yes, give them up")?;
    kiosk
        .wait("Not without connection", SOON)
        .or_else(|_| kiosk.wait("Try again", SOON))?;
    moves::lift(&mut kiosk, CARD)?;
    ensure!(world.live_on(CARD)?.len() == 1);
    Ok(())
}

/// The power goes after the platform promised the money and before anybody saw the code: the card brings another slip, once and for all.
#[test]
fn a_slip_that_never_came_out_is_had_again_by_the_card() -> Result<()> {
    let world = World::open()?;
    drop(with_tickets_on_card(&world, 1)?);
    let line = Line::to(world.theatre.platform_url())?;
    let mut kiosk = world.theatre.terminal_via("kiosk", "kiosk-1", line.url())?;
    kiosk.tap("English")?;
    moves::lay(&mut kiosk, CARD)?;
    kiosk.tap("Money back")?;
    kiosk.tap("See the sum for 1 ticket")?;
    line.hold("POST /api/v1/refunds ", Side::Answer);
    kiosk.tap("Yes, give them up")?;
    line.wait_held()?;
    kiosk.kill();
    let before = papers::pictures(&world.theatre.papers())?.len();

    let mut kiosk = world.kiosk("kiosk-2")?;
    moves::lay(&mut kiosk, CARD)?;
    let mut codes = Vec::new();
    for slips in 1..=2 {
        kiosk.tap("銀河鉄道の夜, Money waits: print the slip")?;
        kiosk.wait("Take the slip to the register", SOON)?;
        kiosk.wait("¥8,580", SOON)?;
        let printed = papers::wait_for(&world.theatre.papers(), before + slips)?;
        let read = papers::scan(&printed[before + slips - 1])?;
        let code = read.iter().find_map(|code| code.strip_prefix("QR-Code:"));
        codes.push(code.context("a code")?.to_owned());
        moves::lift(&mut kiosk, CARD)?;
        moves::finish(&mut kiosk)?;
        moves::lay(&mut kiosk, CARD)?;
    }

    let mut register = world.theatre.terminal("register", "register-1")?;
    moves::log_in(&mut register)?;
    register.command(&format!("type {}", codes[0]))?;
    register.tap("Open the slip")?;
    register.wait("There is no such slip here.", SOON)?;
    for _ in 0..codes[0].len() {
        register.command("key backspace")?;
    }
    moves::pay_out(&mut register, &codes[1], "¥8,580")
}
