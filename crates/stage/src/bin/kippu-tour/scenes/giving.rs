//! Tickets change hands: to a friend's card, onto paper, to the platform and out again, and after a power cut in the middle.

use anyhow::{Context, Result};
use kippu_stage::{hand::Hand, theatre::Theatre};

use super::{CLERK, PIN, label_where, lay, lift};
use crate::album::Album;

/// A card with tickets, a voucher and a membership; one with room; one with a single free place.
const GIVER: &str = "dora-4k";
const RECEIVER: &str = "ben-8k";
const NEARLY_FULL: &str = "nearly-full-2k";
/// How the tickets of the play and of the match begin on the screen.
const PLAY: &str = "銀河鉄道の夜, ";
const MATCH: &str = "Harbour City";

/// Two tickets of the play go to a friend's card.
pub fn from_card_to_card(kiosk: &mut Hand, theatre: &Theatre, album: &mut Album) -> Result<()> {
    english(kiosk)?;
    album.shot(kiosk, "home-en")?;
    kiosk.tap("Give to someone")?;
    kiosk.wait("Lay the giving card", 10)?;
    album.shot(kiosk, "giving-lay-en")?;
    lay(kiosk, GIVER)?;
    choose(kiosk, album, "giving-choose-en", PLAY, 2)?;
    kiosk.tap("Give 2 tickets")?;
    kiosk.wait("Yes, give them", 10)?;
    album.shot(kiosk, "giving-confirm-en")?;
    kiosk.tap("Yes, give them")?;
    kiosk.wait("Swap the cards", 20)?;
    album.shot(kiosk, "giving-swap-en")?;
    lift(kiosk, GIVER)?;
    lay(kiosk, RECEIVER)?;
    kiosk.wait("2 tickets are on card B", 20)?;
    album.shot(kiosk, "giving-done-en")?;
    kiosk.tap("Print a record")?;
    kiosk.wait("Printed", 20)?;
    album.paper(&theatre.papers(), "giving-record-paper")?;
    lift(kiosk, RECEIVER)?;
    kiosk.tap("Finish")?;
    album.card(&theatre.tray(), GIVER, "card-that-gave")?;
    album.card(&theatre.tray(), RECEIVER, "card-that-received")
}

/// The giver's last ticket becomes paper.
pub fn onto_paper(kiosk: &mut Hand, theatre: &Theatre, album: &mut Album) -> Result<()> {
    english(kiosk)?;
    kiosk.tap("Make a paper ticket")?;
    lay(kiosk, GIVER)?;
    kiosk.wait("Which go onto paper?", 20)?;
    choose(kiosk, album, "paper-choose-en", MATCH, 1)?;
    kiosk.tap("Print 1 ticket")?;
    kiosk.wait("Yes, make paper", 10)?;
    album.shot(kiosk, "paper-confirm-en")?;
    kiosk.tap("Yes, make paper")?;
    kiosk.wait("Your paper ticket is ready", 20)?;
    album.shot(kiosk, "paper-done-en")?;
    album.paper(&theatre.papers(), "paper-ticket")?;
    lift(kiosk, GIVER)?;
    kiosk.tap("Finish")
}

/// Another card is too full; the tickets stay at the platform under a code. The code.
pub fn left_for_pick_up(kiosk: &mut Hand, theatre: &Theatre, album: &mut Album) -> Result<String> {
    english(kiosk)?;
    take(kiosk, RECEIVER)?;
    lift(kiosk, RECEIVER)?;
    lay(kiosk, NEARLY_FULL)?;
    kiosk.wait("Keep them for pick-up", 20)?;
    album.shot(kiosk, "too-full-en")?;
    kiosk.tap("Keep them for pick-up")?;
    kiosk.wait("We keep your 2 tickets for pick-up", 20)?;
    album.shot(kiosk, "kept-for-pick-up-en")?;
    album.paper(&theatre.papers(), "code-paper")?;
    let code = label_where(kiosk, "that is a code", |label| {
        label.len() == 14
            && label
                .bytes()
                .all(|byte| byte == b'-' || byte.is_ascii_digit())
    })?;
    kiosk.tap("Finish")?;
    lift(kiosk, NEARLY_FULL)?;
    Ok(code)
}

/// Whoever has the code gets them onto any card.
pub fn picked_up(kiosk: &mut Hand, code: &str, album: &mut Album) -> Result<()> {
    english(kiosk)?;
    kiosk.tap("Go on with a slip")?;
    kiosk.wait("Enter the slip number or code", 10)?;
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    kiosk.command(&format!("type {digits}"))?;
    album.shot(kiosk, "code-entry-en")?;
    kiosk.tap("Go on")?;
    kiosk.wait("Ready for pick-up", 20)?;
    album.shot(kiosk, "pick-up-en")?;
    kiosk.tap("Ready for pick-up")?;
    lay(kiosk, GIVER)?;
    kiosk.wait("Finish", 20)?;
    album.shot(kiosk, "picked-up-en")?;
    lift(kiosk, GIVER)?;
    kiosk.tap("Finish")
}

/// The power goes between the two cards: the kiosk says so first when it starts again. Then the staff's list, which is empty.
pub fn interrupted(mut kiosk: Hand, theatre: &Theatre, album: &mut Album) -> Result<Hand> {
    english(&mut kiosk)?;
    take(&mut kiosk, GIVER)?;
    kiosk.kill();

    let mut kiosk = theatre.terminal("kiosk", "kiosk-1")?;
    kiosk.wait("受け渡しが途中です", 30)?;
    album.shot(&mut kiosk, "interrupted-ja")?;
    kiosk.tap("English")?;
    kiosk.tap("Finish: lay card B")?;
    lay(&mut kiosk, RECEIVER)?;
    kiosk.wait("2 tickets are on card B", 20)?;
    lift(&mut kiosk, RECEIVER)?;
    kiosk.tap("Finish")?;
    staff(&mut kiosk, album)?;
    Ok(kiosk)
}

fn staff(kiosk: &mut Hand, album: &mut Album) -> Result<()> {
    english(kiosk)?;
    kiosk.tap("Staff")?;
    kiosk.wait("Log in", 10)?;
    kiosk.command(&format!("type {CLERK}"))?;
    kiosk.tap("PIN")?;
    kiosk.command(&format!("type {PIN}"))?;
    kiosk.tap("Log in")?;
    kiosk.wait("Log out", 20)?;
    album.shot(kiosk, "staff-list-en")?;
    kiosk.tap("Log out")
}

/// Two tickets of the play from a card into the kiosk.
fn take(kiosk: &mut Hand, card: &str) -> Result<()> {
    kiosk.tap("Give to someone")?;
    kiosk.wait("Lay the giving card", 10)?;
    lay(kiosk, card)?;
    touch(kiosk, PLAY, 2)?;
    kiosk.tap("Give 2 tickets")?;
    kiosk.tap("Yes, give them")?;
    kiosk.wait("Swap the cards", 20)
}

fn choose(
    kiosk: &mut Hand,
    album: &mut Album,
    picture: &str,
    event: &str,
    count: usize,
) -> Result<()> {
    touch(kiosk, event, count)?;
    album.shot(kiosk, picture)
}

/// Touches the first tickets of an event.
fn touch(kiosk: &mut Hand, event: &str, count: usize) -> Result<()> {
    label_where(kiosk, "of the event", |label| label.starts_with(event))?;
    let labels = kiosk.labels()?;
    let wanted: Vec<&str> = labels
        .split(" | ")
        .filter(|label| label.starts_with(event) && label.contains(", "))
        .take(count)
        .collect();
    anyhow::ensure!(
        wanted.len() == count,
        "no {count} tickets {event}: {labels}"
    );
    wanted.iter().try_for_each(|label| kiosk.tap(label))
}

fn english(kiosk: &mut Hand) -> Result<()> {
    kiosk.tap("English").context("back at the first screen")
}
