//! The hand: touches a headless terminal as a person would, through its line protocol.

use std::{path::Path, time::Duration};

use anyhow::{Result, bail};

use crate::process::Process;

/// How long the hand waits for the terminal to answer a command itself, beyond what the command may take.
const ANSWER_PATIENCE: Duration = Duration::from_secs(20);

/// One terminal under the hand.
pub struct Hand {
    process: Process,
    /// Name for messages.
    pub name: String,
}

impl Hand {
    /// Takes over a terminal that was started with `--headless`.
    pub fn new(name: &str, process: Process) -> Self {
        Self {
            process,
            name: name.into(),
        }
    }

    /// The system's number of the terminal's process.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Sends one command; the answer's text after `ok`, or an error with what the terminal said.
    pub fn command(&mut self, command: &str) -> Result<String> {
        self.command_within(command, ANSWER_PATIENCE)
    }

    fn command_within(&mut self, command: &str, patience: Duration) -> Result<String> {
        self.process.send(command)?;
        loop {
            let answer = self.process.line(patience)?;
            match answer.split_once(' ').unwrap_or((&answer, "")) {
                ("ok", rest) => return Ok(rest.to_owned()),
                ("no", why) => bail!("{}: {command}: {why}", self.name),
                _ => {}
            }
        }
    }

    /// Touches the element with this accessible label, waiting for it first.
    pub fn tap(&mut self, label: &str) -> Result<()> {
        self.wait(label, 20)?;
        self.command(&format!("tap {label}")).map(drop)
    }

    /// Waits until an element with this label can be seen.
    pub fn wait(&mut self, label: &str, seconds: u64) -> Result<()> {
        self.command_within(
            &format!("wait {label} {seconds}"),
            ANSWER_PATIENCE + Duration::from_secs(seconds),
        )
        .map(drop)
        .or_else(|why| {
            let seen = self.labels().unwrap_or_default();
            bail!("{why:#}; on screen: {seen}")
        })
    }

    /// Waits until no element with this label can be seen.
    pub fn gone(&mut self, label: &str, seconds: u64) -> Result<()> {
        self.command_within(
            &format!("gone {label} {seconds}"),
            ANSWER_PATIENCE + Duration::from_secs(seconds),
        )
        .map(drop)
    }

    /// All labels on screen.
    pub fn labels(&mut self) -> Result<String> {
        self.command("labels")
    }

    /// Saves a picture of the screen.
    pub fn shot(&mut self, file: &Path) -> Result<()> {
        self.command(&format!("shot {}", file.display())).map(drop)
    }

    /// Whether the terminal's process has ended, or does while it is waited for.
    pub fn has_ended(&mut self, patience: Duration) -> bool {
        self.process.has_ended(patience)
    }

    /// A power cut.
    pub fn kill(self) {
        self.process.kill();
    }
}
