//! Two people and a clerk: tickets go from one card to another.

use anyhow::Result;
use kippu_stage::books;

use super::{Act, PLAY, People, first_key, key, sees};
use crate::{audit::Before, cell::Ended, grid::Which, world::World};

/// How many of the giver's tickets are given.
const TO_GIVE: usize = 2;

/// How far the people have come.
pub struct Giving {
    /// The last digits of both cards, as the screens name them.
    endings: [String; 2],
    /// They have begun to give; a kiosk that offers everything anew has nothing open.
    begun: bool,
    /// The platform is to go away when the tickets are in the kiosk.
    platform_goes: bool,
    /// This start found nothing open.
    settled: bool,
    /// This start of the kiosk has begun or gone on with something.
    busy: bool,
    /// Tickets that were touched on the screen where they are chosen.
    chosen: Vec<String>,
    /// The screen where they are chosen was there at the last look.
    chooses: bool,
}

impl Giving {
    /// Nothing has happened.
    pub fn fresh(platform_goes: bool, world: &World) -> Result<Self> {
        let ending = |which| books::uid(&world.image(which)).map(|uid| ending(&uid));
        Ok(Self {
            endings: [ending(Which::Giver)?, ending(Which::Receiver)?],
            begun: false,
            platform_goes,
            settled: false,
            busy: false,
            chosen: Vec::new(),
            chooses: false,
        })
    }
}

impl People for Giving {
    fn answer(&mut self, labels: &str, world: &mut World) -> Result<Act> {
        if self.platform_goes && sees(labels, "Swap the cards") {
            world.stop_platform();
            self.platform_goes = false;
        }
        Ok(answer(labels, self))
    }

    fn start_again(&mut self) {
        self.platform_goes = false;
        self.busy = false;
        self.chooses = false;
    }

    fn settled(&self) -> bool {
        self.settled
    }

    fn audit(&self, before: &Before, world: &mut World) -> Result<Ended> {
        Ok(match before.tickets_stayed(world)? {
            0 => Ended::WithGiver,
            _ => Ended::Given,
        })
    }
}

fn ending(uid: &str) -> String {
    uid[uid.len() - 4..].to_uppercase()
}

fn answer(labels: &str, walk: &mut Giving) -> Act {
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
        match (
            upper.contains(&walk.endings[0]),
            upper.contains(&walk.endings[1]),
        ) {
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
    first_key(
        labels,
        &[
            "Give 2 tickets",
            "Give 3 tickets",
            "Give 1 ticket",
            "Yes, give them",
            "Finish: ",
            "Try again",
            "Finish",
        ],
    )
}
