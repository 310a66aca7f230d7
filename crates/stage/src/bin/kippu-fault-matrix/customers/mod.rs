//! People at the kiosk and the register: they do what the screen asks, whatever screen comes.

mod buying;
mod clerk;
mod giving;
mod giving_up;
mod papers;

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use kippu_stage::hand::Hand;

use crate::{
    audit::Before,
    cell::Ended,
    grid::{Cell, Errand, Which},
    world::World,
};

/// Between two looks at the screen: as often as people look, and not at every passing state, because looking is most of what a cell costs.
const LOOK: Duration = Duration::from_millis(150);
/// How long somebody looks at a card that lies there and is asked for, before laying it again.
const WAIT: Duration = Duration::from_secs(6);
/// For the end of a kiosk that no longer answers.
const END_PATIENCE: Duration = Duration::from_secs(5);
/// Longest time for the people to come to an end.
const PATIENCE: Duration = Duration::from_secs(90);

/// How the tickets of the play begin on the screen.
const PLAY: &str = "銀河鉄道の夜, ";

/// Those who came, as far as they have come.
pub trait People {
    /// What they do about a screen of the kiosk.
    fn answer(&mut self, labels: &str, world: &mut World) -> Result<Act>;

    /// What they do while the kiosk is off.
    fn meanwhile(&mut self, _world: &mut World) -> Result<()> {
        Ok(())
    }

    /// The kiosk is started again, and the platform runs.
    fn start_again(&mut self);

    /// They have what they came for, and this start of the kiosk found nothing open.
    fn settled(&self) -> bool;

    /// Whether they have what they think they have.
    fn audit(&self, before: &Before, world: &mut World) -> Result<Ended>;
}

/// Those who come for a cell's errand.
pub fn people(cell: Cell, world: &World) -> Result<Box<dyn People>> {
    Ok(match cell.errand {
        Errand::Give => Box::new(giving::Giving::fresh(cell.platform_gone, world)?),
        Errand::Buy => Box::new(buying::Buying::default()),
        Errand::MoneyBack => Box::new(giving_up::GivingUp::default()),
    })
}

/// What is done about a screen.
pub enum Act {
    Tap(String),
    /// Digits on the kiosk's keys.
    Type(String),
    Lay(Which),
    /// Takes the card that lies there.
    Take,
    /// Nothing but waiting.
    Look,
    /// The errand has ended.
    Finish,
}

/// How a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Walked {
    /// The errand has ended.
    Whole,
    /// The kiosk has.
    KioskEnded,
}

/// Does what the screens ask until the errand has ended, or the kiosk has. A kiosk that stands still is an error.
pub fn go(kiosk: &mut Hand, world: &mut World, people: &mut dyn People) -> Result<Walked> {
    let end = Instant::now() + PATIENCE;
    loop {
        let labels = match kiosk.labels() {
            Ok(labels) => labels,
            Err(_) if kiosk.has_ended(END_PATIENCE) => return Ok(Walked::KioskEnded),
            Err(error) => return Err(error),
        };
        match people.answer(&labels, world)? {
            // The screen may have gone on by itself.
            Act::Tap(label) => drop(kiosk.command(&format!("tap {label}"))),
            Act::Type(digits) => drop(kiosk.command(&format!("type {digits}"))),
            Act::Lay(which) => {
                if world.lies()? != Some(which) {
                    world.lay(which)?;
                } else if world.lain() > WAIT {
                    // It lies there, the kiosk asks for it, and nothing happens: whoever stands there lays it again. By then an outage
                    // is over: without the platform's keys no card can be opened, however often it is laid.
                    world.start_platform()?;
                    world.lay_again(which)?;
                }
            }
            Act::Take => world.take()?,
            Act::Look => {}
            Act::Finish => return Ok(Walked::Whole),
        }
        if Instant::now() > end {
            bail!("nothing more happens; on screen: {labels}");
        }
        thread::sleep(LOOK);
    }
}

fn sees(labels: &str, text: &str) -> bool {
    labels.contains(text)
}

/// Whether there is exactly this label.
fn has(labels: &str, label: &str) -> bool {
    labels.split(" | ").any(|seen| seen == label)
}

/// The label that begins so, if it is there.
fn key(labels: &str, start: &str) -> Option<String> {
    labels
        .split(" | ")
        .find(|label| label.starts_with(start))
        .map(str::to_owned)
}

/// The label that comes after this one.
fn after(labels: &str, label: &str) -> Option<String> {
    let mut rest = labels.split(" | ").skip_while(|seen| *seen != label);
    rest.nth(1).map(str::to_owned)
}

fn tap(label: &str) -> Act {
    Act::Tap(label.to_owned())
}

/// The first of these keys that is there.
fn first_key(labels: &str, starts: &[&str]) -> Act {
    let found = starts.iter().find_map(|start| key(labels, start));
    found.map_or(Act::Look, Act::Tap)
}

fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}
