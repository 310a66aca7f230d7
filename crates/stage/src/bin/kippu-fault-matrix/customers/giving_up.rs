//! One customer gives tickets up at the kiosk and is paid out at the register.

use anyhow::{Result, bail, ensure};

use super::{
    Act, PLAY, People, after,
    clerk::{Attended, attend},
    digits, first_key, has, key, papers, sees, tap,
};
use crate::{
    audit::{Before, sum_in},
    cell::Ended,
    grid::Which,
    world::World,
};

/// The tickets of the card that bring money: those of the play.
const TICKETS: usize = 2;
/// How often somebody looks at a card that has neither tickets nor money before they say that all is gone.
const LOOKS: u8 = 3;

/// How far the customer has come.
#[derive(Default)]
pub struct GivingUp {
    /// The code, once it was seen on the screen or on paper.
    code: Option<String>,
    /// The register knew nothing of it: it opens the tickets, if anything.
    opens_tickets: bool,
    /// The sum that was said before the yes.
    agreed: Option<i64>,
    /// What was paid out, minor units.
    got: Option<i64>,
    /// The card was laid and showed nothing to give up.
    vain: u8,
    chosen: Vec<String>,
    /// The code was typed on the screen that is there.
    typed: bool,
    at_home: bool,
    settled: bool,
    /// This start of the kiosk has begun or gone on with something.
    busy: bool,
}

impl GivingUp {
    fn visit_the_register(&mut self, world: &mut World) -> Result<()> {
        let Some(code) = &self.code else {
            return Ok(());
        };
        match attend(world.register()?, code)? {
            Attended::PaidOut(sum) => {
                ensure!(
                    self.got.replace(sum).is_none(),
                    "MONEY: it was paid out twice"
                );
            }
            Attended::Nothing => self.opens_tickets = true,
            Attended::Taken(sum) => bail!("MONEY: ¥{sum} were taken for a refund"),
        }
        Ok(())
    }

    fn home(&mut self, world: &mut World, came: bool) -> Result<Act> {
        if self.got.is_some() {
            self.settled = !self.busy;
            return Ok(Act::Finish);
        }
        self.busy = true;
        if came && world.lies()?.is_some() {
            return Ok(Act::Take);
        }
        if self.code.is_none() {
            return Ok(Act::Lay(Which::Giver));
        }
        if self.opens_tickets {
            return Ok(tap("Go on with a slip"));
        }
        self.visit_the_register(world)?;
        Ok(Act::Look)
    }

    /// What waits for the card or the code.
    fn waiting(&mut self, labels: &str) -> Act {
        for state in [
            "Money waits: print the slip",
            "Ready for pick-up",
            "Can go on here",
            "The card left too early: go on",
        ] {
            let row = |label: &&str| label.starts_with(PLAY) && label.ends_with(state);
            if let Some(label) = labels.split(" | ").find(row) {
                return tap(label);
            }
        }
        if sees(labels, "Money back: at the register") {
            self.opens_tickets = false;
            return tap("Finish");
        }
        first_key(labels, &["See my card", "Finish"])
    }

    fn choose(&mut self, labels: &str) -> Result<Act> {
        if let Some(label) = key(labels, "See the sum for 2 tickets") {
            return Ok(Act::Tap(label));
        }
        let seat = |label: &&str| label.starts_with(PLAY) && label.contains(" seat ");
        let is_new = |label: &&str| !self.chosen.iter().any(|old| old == label);
        let next = labels.split(" | ").filter(seat).find(is_new);
        if let Some(label) = next {
            self.chosen.push(label.to_owned());
            return Ok(tap(label));
        }
        // What came back to the card stands behind the rest.
        match page(labels) {
            Some((page, pages)) if page < pages => Ok(tap("Page down")),
            _ => {
                ensure!(
                    !self.chosen.is_empty(),
                    "LOST: the tickets are off the card, and there is neither a code nor money; on screen: {labels}"
                );
                Ok(Act::Look)
            }
        }
    }
}

/// The page that is shown, and of how many.
fn page(labels: &str) -> Option<(u32, u32)> {
    let label = key(labels, "Page 1 of").or_else(|| key(labels, "Page 2 of"))?;
    let mut numbers = label.split(' ').filter_map(|word| word.parse().ok());
    Some((numbers.next()?, numbers.next()?))
}

impl People for GivingUp {
    fn answer(&mut self, labels: &str, world: &mut World) -> Result<Act> {
        if let Some(label) = key(labels, "English") {
            return Ok(Act::Tap(label));
        }
        let (came, types) = (!self.at_home, sees(labels, "Enter the slip number or code"));
        self.at_home = sees(labels, "What would you like to do?");
        self.typed &= types;
        if self.at_home {
            return self.home(world, came);
        }
        self.busy = true;
        if sees(labels, "Which do you give up?") {
            return self.choose(labels);
        }
        self.chosen.clear();
        // Its code opens nothing yet, whatever the slip says.
        if sees(labels, "Only card ") {
            return Ok(Act::Lay(Which::Giver));
        }
        for title in ["Refund number", "Code"] {
            if has(labels, title) && has(labels, "Finish") {
                self.code = after(labels, title);
                self.opens_tickets = false;
                if title == "Refund number" {
                    let shown = after(labels, "You get back at the register");
                    let shown = sum_in(&shown.unwrap_or_default())?;
                    ensure!(
                        self.agreed.is_none_or(|agreed| agreed == shown),
                        "MONEY: {:?} were agreed to and ¥{shown} are promised",
                        self.agreed
                    );
                }
                return Ok(tap("Finish"));
            }
        }
        for end in ["Your tickets are on your card", "back on card A"] {
            if sees(labels, end) && has(labels, "Finish") {
                // Nothing came of it: they begin anew.
                self.code = None;
                self.opens_tickets = false;
                return Ok(tap("Finish"));
            }
        }
        if let (true, false, Some(code)) = (types, self.typed, &self.code) {
            self.typed = true;
            return Ok(Act::Type(digits(code)));
        }
        if types && has(labels, "Go on") {
            return Ok(tap("Go on"));
        }
        if sees(labels, "Which would you like?") {
            return Ok(self.waiting(labels));
        }
        if let Some(yes) = key(labels, "Yes, give them up") {
            let sum = after(labels, "You get back at the register");
            self.agreed = Some(sum_in(&sum.unwrap_or_default())?);
            return Ok(Act::Tap(yes));
        }
        if has(labels, "Money back") {
            return Ok(tap("Money back"));
        }
        if has(labels, "Finish") && has(labels, "On your card") {
            // What waits is known to the platform alone, and the screen says that it cannot be asked.
            if !sees(labels, "there is no connection just now") {
                self.vain += 1;
            }
            ensure!(
                self.vain < LOOKS,
                "LOST: the card has neither tickets nor money, and there is no code; on screen: {labels}"
            );
            return Ok(tap("Finish"));
        }
        for way in ["Give back to card A", "Back to card A"] {
            if let Some(label) = key(labels, way) {
                return Ok(Act::Tap(label));
            }
        }
        for asks in [
            "Lay your card",
            "Please lay the same card again",
            "Lay the card again",
            "Lay the giving card",
            "the tickets go back onto it",
            "We are checking card A",
            "card B is laid into it",
            "it knows where",
            "The card was lifted too early",
        ] {
            if sees(labels, asks) {
                return Ok(Act::Lay(Which::Giver));
            }
        }
        Ok(first_key(labels, &["Finish: ", "Try again", "Finish"]))
    }

    fn meanwhile(&mut self, world: &mut World) -> Result<()> {
        if self.code.is_none() {
            self.code = papers::newest(world, papers::Number::Code)?;
        }
        if self.got.is_none() && !self.opens_tickets {
            self.visit_the_register(world)?;
        }
        Ok(())
    }

    fn start_again(&mut self) {
        self.busy = false;
        self.at_home = false;
        self.typed = false;
        self.chosen.clear();
    }

    fn settled(&self) -> bool {
        self.settled
    }

    fn audit(&self, before: &Before, world: &mut World) -> Result<Ended> {
        before.given_up(world, TICKETS, self.got.unwrap_or_default())?;
        Ok(Ended::PaidOut)
    }
}
