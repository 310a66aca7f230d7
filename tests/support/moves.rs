//! What customers and clerks do at the screens, in English.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use kippu_stage::hand::Hand;

use super::{LOOK, SOON};

/// The label of the play in the list of events.
pub const PLAY_TITLE: &str = "銀河鉄道の夜,";

/// Whether an element whose label begins like this can be seen now.
pub fn sees(hand: &mut Hand, label: &str) -> Result<bool> {
    Ok(hand
        .labels()?
        .split(" | ")
        .any(|seen| seen.starts_with(label)))
}

/// From the first screen to the best seats together, held and listed for the check.
pub fn choose_best(kiosk: &mut Hand, seats: u8) -> Result<()> {
    kiosk.tap("Buy tickets")?;
    kiosk.tap(PLAY_TITLE)?;
    kiosk.tap("Best seats")?;
    kiosk.wait("How many?", SOON)?;
    for _ in 2..seats {
        kiosk.tap("More")?;
    }
    if seats == 1 {
        kiosk.tap("Fewer")?;
        return search(kiosk, "Find 1 seat");
    }
    search(kiosk, &format!("Find {seats} seats"))
}

fn search(kiosk: &mut Hand, key: &str) -> Result<()> {
    kiosk.tap(key)?;
    kiosk.wait("Please check", SOON)
}

/// From the check to the slip, laying this card; it stays on the reader. The slip's number.
pub fn order(kiosk: &mut Hand, card: &str) -> Result<String> {
    kiosk.tap("Go on to pay")?;
    kiosk.wait("Lay your card", SOON)?;
    lay(kiosk, card)?;
    kiosk.wait("Waiting for the register", SOON)?;
    slip_number(kiosk)
}

/// The slip number on the kiosk's screen.
pub fn slip_number(kiosk: &mut Hand) -> Result<String> {
    let labels = kiosk.labels()?;
    let mut labels = labels.split(" | ");
    labels.find(|label| *label == "Slip number");
    Ok(labels.next().context("a slip number")?.to_owned())
}

/// Lays a card of the tray on this terminal's reader.
pub fn lay(terminal: &mut Hand, card: &str) -> Result<()> {
    terminal.tap(&format!("tray {card}"))
}

/// Takes a card from this terminal's reader.
pub fn lift(terminal: &mut Hand, card: &str) -> Result<()> {
    terminal.tap(&format!("tray {card}"))?;
    let end = Instant::now() + Duration::from_secs(SOON);
    while lies(terminal)? {
        ensure!(Instant::now() < end, "{card} is not lifted");
        thread::sleep(LOOK);
    }
    Ok(())
}

/// Whether the tray shows a card on this terminal's reader, in either language.
pub fn lies(terminal: &mut Hand) -> Result<bool> {
    Ok(sees(terminal, "on reader")? || sees(terminal, "置いています")?)
}

/// Goes on with a slip by its number, from the first screen.
pub fn enter_slip(kiosk: &mut Hand, slip: &str) -> Result<()> {
    kiosk.tap("Go on with a slip")?;
    kiosk.wait("Enter the slip number", SOON)?;
    kiosk.command(&format!("type {}", digits(slip)))?;
    kiosk.tap("Go on")
}

/// Types a code from the first screen.
pub fn enter_code(kiosk: &mut Hand, code: &str) -> Result<()> {
    kiosk.tap("Go on with a slip")?;
    kiosk.wait("Enter the slip number or code", SOON)?;
    kiosk.command(&format!("type {}", digits(code)))?;
    kiosk.tap("Go on").or(Ok(()))
}

/// Ends the session on a screen with such a key, and begins the next one in English.
pub fn finish(kiosk: &mut Hand) -> Result<()> {
    kiosk.tap("Finish")?;
    kiosk.tap("English")?;
    kiosk.wait("Buy tickets", SOON)
}

/// The clerk logs in at the register.
pub fn log_in(register: &mut Hand) -> Result<()> {
    register.tap("English")?;
    register.tap("Clerk's number")?;
    register.command("type 1")?;
    register.tap("PIN")?;
    register.command("type 1111")?;
    register.tap("Log in")?;
    register.wait("Slips", SOON)
}

/// A clerk logs in at the kiosk's staff area, whose log-in is on the screen.
pub fn log_in_at_kiosk(kiosk: &mut Hand, pin: &str) -> Result<()> {
    kiosk.tap("Clerk's number")?;
    kiosk.command("type 1")?;
    kiosk.tap("PIN")?;
    kiosk.command(&format!("type {pin}"))?;
    kiosk.tap("Log in")
}

/// From the first screen to the staff's list.
pub fn staff_list(kiosk: &mut Hand) -> Result<()> {
    kiosk.tap("Staff")?;
    log_in_at_kiosk(kiosk, "1111")?;
    kiosk.wait("Log out", SOON)
}

/// From the staff's list to the first screen, in English again.
pub fn log_out(kiosk: &mut Hand) -> Result<()> {
    kiosk.tap("Log out")?;
    kiosk.tap("English")?;
    kiosk.wait("Buy tickets", SOON)
}

/// The clerk finds the slip, takes this sum and goes back to the list.
pub fn take_money(register: &mut Hand, slip: &str, sum: &str) -> Result<()> {
    register.command(&format!("type {}", digits(slip)))?;
    register.tap("Open the slip")?;
    register.tap(&format!("{sum} is in the till"))?;
    register.wait("The slip is paid", SOON)?;
    register.tap("Next")
}

/// The clerk finds the refund by its code, pays this sum out and goes back to the list.
pub fn pay_out(register: &mut Hand, code: &str, sum: &str) -> Result<()> {
    register.command(&format!("type {}", digits(code)))?;
    register.tap("Open the slip")?;
    register.tap(&format!("Pay out {sum}"))?;
    register.wait("Hand the money out now", SOON)?;
    register.tap("Handed out")
}

fn digits(slip: &str) -> String {
    slip.chars().filter(char::is_ascii_digit).collect()
}

/// From the first screen to the play's seat picture, zoomed in.
pub fn open_picture(kiosk: &mut Hand) -> Result<()> {
    kiosk.tap("Buy tickets")?;
    kiosk.tap(PLAY_TITLE)?;
    kiosk.wait("Choose your seats", SOON)?;
    kiosk.tap("Seat picture")
}

/// Touches points outwards from the middle of the seat picture until a seat is chosen; where that was.
pub fn touch_free_seat(kiosk: &mut Hand) -> Result<(f32, f32)> {
    const STEP: f32 = 14.0;
    let middle = kiosk.command("tap Seat picture")?;
    let mut numbers = middle.split(' ').map(str::parse::<f32>);
    let x = numbers.next().context("x")??;
    let y = numbers.next().context("y")??;
    for ring in 0_i8..12 {
        for (right, down) in [(0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (-1, -1)] {
            let at = (
                x + STEP * f32::from(right * ring),
                y + STEP * f32::from(down * ring),
            );
            touch(kiosk, at)?;
            if kiosk.wait("1 seat, ", 1).is_ok() {
                return Ok(at);
            }
        }
    }
    anyhow::bail!("no free seat near the middle of the picture")
}

/// Touches a point.
pub fn touch(kiosk: &mut Hand, (x, y): (f32, f32)) -> Result<()> {
    kiosk.command(&format!("tap-at {x} {y}")).map(drop)
}
