//! One customer buys two tickets, pays them at the register, and carries them on a card.

use anyhow::{Result, ensure};

use super::{
    Act, PLAY, People, after,
    clerk::{Attended, attend},
    digits, first_key, has, key, papers, sees, tap,
};
use crate::{audit::Before, cell::Ended, grid::Which, world::World};

/// How many tickets are bought.
const TICKETS: usize = 2;

/// How far the customer has come.
#[derive(Default)]
pub struct Buying {
    begun: bool,
    /// The slip's number, once it was seen on the screen or on paper.
    slip: Option<String>,
    /// What was paid for it, minor units.
    paid: Option<i64>,
    /// The tickets are on the card.
    have: bool,
    /// The card was laid to see what waits for it, since the kiosk was started.
    looked: bool,
    /// The slip's number was typed on the screen that is there.
    typed: bool,
    settled: bool,
    /// This start of the kiosk has begun or gone on with something.
    busy: bool,
}

impl Buying {
    fn pay(&mut self, world: &mut World) -> Result<()> {
        let Some(slip) = &self.slip else {
            return Ok(());
        };
        let attended = attend(world.register()?, slip)?;
        let Attended::Taken(sum) = attended else {
            anyhow::bail!("the register says {attended:?} of slip {slip}");
        };
        ensure!(
            self.paid.replace(sum).is_none(),
            "MONEY: slip {slip} was paid twice"
        );
        Ok(())
    }

    fn at_home(&mut self, world: &mut World) -> Result<Act> {
        if self.have {
            self.settled = !self.busy;
            return Ok(Act::Finish);
        }
        self.busy = true;
        if self.slip.is_some() && self.paid.is_none() {
            self.pay(world)?;
            return Ok(Act::Look);
        }
        if self.slip.is_some() {
            return Ok(tap("Go on with a slip"));
        }
        // Without a number in hand the card says what waits for it.
        if self.begun && !self.looked {
            return Ok(Act::Lay(Which::Receiver));
        }
        self.begun = true;
        Ok(tap("Buy tickets"))
    }
}

impl People for Buying {
    fn answer(&mut self, labels: &str, world: &mut World) -> Result<Act> {
        if let Some(label) = key(labels, "English") {
            return Ok(Act::Tap(label));
        }
        if sees(labels, "Barcode of the slip") {
            self.slip = after(labels, "Slip number");
        }
        let types = sees(labels, "Enter the slip number");
        self.typed &= types;
        for end in [
            "Your tickets are on your card",
            "The tickets are on their card",
        ] {
            if sees(labels, end) && has(labels, "Finish") {
                self.have = true;
                return Ok(Act::Finish);
            }
        }
        if sees(labels, "What would you like to do?") {
            return self.at_home(world);
        }
        self.busy = true;
        if let (true, false, Some(slip)) = (types, self.typed, &self.slip) {
            self.typed = true;
            return Ok(Act::Type(digits(slip)));
        }
        if sees(labels, "This card has open orders") {
            let label = key(labels, PLAY.trim_end_matches(", "));
            return Ok(label.map_or(Act::Look, Act::Tap));
        }
        if sees(labels, "There is no ticket on this card") {
            self.looked = true;
            return Ok(tap("Finish"));
        }
        if sees(labels, "Waiting for the register") || sees(labels, "Do not pay twice") {
            if world.lies()?.is_some() {
                return Ok(Act::Take);
            }
            if self.paid.is_none() {
                self.pay(world)?;
            }
            return Ok(Act::Look);
        }
        for asks in [
            "Lay your card",
            "Please lay the same card again",
            "Lay the card again",
            "it knows where",
            "The card was lifted too early",
        ] {
            if sees(labels, asks) {
                return Ok(Act::Lay(Which::Receiver));
            }
        }
        if has(labels, "Go on") && self.typed {
            return Ok(tap("Go on"));
        }
        if sees(labels, "Choose an event") {
            return Ok(key(labels, PLAY).map_or(Act::Look, Act::Tap));
        }
        Ok(first_key(
            labels,
            &[
                "Find 2 seats",
                "Go on to pay",
                "Best seats",
                "Finish: ",
                "Go on without paper",
                "Try again",
                "Finish",
            ],
        ))
    }

    fn meanwhile(&mut self, world: &mut World) -> Result<()> {
        if self.slip.is_none() {
            self.slip = papers::newest(world, papers::Number::Slip)?;
        }
        if self.paid.is_none() {
            self.pay(world)?;
        }
        Ok(())
    }

    fn start_again(&mut self) {
        self.busy = false;
        self.looked = false;
        self.typed = false;
    }

    fn settled(&self) -> bool {
        self.settled
    }

    fn audit(&self, before: &Before, world: &mut World) -> Result<Ended> {
        let paid = self.paid.unwrap_or_default();
        before.bought(world, TICKETS, paid)?;
        Ok(Ended::Bought)
    }
}
