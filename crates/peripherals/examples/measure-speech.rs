//! Measures how long it takes from the wish to speak to the first word at the output, for sentences said before and not.
//!
//! `measure-speech [ROUNDS]`. What a sound card adds is not in it.

use std::{
    env,
    sync::mpsc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use kippu_peripherals::speech::{Output, Phrase, Sound, Speech, SpokenAloud, Tongue, Voices};

/// What a screen begins with, of several lengths.
const WORDS: [(Tongue, &[&str]); 2] = [
    (
        Tongue::English,
        &[
            "Event",
            "What would you like to do?",
            "Otherwise this screen closes and what you have not paid for is given back.",
        ],
    ),
    (
        Tongue::Japanese,
        &[
            "公演",
            "ご用件をお選びください",
            "カードA末尾2093に、チケットがもどります。そのまま動かさないでください。",
        ],
    ),
];

/// Tells when it is given something to play.
struct Ear(mpsc::Sender<Instant>);

impl Output for Ear {
    fn play(&mut self, _: &Sound) {
        // Nobody listens any more once the measuring is over.
        let _ = self.0.send(Instant::now());
    }

    fn stop(&mut self) {}

    fn is_playing(&self) -> bool {
        false
    }

    fn set_loudness(&mut self, _: f32) {}
}

fn main() -> Result<()> {
    let rounds: u32 = env::args().nth(1).map_or(Ok(20), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    println!("| words | new, ms | said before, ms |\n|---|--:|--:|");
    for (tongue, sentences) in WORDS {
        for words in sentences {
            let (mut new, mut known) = (Duration::ZERO, Duration::ZERO);
            for _ in 0..rounds {
                let voices = Voices::prepare(folder.path())?;
                let (ear, heard) = mpsc::channel();
                let mut speech = SpokenAloud::start(voices, Ear(ear));
                for sum in [&mut new, &mut known] {
                    let begun = Instant::now();
                    let words = (*words).into();
                    speech.say(vec![Phrase { tongue, words }]);
                    let at = heard.recv().context("nothing was said")?;
                    *sum += at.duration_since(begun);
                }
            }
            let ms = |sum: Duration| sum.as_secs_f64() * 1e3 / f64::from(rounds.max(1));
            println!("| {words} | {:.0} | {:.2} |", ms(new), ms(known));
        }
    }
    Ok(())
}
