//! The clerk at the register: takes money for a slip and pays money out for a code, and asks again where no answer came.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use kippu_stage::hand::Hand;

use super::{after, digits, first_key, has, key, sees};
use crate::{audit::yen, customers::Act};

/// Between two looks at the register.
const LOOK: Duration = Duration::from_millis(100);
/// Longest time for one customer.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came of a slip or code at the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attended {
    /// The customer paid this, minor units.
    Taken(i64),
    /// The customer was paid this out, minor units.
    PaidOut(i64),
    /// The register knows no such slip.
    Nothing,
}

/// Serves the customer who brings this number.
pub fn attend(register: &mut Hand, number: &str) -> Result<Attended> {
    let end = Instant::now() + PATIENCE;
    // What is typed stays on the screen when no answer comes.
    let mut typed = false;
    loop {
        let labels = register.labels()?;
        if let Some(attended) = ended(&labels)? {
            leave(register, &labels)?;
            return Ok(attended);
        }
        if sees(&labels, "Who is at the register?") {
            log_in(register)?;
        } else if typed && sees(&labels, "There is no such slip here.") {
            for _ in digits(number).chars() {
                register.command("key backspace")?;
            }
            return Ok(Attended::Nothing);
        } else if has(&labels, "Open the slip") && !typed {
            register.command(&format!("type {}", digits(number)))?;
            typed = true;
        } else if let Act::Tap(label) = next(&labels) {
            // The screen may have gone on by itself.
            drop(register.command(&format!("tap {label}")));
        }
        if Instant::now() > end {
            bail!("the clerk comes to no end; on the register: {labels}");
        }
        thread::sleep(LOOK);
    }
}

/// How it ended, if it has.
fn ended(labels: &str) -> Result<Option<Attended>> {
    let sum = |title| after(labels, title).as_deref().and_then(yen);
    if sees(labels, "paid out before") {
        bail!("MONEY: the register says that it was paid out before; on it: {labels}");
    }
    if sees(labels, "Take no money") || sees(labels, "Hand the money back") {
        bail!("MONEY: the register does not take the money; on it: {labels}");
    }
    Ok(if sees(labels, "Hand the money out now") {
        sum("Hand out").map(Attended::PaidOut)
    } else if sees(labels, "The slip is paid") {
        sum("Sum").map(Attended::Taken)
    } else {
        None
    })
}

fn leave(register: &mut Hand, labels: &str) -> Result<()> {
    for label in ["Handed out", "Next"] {
        if has(labels, label) {
            register.tap(label)?;
        }
    }
    register.wait("Slips", 20)
}

fn next(labels: &str) -> Act {
    if let Some(label) = labels
        .split(" | ")
        .find(|label| label.ends_with("is in the till"))
    {
        return Act::Tap(label.to_owned());
    }
    first_key(
        labels,
        &["English", "Pay out ", "Ask again", "Open the slip"],
    )
}

fn log_in(register: &mut Hand) -> Result<()> {
    if let Some(label) = key(&register.labels()?, "English") {
        register.tap(&label)?;
    }
    register.tap("Clerk's number")?;
    register.command("key backspace")?;
    register.command("type 1")?;
    register.tap("PIN")?;
    register.command("type 1111")?;
    // Without an answer the screen stays, and the PIN is typed anew.
    drop(register.command("tap Log in"));
    drop(register.wait("Slips", 5));
    Ok(())
}
