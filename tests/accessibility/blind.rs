//! Somebody who does not see the screen: knows what was said, strikes keys of the pad, and feels for reader and slot.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use kippu_stage::hand::Hand;

use crate::support::{SOON, World, moves};

/// Between two looks at what was said.
const LISTEN: Duration = Duration::from_millis(25);
/// Fingers that feel for a key are not faster; a second strike within this time does not count.
const STRIKE: Duration = Duration::from_millis(510);

pub struct Blind {
    kiosk: Hand,
    /// What was said since the last strike.
    heard: Vec<String>,
    struck: Option<Instant>,
}

impl Blind {
    /// Comes to a kiosk, has it speak, and asks for English.
    pub fn at(world: &World) -> Result<Self> {
        let mut blind = Self::before(world)?;
        blind.strike('#')?;
        blind.hears("もう一度聞くには、シャープ")?;
        blind.bar("English")?;
        blind.hears("What would you like to do?")?;
        Ok(blind)
    }

    /// Comes to a kiosk that says nothing yet.
    pub fn before(world: &World) -> Result<Self> {
        Ok(Self {
            kiosk: world.theatre.terminal("kiosk", "kiosk-1")?,
            heard: Vec::new(),
            struck: None,
        })
    }

    /// Strikes a key as soon as a finger can.
    pub fn strike(&mut self, key: char) -> Result<()> {
        let since = self.struck.map(|at| at.elapsed());
        thread::sleep(since.map_or(Duration::ZERO, |since| STRIKE.saturating_sub(since)));
        self.heard.clear();
        self.listen()?;
        self.heard.clear();
        self.kiosk.command(&format!("key {key}"))?;
        self.struck = Some(Instant::now());
        Ok(())
    }

    /// Strikes one key after another.
    pub fn strike_all(&mut self, keys: &str) -> Result<()> {
        keys.chars().try_for_each(|key| self.strike(key))
    }

    fn listen(&mut self) -> Result<()> {
        let said = self.kiosk.command("heard")?;
        let phrases = said.split(" | ").filter(|phrase| !phrase.is_empty());
        self.heard.extend(phrases.map(str::to_owned));
        Ok(())
    }

    /// What was said since the last strike.
    pub fn heard(&mut self) -> Result<&[String]> {
        self.listen()?;
        Ok(&self.heard)
    }

    /// Waits for a phrase with these words since the last strike.
    pub fn hears(&mut self, words: &str) -> Result<String> {
        let end = Instant::now() + Duration::from_secs(SOON);
        loop {
            self.listen()?;
            if let Some(phrase) = self.heard.iter().find(|phrase| phrase.contains(words)) {
                return Ok(phrase.clone());
            }
            if Instant::now() > end {
                bail!("{words:?} was not said, but {:#?}", self.heard);
            }
            thread::sleep(LISTEN);
        }
    }

    /// Strikes the key that was said to do this; asks again where it was said too long ago, and for further keys where there are some.
    pub fn choose(&mut self, words: &str) -> Result<()> {
        self.listen()?;
        if self.key_of(words).is_none() {
            self.strike('#')?;
            self.hears("To hear this again")?;
        }
        for _ in 0..3 {
            let end = Instant::now() + Duration::from_secs(SOON);
            let further = loop {
                self.listen()?;
                if let Some(key) = self.key_of(words) {
                    return self.strike(key);
                }
                if let Some(further) = self.key_of("More keys") {
                    break further;
                }
                if Instant::now() > end {
                    bail!("no key {words:?} was said, but {:#?}", self.heard);
                }
                thread::sleep(LISTEN);
            };
            self.strike(further)?;
        }
        bail!("no key {words:?} on any page")
    }

    /// The key of the pad that was said to do this, in either language.
    fn key_of(&self, words: &str) -> Option<char> {
        self.heard.iter().rev().find_map(|phrase| {
            let after = phrase.strip_prefix(words)?;
            let (_, key) = after
                .rsplit_once(": press ")
                .or_else(|| after.rsplit_once("は、"))?;
            match key.trim_end_matches(['.', '。']) {
                "star" | "米印" => Some('*'),
                "hash" | "シャープ" => Some('#'),
                digit => digit.chars().next(),
            }
        })
    }

    /// Chooses a key of the bar at the foot: language, text, speech, staff.
    pub fn bar(&mut self, words: &str) -> Result<()> {
        self.strike('#')?;
        self.strike('#')?;
        self.hears(words)?;
        let Some(key) = self.key_of(words) else {
            bail!("no key {words:?} was said, but {:#?}", self.heard);
        };
        self.strike(key)
    }

    /// Lays a card into the frame, which can be felt.
    pub fn lays(&mut self, card: &str) -> Result<()> {
        moves::lay(&mut self.kiosk, card)
    }

    /// Takes it away.
    pub fn lifts(&mut self, card: &str) -> Result<()> {
        moves::lift(&mut self.kiosk, card)
    }

    /// Plugs a headset in, or pulls it out.
    pub fn headset(&mut self, there: bool) -> Result<()> {
        let plug = if there { "in" } else { "out" };
        self.kiosk.command(&format!("headset {plug}")).map(drop)
    }

    /// The kiosk itself, for what is no matter of sight: what is on the screen beside what was said.
    pub fn kiosk(&mut self) -> &mut Hand {
        &mut self.kiosk
    }
}
