//! One order, one card, torn from the reader at every exchange of its writing in turn: the customer lays it again each time.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail, ensure};
use kippu_stage::hand::Hand;

use super::exactly_once::written_once;
use crate::support::{CARD, SOON, World, moves};

/// More exchanges than checking and writing take together.
const EXCHANGES_MAX: u32 = 200;
/// Between two looks at screen and card.
const LOOK: Duration = Duration::from_millis(20);

/// How a laying ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Nothing is on the card, and the screen says that.
    NotWritten,
    /// The screen says that only the card knows.
    Unknown,
    /// The tickets are on the card.
    Written,
}

#[test]
fn torn_before_a_command_arrives() -> Result<()> {
    torn_at_each_exchange("command")
}

#[test]
fn torn_before_an_answer_arrives() -> Result<()> {
    torn_at_each_exchange("response")
}

fn torn_at_each_exchange(direction: &str) -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    let order = world.paid_order(CARD, 1)?;
    moves::enter_slip(&mut kiosk, &order.slip)?;
    kiosk.wait("Lay your card again", SOON)?;
    let mut ends = Vec::new();
    for exchange in 1..=EXCHANGES_MAX {
        let end = lay_and_tear(&world, &mut kiosk, exchange, direction)?;
        ends.push(end);
        if end == Ended::Written {
            break;
        }
    }
    let count = |wanted| ends.iter().filter(|end| **end == wanted).count();
    ensure!(
        count(Ended::NotWritten) > 20 && count(Ended::Unknown) > 0 && count(Ended::Written) == 1,
        "{ends:?}"
    );
    // Torn or not, the card is free once the kiosk is off.
    kiosk.kill();
    written_once(&world, &order, CARD)
}

/// Lays the card, which is torn away at this exchange if it comes so far, and waits for what the kiosk says.
///
/// # Errors
/// The kiosk says nothing of the kind.
pub fn lay_and_tear(
    world: &World,
    kiosk: &mut Hand,
    exchange: u32,
    direction: &str,
) -> Result<Ended> {
    let fault =
        format!(r#"{{"tear_at_exchange": {exchange}, "byte": 2, "direction": "{direction}"}}"#);
    world.plan_fault(CARD, &fault)?;
    moves::lay(kiosk, CARD)?;
    let end = Instant::now() + Duration::from_secs(SOON);
    loop {
        let labels = kiosk.labels()?;
        if labels.contains("Your tickets are on your card") {
            return Ok(Ended::Written);
        }
        let torn = !world.fault_is_ahead(CARD) && !labels.contains("on reader");
        if torn && labels.contains("Lay the card again") {
            return Ok(match labels.contains("We are checking your card") {
                true => Ended::Unknown,
                false => Ended::NotWritten,
            });
        }
        if Instant::now() > end {
            bail!("torn: {torn}; on screen: {labels}");
        }
        thread::sleep(LOOK);
    }
}
