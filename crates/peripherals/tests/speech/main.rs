//! The voices as they are installed, and speech that breaks off.

use std::{
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use kippu_peripherals::speech::{
    FolderOutput, Output, Phrase, Sound, Speech, SpokenAloud, Tongue, Voices,
};

fn phrase(tongue: Tongue, words: &str) -> Phrase {
    Phrase {
        tongue,
        words: words.into(),
    }
}

/// Seconds of a sound, and its loudest sample as a part of what is possible.
fn measure(sound: &Sound) -> (f32, f32) {
    let peak = sound
        .samples
        .iter()
        .map(|sample| sample.unsigned_abs())
        .max();
    (
        sound.samples.len() as f32 / sound.rate as f32,
        f32::from(peak.unwrap_or(0)) / f32::from(i16::MAX),
    )
}

#[test]
fn both_voices_speak_and_longer_words_take_longer() {
    let folder = tempfile::tempdir().unwrap();
    let voices = Voices::prepare(folder.path()).unwrap();
    for (tongue, short, long) in [
        (
            Tongue::English,
            "Seat 4.",
            "Choose an event. Buy tickets: press 0.",
        ),
        (
            Tongue::Japanese,
            "4番。",
            "座席を選んでください。チケットを買うは、0。",
        ),
    ] {
        let (short, peak) = measure(&voices.sound(&phrase(tongue, short)).unwrap());
        assert!(
            (0.3..2.0).contains(&short) && peak > 0.1,
            "{tongue:?}: {short} s, {peak}"
        );
        let (long, peak) = measure(&voices.sound(&phrase(tongue, long)).unwrap());
        assert!(
            long > 2.0 * short && peak > 0.1,
            "{tongue:?}: {long} s, {peak}"
        );
    }
}

#[test]
fn words_that_cannot_be_said_are_no_sound_and_no_end() {
    let folder = tempfile::tempdir().unwrap();
    let voices = Voices::prepare(folder.path()).unwrap();
    assert!(voices.sound(&phrase(Tongue::Japanese, "")).is_err());
    // What looks like an option of the program is words all the same.
    let (length, _) = measure(&voices.sound(&phrase(Tongue::English, "-o passwd")).unwrap());
    assert!(length > 0.3);
}

#[test]
fn recordings_lie_in_the_folder_in_the_order_they_were_said() {
    let folder = tempfile::tempdir().unwrap();
    let voices = Voices::prepare(folder.path()).unwrap();
    let out = folder.path().join("said");
    let mut speech = SpokenAloud::start(voices, FolderOutput::open(&out).unwrap());
    speech.say(vec![
        phrase(Tongue::English, "One."),
        phrase(Tongue::English, "Two, and a little longer than that."),
    ]);
    while speech.is_speaking() {
        thread::yield_now();
    }
    let size = |name: &str| std::fs::metadata(out.join(name)).unwrap().len();
    assert!(size("0002.wav") > size("0001.wav"));
}

/// An output that says when it was given something, and whether it was broken off.
struct Tape {
    played: mpsc::Sender<usize>,
    stopped: Arc<Mutex<bool>>,
}

impl Output for Tape {
    fn play(&mut self, sound: &Sound) {
        self.played.send(sound.samples.len()).unwrap();
    }

    fn stop(&mut self) {
        *self.stopped.lock().unwrap() = true;
    }

    fn is_playing(&self) -> bool {
        false
    }

    fn set_loudness(&mut self, _: f32) {}
}

#[test]
fn a_hush_is_heard_at_once_and_what_waited_is_never_said() {
    let folder = tempfile::tempdir().unwrap();
    let voices = Voices::prepare(folder.path()).unwrap();
    let (played, plays) = mpsc::channel();
    let stopped = Arc::new(Mutex::new(false));
    let tape = Tape {
        played,
        stopped: stopped.clone(),
    };
    let mut speech = SpokenAloud::start(voices, tape);
    let many = (0..40).map(|n| phrase(Tongue::English, &format!("Phrase {n}.")));
    speech.say(many.collect());
    let patience = Duration::from_secs(20);
    plays.recv_timeout(patience).expect("it begins to speak");
    speech.hush();
    assert!(*stopped.lock().unwrap());
    let before = plays.try_iter().count();
    speech.say(vec![phrase(
        Tongue::English,
        "This is the only one left, and it is long.",
    )]);
    let last = plays.recv_timeout(patience).expect("it goes on");
    assert!(
        before < 39 && last > 30_000,
        "{before} before the hush, then {last} samples"
    );
    while speech.is_speaking() {
        thread::yield_now();
    }
    assert_eq!(plays.try_iter().count(), 0);
}
