//! Two people at the kiosk, and a clerk: they do what the screen asks, whatever screen comes.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use kippu_stage::hand::Hand;

use crate::{audit, grid::Which, world::World};

/// Between two looks at the screen: as often as people look, and not at every passing state, because looking is most of what a cell costs.
const LOOK: Duration = Duration::from_millis(150);
/// How long somebody looks at a card that lies there and is asked for, before laying it again.
const WAIT: Duration = Duration::from_secs(6);
/// For the end of a kiosk that no longer answers.
const END_PATIENCE: Duration = Duration::from_secs(5);
/// Longest time for the people to come to an end.
const PATIENCE: Duration = Duration::from_secs(90);

/// How the tickets of the play begin on the screen, and how many of them are given.
const PLAY: &str = "銀河鉄道の夜, ";
const TO_GIVE: usize = 2;

/// How far the people have come.
#[derive(Debug, Clone)]
pub struct Walk {
    /// They have begun to give; a kiosk that offers everything anew has nothing open.
    begun: bool,
    /// The platform is to go away when the tickets are in the kiosk.
    platform_goes: bool,
    /// This start found nothing open.
    pub settled: bool,
    /// This start of the kiosk has begun or gone on with something.
    busy: bool,
    /// Tickets that were touched on the screen where they are chosen.
    chosen: Vec<String>,
    /// The screen where they are chosen was there at the last look.
    chooses: bool,
}

impl Walk {
    /// Nothing has happened.
    pub fn fresh(platform_goes: bool) -> Self {
        Self {
            begun: false,
            platform_goes,
            settled: false,
            busy: false,
            chosen: Vec::new(),
            chooses: false,
        }
    }

    /// The kiosk is started again, and the platform runs.
    pub fn start_again(&mut self) {
        self.platform_goes = false;
        self.busy = false;
        self.chooses = false;
    }
}

/// What is done about a screen.
enum Act {
    Tap(String),
    Lay(Which),
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
pub fn go(kiosk: &mut Hand, world: &mut World, walk: &mut Walk) -> Result<Walked> {
    let end = Instant::now() + PATIENCE;
    let endings = [
        ending(&audit::uid(&world.image(Which::Giver))?),
        ending(&audit::uid(&world.image(Which::Receiver))?),
    ];
    loop {
        let labels = match kiosk.labels() {
            Ok(labels) => labels,
            Err(_) if kiosk.has_ended(END_PATIENCE) => return Ok(Walked::KioskEnded),
            Err(error) => return Err(error),
        };
        if walk.platform_goes && sees(&labels, "Swap the cards") {
            world.stop_platform();
            walk.platform_goes = false;
        }
        match answer(&labels, walk, &endings) {
            Act::Tap(label) => {
                // The screen may have gone on by itself.
                let _tapped = kiosk.command(&format!("tap {label}"));
            }
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
            Act::Look => {}
            Act::Finish => return Ok(Walked::Whole),
        }
        if Instant::now() > end {
            bail!("nothing more happens; on screen: {labels}");
        }
        thread::sleep(LOOK);
    }
}

fn ending(uid: &str) -> String {
    uid[uid.len() - 4..].to_uppercase()
}

fn sees(labels: &str, text: &str) -> bool {
    labels.contains(text)
}

/// The label that begins so, if it is there.
fn key(labels: &str, start: &str) -> Option<String> {
    labels
        .split(" | ")
        .find(|label| label.starts_with(start))
        .map(str::to_owned)
}

fn answer(labels: &str, walk: &mut Walk, endings: &[String; 2]) -> Act {
    if let Some(label) = key(labels, "English") {
        return Act::Tap(label);
    }
    // The ends of the errand, and of going on with it.
    for end in ["on card B", "back on card A", "Take both cards"] {
        if sees(labels, end) && key(labels, "Finish").is_some() {
            return Act::Finish;
        }
    }
    if sees(labels, "What would you like to do?") {
        if walk.begun {
            walk.settled = !walk.busy;
            return Act::Finish;
        }
        walk.begun = true;
        walk.busy = true;
        return Act::Tap("Give to someone".into());
    }
    walk.busy = true;
    let by_ending = || {
        let upper = labels.to_uppercase();
        match (upper.contains(&endings[0]), upper.contains(&endings[1])) {
            (_, true) => Which::Receiver,
            _ => Which::Giver,
        }
    };
    let chooses = sees(labels, "Which tickets are you giving?");
    if chooses && !walk.chooses {
        // The screen comes, or comes back, with nothing chosen.
        walk.chosen.clear();
    }
    walk.chooses = chooses;
    if chooses && walk.chosen.len() < TO_GIVE {
        let next = labels.split(" | ").find(|label| {
            label.starts_with(PLAY) && !walk.chosen.iter().any(|chosen| chosen == label)
        });
        return match next {
            Some(label) => {
                walk.chosen.push(label.to_owned());
                Act::Tap(label.to_owned())
            }
            None => Act::Look,
        };
    }
    // Only the card itself can tell: the one the tickets left, or else the one they go to.
    for (title, which) in [
        ("We are checking card A", Which::Giver),
        ("We are checking card B", Which::Receiver),
    ] {
        if sees(labels, title) {
            return Act::Lay(which);
        }
    }
    // The picture's words: whatever the title says of the last card, the other one is to be laid.
    if sees(labels, "card B is laid into it") {
        return Act::Lay(Which::Receiver);
    }
    for asks in [
        "Lay your card again",
        "Please lay the same card again",
        "it knows where",
        "The card was lifted too early",
    ] {
        if sees(labels, asks) {
            return Act::Lay(by_ending());
        }
    }
    if sees(labels, "Lay the giving card") || sees(labels, "the tickets go back onto it") {
        return Act::Lay(Which::Giver);
    }
    for label in [
        "Give 2 tickets",
        "Give 3 tickets",
        "Give 1 ticket",
        "Yes, give them",
        "Finish: ",
        "Try again",
        "Finish",
    ] {
        if let Some(label) = key(labels, label) {
            return Act::Tap(label);
        }
    }
    Act::Look
}
