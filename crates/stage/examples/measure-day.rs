//! Measures the real kiosk over a day of customers, with no display and under the hand: memory and files after each quarter.
//!
//! `measure-day [SESSIONS]`. One session after another without a pause between them, of every kind: of twenty customers
//! eight look at their card, four look at seats and leave, four type a slip number that does not exist, two stop before paying, one buys two tickets,
//! pays at the register and carries them away, and one gives them up and is paid out. Linux only: memory comes from `/proc`.

use std::{
    env, fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use kippu_stage::{hand::Hand, procfs, theatre::Theatre};

/// A busy kiosk has a customer a minute, all day.
const SESSIONS: u32 = 24 * 60;
/// How often memory and files are looked at.
const PARTS: u32 = 4;
/// Longest wait for a screen, in seconds.
const SOON: u64 = 30;
/// The card that buys and gives up, and one that is only looked at.
const BUYER: &str = "aoi-4k";
const OTHER: &str = "dora-4k";
const PLAY: &str = "銀河鉄道の夜,";
const STADIUM: &str = "Harbour City v. Northern Stars";
/// A slip number with a right check that belongs to nothing.
const NO_SLIP: &str = "119997";

fn main() -> Result<()> {
    let sessions = match env::args().nth(1) {
        Some(text) => text.parse().context("expected a number of sessions")?,
        None => SESSIONS,
    };
    let folder = tempfile::tempdir()?;
    let theatre = Theatre::open(folder.path())?;
    let mut register = Register(theatre.terminal("register", "register-1")?);
    register.log_in()?;
    let mut kiosk = Kiosk(theatre.terminal("kiosk", "kiosk-1")?);
    kiosk.0.wait("English", SOON)?;

    println!(
        "| sessions | minutes | memory, MiB | most so far | CPU, s | the kiosk's files, KiB | the platform's, KiB |"
    );
    println!("|--:|--:|--:|--:|--:|--:|--:|");
    let begun = Instant::now();
    let row = |done: u32, kiosk: &Kiosk| -> Result<()> {
        let process = kiosk.0.process_id();
        let (now, most) = procfs::memory(process)?;
        println!(
            "| {done} | {:.1} | {now:.1} | {most:.1} | {:.0} | {} | {} |",
            begun.elapsed().as_secs_f64() / 60.0,
            procfs::cpu_seconds(process)?,
            kib(&theatre.data_of("kiosk-1"))?,
            kib(&theatre.platform_data())?
        );
        Ok(())
    };
    row(0, &kiosk)?;
    for session in 0..sessions {
        kiosk
            .session(session, &mut register)
            .with_context(|| format!("session {session}"))?;
        if (session + 1) % (sessions / PARTS).max(1) == 0 {
            row(session + 1, &kiosk)?;
        }
    }
    println!();
    Ok(())
}

/// The kiosk under the hand of one customer after another.
struct Kiosk(Hand);

impl Kiosk {
    /// One customer, from the first screen back to it.
    fn session(&mut self, number: u32, register: &mut Register) -> Result<()> {
        self.0.tap("English")?;
        match number % 20 {
            0 => self.buy(register)?,
            10 => self.give_up(register)?,
            1 | 11 => self.stop_before_paying()?,
            2..=5 => self.look_at_seats(if number.is_multiple_of(2) {
                PLAY
            } else {
                STADIUM
            })?,
            6..=9 => self.ask_for_nothing()?,
            _ => self.look_at_card()?,
        }
        self.0.wait("English", SOON)
    }

    fn lay(&mut self, card: &str) -> Result<()> {
        self.0.tap(&format!("tray {card}"))
    }

    fn lift(&mut self, card: &str) -> Result<()> {
        self.0.tap(&format!("tray {card}"))?;
        self.0.gone("on reader", SOON)
    }

    /// Whoever lifts their card from that screen has ended.
    fn look_at_card(&mut self) -> Result<()> {
        self.lay(OTHER)?;
        self.0
            .wait("Touch a ticket to see what happened to it.", SOON)?;
        self.lift(OTHER)
    }

    fn look_at_seats(&mut self, event: &str) -> Result<()> {
        self.0.tap("Buy tickets")?;
        self.0.tap(event)?;
        self.0.wait("Seat picture", SOON)?;
        self.0.command("drag 300 1000 780 1300")?;
        self.back_to_start()
    }

    fn ask_for_nothing(&mut self) -> Result<()> {
        self.0.tap("Go on with a slip")?;
        self.0.wait("Enter the slip number or code", SOON)?;
        self.0.command(&format!("type {NO_SLIP}"))?;
        self.0.tap("Go on")?;
        self.0.wait("There is no such slip", SOON)?;
        self.back_to_start()
    }

    fn choose(&mut self) -> Result<()> {
        self.0.tap("Buy tickets")?;
        self.0.tap(PLAY)?;
        self.0.tap("Best seats")?;
        self.0.tap("Find 2 seats")?;
        self.0.wait("Please check", SOON)
    }

    fn stop_before_paying(&mut self) -> Result<()> {
        self.choose()?;
        self.back_to_start()
    }

    fn buy(&mut self, register: &mut Register) -> Result<()> {
        self.choose()?;
        self.0.tap("Go on to pay")?;
        self.0.wait("Lay your card", SOON)?;
        self.lay(BUYER)?;
        self.0.wait("Waiting for the register", SOON)?;
        let slip = self.after("Slip number")?;
        self.lift(BUYER)?;
        register.take(&slip)?;
        self.0.wait("Lay your card again", SOON)?;
        self.lay(BUYER)?;
        self.0.wait("Your tickets are on your card", SOON)?;
        self.lift(BUYER)?;
        self.0.tap("Finish")
    }

    fn give_up(&mut self, register: &mut Register) -> Result<()> {
        self.lay(BUYER)?;
        self.0.tap("Money back")?;
        self.0.wait("Which do you give up?", SOON)?;
        for row in self.labels(|label| label.starts_with(PLAY))? {
            self.0.tap(&row)?;
        }
        self.0.tap("See the sum for 2 tickets")?;
        self.0.tap("Yes, give them up")?;
        self.0.wait("Take the slip to the register", SOON)?;
        let code = self.after("Refund number")?;
        self.lift(BUYER)?;
        register.pay_out(&code)?;
        self.0.tap("Finish")
    }

    /// Touches back until the first screen is there, in the language it begins in.
    fn back_to_start(&mut self) -> Result<()> {
        let end = Instant::now() + Duration::from_secs(SOON);
        loop {
            let labels = self.0.labels()?;
            let has = |label: &str| labels.split(" | ").any(|seen| seen == label);
            if has("English") {
                return Ok(());
            }
            let key = ["Start", "Back", "日本語"].into_iter().find(|key| has(key));
            // The screen may have gone on by itself.
            drop(
                self.0
                    .command(&format!("tap {}", key.context(labels.clone())?)),
            );
            ensure!(Instant::now() < end, "no way back from {labels}");
        }
    }

    fn labels(&mut self, wanted: impl Fn(&str) -> bool) -> Result<Vec<String>> {
        let labels = self.0.labels()?;
        Ok(labels
            .split(" | ")
            .filter(|label| wanted(label))
            .map(str::to_owned)
            .collect())
    }

    /// The words below a title.
    fn after(&mut self, title: &str) -> Result<String> {
        let labels = self.0.labels()?;
        let mut rest = labels.split(" | ").skip_while(|label| *label != title);
        Ok(rest.nth(1).with_context(|| labels.clone())?.to_owned())
    }
}

/// The register under the clerk's hand.
struct Register(Hand);

impl Register {
    fn log_in(&mut self) -> Result<()> {
        for (key, text) in [("Clerk's number", "1"), ("PIN", "1111")] {
            if key == "Clerk's number" {
                self.0.tap("English")?;
            }
            self.0.tap(key)?;
            self.0.command(&format!("type {text}"))?;
        }
        self.0.tap("Log in")?;
        self.0.wait("Open the slip", SOON)
    }

    fn open(&mut self, number: &str) -> Result<()> {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        self.0.command(&format!("type {digits}"))?;
        self.0.tap("Open the slip")
    }

    fn take(&mut self, slip: &str) -> Result<()> {
        self.open(slip)?;
        self.0.tap("¥17,600 is in the till")?;
        self.0.tap("Next")
    }

    fn pay_out(&mut self, code: &str) -> Result<()> {
        self.open(code)?;
        self.0.tap("Pay out ¥17,160")?;
        self.0.tap("Handed out")
    }
}

/// How much all files below a folder take, in KiB.
fn kib(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() {
            kib(&entry.path())? * 1024
        } else {
            entry.metadata()?.len()
        };
    }
    Ok(bytes / 1024)
}
