//! Language, size of text and colours are switched on every screen in the middle of an errand, also while the platform is asked: it ends as if
//! nobody had.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use kippu_api::orders::OrderState;
use kippu_stage::hand::Hand;

use crate::support::{
    CARD, SOON, World,
    line::{Line, Side},
    moves, papers,
};

/// The demo's card with tickets, and one with room.
const GIVER: &str = "dora-4k";
const RECEIVER: &str = "ben-8k";
/// Between two looks at a screen that settles.
const LOOK: Duration = Duration::from_millis(50);

/// A kiosk whose line to the platform can be held up, in English.
fn kiosk_on(line: &Line, world: &World) -> Result<Hand> {
    let mut kiosk = world.theatre.terminal_via("kiosk", "kiosk-1", line.url())?;
    kiosk.tap("English")?;
    Ok(kiosk)
}

/// What stands on a screen, but for clocks.
fn words(terminal: &mut Hand) -> Result<Vec<String>> {
    let labels = terminal.labels()?;
    let is_clock = |label: &str| {
        let digits = label.chars().filter(char::is_ascii_digit).count();
        label.contains(':') && digits >= 3
    };
    Ok(labels
        .split(" | ")
        .filter(|label| !is_clock(label))
        .map(str::to_owned)
        .collect())
}

/// Whether there are Japanese letters in it.
fn is_japanese(label: &str) -> bool {
    label
        .chars()
        .any(|letter| matches!(letter, '\u{3040}'..='\u{30ff}'))
}

/// There and back in the language, and the words are other ones there.
fn other_language(terminal: &mut Hand) -> Result<()> {
    let english = words(terminal)?;
    terminal.tap("日本語")?;
    terminal.wait("English", SOON)?;
    let japanese = words(terminal)?;
    ensure!(
        japanese
            .iter()
            .filter(|label| !english.contains(label))
            .any(|label| is_japanese(label)),
        "in Japanese it says {japanese:?}"
    );
    terminal.tap("English")?;
    terminal.wait("日本語", SOON)
}

/// Waits until it says what it said before.
fn as_before(terminal: &mut Hand, before: &[String]) -> Result<()> {
    let end = Instant::now() + Duration::from_secs(SOON);
    loop {
        let now = words(terminal)?;
        if now == before {
            return Ok(());
        }
        ensure!(
            Instant::now() < end,
            "it said {before:?} and says {now:?} now"
        );
        thread::sleep(LOOK);
    }
}

/// Switches everything on the kiosk's screen that can be switched, and back.
fn unsettle(kiosk: &mut Hand) -> Result<()> {
    let before = words(kiosk)?;
    other_language(kiosk)?;
    kiosk.tap("Text, colour")?;
    kiosk.tap("Large text")?;
    kiosk.tap("White on black")?;
    kiosk.tap("Close")?;
    other_language(kiosk)?;
    kiosk.tap("Text, colour")?;
    kiosk.tap("Normal text")?;
    kiosk.tap("Normal colours")?;
    kiosk.tap("Close")?;
    as_before(kiosk, &before)
}

/// Waits for a screen, and unsettles it.
fn unsettle_at(kiosk: &mut Hand, title: &str) -> Result<()> {
    kiosk.wait(title, SOON)?;
    unsettle(kiosk).with_context(|| format!("at {title:?}"))
}

/// Holds an answer of the platform up while the kiosk is unsettled.
fn unsettle_during(
    line: &Line,
    kiosk: &mut Hand,
    request: &str,
    act: impl FnOnce(&mut Hand) -> Result<()>,
) -> Result<()> {
    line.hold(request, Side::Answer);
    act(kiosk)?;
    line.wait_held()?;
    unsettle(kiosk).with_context(|| format!("while {request:?} was asked"))?;
    line.release();
    Ok(())
}

#[test]
fn while_buying() -> Result<()> {
    let world = World::open()?;
    let line = Line::to(world.theatre.platform_url())?;
    let mut kiosk = kiosk_on(&line, &world)?;
    unsettle_at(&mut kiosk, "What would you like to do?")?;
    kiosk.tap("Buy tickets")?;
    unsettle_at(&mut kiosk, "Choose an event")?;
    kiosk.tap(moves::PLAY_TITLE)?;
    unsettle_at(&mut kiosk, "Choose your seats")?;
    kiosk.tap("Best seats")?;
    unsettle_at(&mut kiosk, "How many?")?;
    unsettle_during(&line, &mut kiosk, "/holds", |kiosk| {
        kiosk.tap("Find 2 seats")
    })?;
    unsettle_at(&mut kiosk, "Please check")?;
    kiosk.tap("Pay at the register")?;
    unsettle_at(&mut kiosk, "Lay your card")?;
    unsettle_during(&line, &mut kiosk, "POST /api/v1/orders ", |kiosk| {
        moves::lay(kiosk, CARD)
    })?;
    kiosk.wait("Pay there, then come back with your card.", SOON)?;
    unsettle_at(&mut kiosk, "Waiting for the register")?;
    let order = world.order_by_slip(&moves::slip_number(&mut kiosk)?)?;
    ensure!((order.total, order.seats.len()) == (17_600, 2), "{order:?}");
    moves::lift(&mut kiosk, CARD)?;
    world.pay(&order)?;
    unsettle_at(&mut kiosk, "Lay your card again")?;
    unsettle_during(&line, &mut kiosk, "/grant", |kiosk| moves::lay(kiosk, CARD))?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    unsettle_at(&mut kiosk, "Take your card and receipt.")?;
    moves::lift(&mut kiosk, CARD)?;
    world.wait_for_state(&order, OrderState::Issued)?;
    ensure!(world.live_on(CARD)? == order.tickets);
    ensure!(
        papers::pictures(&world.theatre.papers())?.len() == 2,
        "one slip and one receipt"
    );
    Ok(())
}

#[test]
fn while_giving() -> Result<()> {
    let world = World::open()?;
    let before = world.live_on(GIVER)?;
    let line = Line::to(world.theatre.platform_url())?;
    let mut kiosk = kiosk_on(&line, &world)?;
    kiosk.tap("Give to someone")?;
    unsettle_at(&mut kiosk, "Lay the giving card")?;
    moves::lay(&mut kiosk, GIVER)?;
    kiosk.wait("Which tickets are you giving?", SOON)?;
    let labels = kiosk.labels()?;
    let ticket = labels
        .split(" | ")
        .find(|label| label.starts_with(moves::PLAY_TITLE))
        .context("a ticket of the play")?;
    kiosk.tap(ticket)?;
    unsettle_at(&mut kiosk, "Give 1 ticket")?;
    kiosk.tap("Give 1 ticket")?;
    unsettle_at(&mut kiosk, "Yes, give them")?;
    unsettle_during(&line, &mut kiosk, "POST /api/v1/handovers ", |kiosk| {
        kiosk.tap("Yes, give them")
    })?;
    unsettle_at(&mut kiosk, "Swap the cards")?;
    moves::lift(&mut kiosk, GIVER)?;
    unsettle_during(&line, &mut kiosk, "/bind", |kiosk| {
        moves::lay(kiosk, RECEIVER)
    })?;
    unsettle_at(&mut kiosk, "The ticket is on card B")?;
    moves::lift(&mut kiosk, RECEIVER)?;
    let (giver, receiver) = (world.live_on(GIVER)?, world.live_on(RECEIVER)?);
    ensure!(
        (giver.len(), receiver.len()) == (before.len() - 1, 1) && before.contains(&receiver[0]),
        "{before:?} became {giver:?} and {receiver:?}"
    );
    Ok(())
}

#[test]
fn while_giving_up_for_money() -> Result<()> {
    let world = World::open()?;
    let before = world.live_on(GIVER)?;
    let line = Line::to(world.theatre.platform_url())?;
    let mut kiosk = kiosk_on(&line, &world)?;
    moves::lay(&mut kiosk, GIVER)?;
    unsettle_at(&mut kiosk, "Money back")?;
    unsettle_during(&line, &mut kiosk, "/refunds/quote", |kiosk| {
        kiosk.tap("Money back")
    })?;
    kiosk.wait("Which do you give up?", SOON)?;
    let labels = kiosk.labels()?;
    let tickets = labels
        .split(" | ")
        .filter(|label| label.starts_with(moves::PLAY_TITLE) && label.contains(" seat "));
    for ticket in tickets {
        kiosk.tap(ticket)?;
    }
    unsettle_at(&mut kiosk, "See the sum for 2 tickets")?;
    kiosk.tap("See the sum for 2 tickets")?;
    kiosk.wait("Give these 2 tickets up?", SOON)?;
    let said = sum(&mut kiosk)?;
    unsettle(&mut kiosk)?;
    ensure!(sum(&mut kiosk)? == said);
    unsettle_during(&line, &mut kiosk, "POST /api/v1/refunds ", |kiosk| {
        kiosk.tap("Yes, give them up")
    })?;
    kiosk.wait("Whoever has the number is paid: keep it safe.", SOON)?;
    unsettle_at(&mut kiosk, "Take the slip to the register")?;
    ensure!(sum(&mut kiosk)? == said);
    let printed = papers::pictures(&world.theatre.papers())?;
    ensure!(printed.len() == 1, "{printed:?}");
    let codes = papers::scan(&printed[0])?;
    let code = codes.iter().find_map(|code| code.strip_prefix("QR-Code:"));
    moves::lift(&mut kiosk, GIVER)?;
    ensure!(world.live_on(GIVER)?.len() == before.len() - 2);

    let mut register = world.theatre.terminal("register", "register-1")?;
    moves::log_in(&mut register)?;
    other_language(&mut register)?;
    register.command(&format!("type {}", code.context("a code")?))?;
    register.tap("Open the slip")?;
    let key = format!("Pay out {said}");
    register.wait(&key, SOON)?;
    for size in ["Large text", "Normal text"] {
        register.tap(size)?;
        other_language(&mut register)?;
    }
    register.tap(&key)?;
    register.wait("Hand the money out now", SOON)?;
    other_language(&mut register)?;
    ensure!(register.labels()?.contains(&said));
    register.tap("Handed out")
}

/// The sum on a screen that says one.
fn sum(kiosk: &mut Hand) -> Result<String> {
    let labels = words(kiosk)?;
    let sum = labels.into_iter().find(|label| label.starts_with('¥'));
    sum.context("a sum")
}
