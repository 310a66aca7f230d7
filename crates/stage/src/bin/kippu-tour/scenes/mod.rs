//! What the scripted people do, in order. Labels are what stands on the screens.

mod giving;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use kippu_stage::{hand::Hand, theatre::Theatre};

use crate::album::Album;

const CARD: &str = "aoi-4k";
const OTHER_CARD: &str = "ben-8k";
const BLANK_CARD: &str = "blank-4k";
const CLERK: &str = "1";
const PIN: &str = "1111";
/// Exchange of the writing session that the fault strikes: a record is half written, nothing is committed yet.
const TEAR_AT: u32 = 16;
/// What the kiosk says when a card left in the middle: whether it is known that nothing happened, or only the card can tell.
const AFTER_A_TEAR: [&str; 3] = [
    "The card was lifted too early",
    "We are checking your card",
    "Please lay the same card again",
];
/// How long a person would wait for something to appear.
const PATIENCE: Duration = Duration::from_secs(20);

/// The whole walk.
pub fn walk(theatre: &mut Theatre, album: &mut Album) -> Result<()> {
    let mut kiosk = theatre.terminal("kiosk", "kiosk-1")?;
    let slip = choose_and_order(&mut kiosk, theatre, album)?;
    let mut register = theatre.terminal("register", "register-1")?;
    pay_at_register(&mut register, &slip, album)?;
    write_card(&mut kiosk, theatre, album)?;
    enter(theatre, album)?;
    best_seats_with_trouble(&mut kiosk, &mut register, theatre, album)?;
    giving::from_card_to_card(&mut kiosk, theatre, album)?;
    giving::onto_paper(&mut kiosk, theatre, album)?;
    let code = giving::left_for_pick_up(&mut kiosk, theatre, album)?;
    giving::picked_up(&mut kiosk, &code, album)?;
    kiosk = giving::interrupted(kiosk, theatre, album)?;
    stadium(&mut kiosk, album)?;
    spoken(&mut kiosk, album)?;
    my_card_without_network(&mut kiosk, theatre, album)
}

/// Start screen to slip: event, seats on the picture, check, card before paying.
fn choose_and_order(kiosk: &mut Hand, theatre: &Theatre, album: &mut Album) -> Result<String> {
    kiosk.wait("チケットを買う", 30)?;
    album.shot(kiosk, "home-ja")?;
    kiosk.tap("English")?;
    kiosk.tap("Buy tickets")?;
    kiosk.wait("Choose an event", 10)?;
    album.shot(kiosk, "events-en")?;
    open_event(kiosk, "銀河鉄道の夜")?;
    album.shot(kiosk, "seats-en")?;
    pick_two_seats(kiosk)?;
    album.shot(kiosk, "seats-picked-en")?;
    let buy = label_starting(kiosk, "2 seats, ")?;
    kiosk.tap(&buy)?;
    kiosk.wait("Please check", 10)?;
    album.shot(kiosk, "check-en")?;
    kiosk.tap("Go on to pay")?;
    kiosk.wait("Lay your card", 10)?;
    album.shot(kiosk, "lay-card-en")?;
    lay(kiosk, BLANK_CARD)?;
    kiosk.wait("This card is not set up yet", 10)?;
    album.shot(kiosk, "blank-card-en")?;
    lift(kiosk, BLANK_CARD)?;
    lay(kiosk, CARD)?;
    kiosk.wait("Take the slip to the register", 20)?;
    album.shot(kiosk, "slip-en")?;
    album.paper(&theatre.papers(), "slip-paper")?;
    let slip = slip_number(kiosk)?;
    lift(kiosk, CARD)?;
    kiosk.tap("Start")?;
    Ok(slip)
}

/// The clerk logs in, opens the slip by its number and takes the money.
fn pay_at_register(register: &mut Hand, slip: &str, album: &mut Album) -> Result<()> {
    register.wait("ログイン", 30)?;
    register.tap("English")?;
    if register.labels()?.contains("Who is at the register?") {
        register.command(&format!("type {CLERK}"))?;
        register.tap("PIN")?;
        register.command(&format!("type {PIN}"))?;
        album.shot(register, "register-login-en")?;
        register.tap("Log in")?;
    }
    confirm_slip(register, slip, album)
}

fn confirm_slip(register: &mut Hand, slip: &str, album: &mut Album) -> Result<()> {
    register.wait("Slips", 10)?;
    album.shot(register, "register-slips-en")?;
    register.command(&format!("type {}", slip.replace('-', "")))?;
    register.tap("Open the slip")?;
    register.wait("To take", 10)?;
    album.shot(register, "register-slip-en")?;
    let till = label_ending(register, " is in the till")?;
    register.tap(&till)?;
    register.wait("The slip is paid", 10)?;
    album.shot(register, "register-paid-en")?;
    register.tap("Next")
}

/// Back at the kiosk, the card alone goes on where the customer stopped.
fn write_card(kiosk: &mut Hand, theatre: &Theatre, album: &mut Album) -> Result<()> {
    kiosk.wait("チケットを買う", 10)?;
    lay(kiosk, CARD)?;
    let order = label_starting(kiosk, "銀河鉄道の夜 ")?;
    album.shot(kiosk, "open-orders-ja")?;
    kiosk.tap(&order)?;
    kiosk.wait("チケットを書いています", 10)?;
    album.shot(kiosk, "writing-ja")?;
    kiosk.wait("おわる", 20)?;
    album.shot(kiosk, "done-ja")?;
    album.paper(&theatre.papers(), "receipt-paper")?;
    kiosk.tap("おわる")?;
    lift(kiosk, CARD)?;
    album.card(&theatre.tray(), CARD, "card-after-purchase")
}

/// The gate admits the card once, and explains why not twice.
fn enter(theatre: &Theatre, album: &mut Album) -> Result<()> {
    let mut gate = theatre.terminal("gate", "gate-1")?;
    gate.wait("カードをかざしてください", 30)?;
    album.shot(&mut gate, "gate-waiting")?;
    lay(&mut gate, CARD)?;
    gate.wait("どうぞ", 10)?;
    album.shot(&mut gate, "gate-admit")?;
    lift(&mut gate, CARD)?;
    lay(&mut gate, CARD)?;
    gate.wait("お待ちください", 10)?;
    album.shot(&mut gate, "gate-already-inside")?;
    lift(&mut gate, CARD)?;
    album.card(&theatre.tray(), CARD, "card-after-entry")
}

/// Another customer: best seats together, no paper in the printer, and a card lifted in the middle of the writing.
fn best_seats_with_trouble(
    kiosk: &mut Hand,
    register: &mut Hand,
    theatre: &mut Theatre,
    album: &mut Album,
) -> Result<()> {
    kiosk.wait("チケットを買う", 10)?;
    kiosk.tap("English")?;
    kiosk.tap("Buy tickets")?;
    open_event(kiosk, "銀河鉄道の夜")?;
    kiosk.tap("Best seats")?;
    kiosk.wait("Find 2 seats", 10)?;
    album.shot(kiosk, "best-seats-en")?;
    kiosk.tap("Find 2 seats")?;
    kiosk.tap("Go on to pay")?;
    kiosk.wait("Lay your card", 10)?;
    theatre.tell_printer("paper-out")?;
    lay(kiosk, OTHER_CARD)?;
    kiosk.wait("Go on without paper", 20)?;
    album.shot(kiosk, "out-of-paper-en")?;
    kiosk.tap("Go on without paper")?;
    kiosk.wait("Slip number", 10)?;
    album.shot(kiosk, "slip-without-paper-en")?;
    theatre.tell_printer("paper-in")?;
    let slip = slip_number(kiosk)?;
    lift(kiosk, OTHER_CARD)?;
    confirm_slip(register, &slip, album)?;
    tear_next_write(theatre, OTHER_CARD)?;
    // The kiosk asks by itself whether the slip has been paid.
    kiosk.wait("Lay your card", 60)?;
    album.shot(kiosk, "lay-card-to-write-en")?;
    lay(kiosk, OTHER_CARD)?;
    label_where(kiosk, "about a card that left", |label| {
        AFTER_A_TEAR.contains(&label)
    })?;
    album.shot(kiosk, "card-lifted-too-early-en")?;
    lay(kiosk, OTHER_CARD)?;
    kiosk.wait("Your tickets are on your card", 20)?;
    album.shot(kiosk, "done-after-tear-en")?;
    kiosk.tap("Finish")?;
    lift(kiosk, OTHER_CARD)?;
    album.card(&theatre.tray(), OTHER_CARD, "card-after-tear")
}

/// The stadium's 39,417 seats, in large text and high contrast as well.
/// The start screen as it is read out, with the digits of the pad at its keys.
fn spoken(kiosk: &mut Hand, album: &mut Album) -> Result<()> {
    kiosk.tap("音声")?;
    kiosk.wait("音声オン", 10)?;
    album.shot(kiosk, "home-spoken-ja")?;
    kiosk.tap("音声オン")
}

fn stadium(kiosk: &mut Hand, album: &mut Album) -> Result<()> {
    kiosk.wait("チケットを買う", 10)?;
    kiosk.tap("チケットを買う")?;
    open_event(kiosk, "Harbour City")?;
    album.shot(kiosk, "stadium-ja")?;
    kiosk.tap("文字・色")?;
    album.shot(kiosk, "appearance-ja")?;
    kiosk.tap("黒地に白")?;
    kiosk.tap("大きな文字")?;
    kiosk.tap("とじる")?;
    album.shot(kiosk, "stadium-high-contrast-large-ja")?;
    kiosk.tap("もどる")?;
    kiosk.tap("もどる")
}

/// The card can be read although the platform is gone.
fn my_card_without_network(
    kiosk: &mut Hand,
    theatre: &mut Theatre,
    album: &mut Album,
) -> Result<()> {
    theatre.stop_platform();
    kiosk.tap("カードの中を見る")?;
    lay(kiosk, CARD)?;
    kiosk.wait("おわる", 20)?;
    album.shot(kiosk, "my-card-offline-ja")?;
    kiosk.tap("おわる")?;
    lift(kiosk, CARD)
}

fn open_event(kiosk: &mut Hand, name: &str) -> Result<()> {
    let card =
        label_starting(kiosk, &format!("{name}, ")).or_else(|_| label_starting(kiosk, name))?;
    kiosk.tap(&card)?;
    for zoom_in in ["Zoom in", "拡大"] {
        if kiosk.wait(zoom_in, 5).is_ok() {
            return Ok(());
        }
    }
    bail!("the seat picture did not open")
}

/// Zooms in and touches the picture until two neighbouring seats are chosen.
fn pick_two_seats(kiosk: &mut Hand) -> Result<()> {
    for _ in 0..3 {
        kiosk.tap("Zoom in")?;
    }
    for y in (760..1400).step_by(40) {
        for x in (120..960).step_by(80) {
            kiosk.command(&format!("tap-at {x} {y}"))?;
            if kiosk.labels()?.contains("2 seats, ") {
                return Ok(());
            }
        }
    }
    bail!("no two free seats under the finger")
}

fn lay(terminal: &mut Hand, card: &str) -> Result<()> {
    terminal.tap(&format!("tray {card}"))
}

/// Takes the card away; where the fault already tore it away, there is nothing to lift.
fn lift(terminal: &mut Hand, card: &str) -> Result<()> {
    terminal.tap(&format!("tray {card}"))
}

/// The next time this card is laid it leaves the field in the middle of the writing.
fn tear_next_write(theatre: &Theatre, card: &str) -> Result<()> {
    let fault =
        serde_json::json!({ "tear_at_exchange": TEAR_AT, "byte": 3, "direction": "response" });
    std::fs::write(
        theatre.tray().join(format!("{card}.fault.json")),
        fault.to_string(),
    )
    .context("plan the fault")
}

fn slip_number(kiosk: &mut Hand) -> Result<String> {
    let labels = kiosk.labels()?;
    let is_slip = |label: &&str| {
        let parts: Vec<_> = label.split('-').collect();
        parts.len() == 3
            && parts
                .iter()
                .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    labels
        .split(" | ")
        .find(is_slip)
        .map(str::to_owned)
        .with_context(|| format!("no slip number on screen: {labels}"))
}

/// The first label on screen that passes, waiting for it as a person would.
fn label_where(terminal: &mut Hand, what: &str, passes: impl Fn(&str) -> bool) -> Result<String> {
    let end = Instant::now() + PATIENCE;
    loop {
        let seen = terminal.labels()?;
        if let Some(label) = seen.split(" | ").find(|label| passes(label)) {
            return Ok(label.to_owned());
        }
        ensure!(
            Instant::now() < end,
            "{}: nothing {what} on screen: {seen}",
            terminal.name
        );
    }
}

fn label_starting(terminal: &mut Hand, start: &str) -> Result<String> {
    label_where(terminal, &format!("starting with {start:?}"), |label| {
        label.starts_with(start)
    })
}

fn label_ending(terminal: &mut Hand, end: &str) -> Result<String> {
    label_where(terminal, &format!("ending with {end:?}"), |label| {
        label.ends_with(end)
    })
}
