//! What goes wrong: how often, where it struck, and the power cut that leaves nothing but what is durable.
//!
//! A power cut is a state, not a panic: from its moment on every port of the terminal fails without doing anything, whatever the machine
//! still tries, until the visit ends and the terminal starts again with what is on its disk.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
};

use crate::{chance, trace::Trace};

/// Kinds of faults, as the last line of a series counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// Power cut before or after a journal write or another effect.
    Crash,
    /// Card torn at some byte of an exchange.
    Tear,
    /// Card in the field that answers nothing.
    Mute,
    /// Request that never arrived.
    LostRequest,
    /// Answer that never arrived.
    LostAnswer,
    /// Request that arrives again later.
    Repeated,
    /// Request that arrives much later only.
    Late,
    /// No network.
    Unreachable,
    /// Journal write refused.
    DiskFull,
    /// A clock that is wrong from then on.
    ClockJump,
    /// Printer that cannot print.
    NoPaper,
    /// Print nobody confirmed.
    Unconfirmed,
    /// Journal put back from an older copy.
    OldJournal,
    /// Platform put back from a backup.
    Restore,
    /// Clerk who says the opposite of what happened.
    WrongClerk,
    /// Terminal destroyed.
    Destroyed,
    /// Card lost for good.
    LostCard,
}

/// Every kind with its word.
pub const KINDS: [(Kind, &str); 17] = [
    (Kind::Crash, "crashes"),
    (Kind::Tear, "cards torn"),
    (Kind::Mute, "cards mute"),
    (Kind::LostRequest, "requests lost"),
    (Kind::LostAnswer, "answers lost"),
    (Kind::Repeated, "requests repeated"),
    (Kind::Late, "requests late"),
    (Kind::Unreachable, "network away"),
    (Kind::DiskFull, "disk full"),
    (Kind::ClockJump, "clock jumps"),
    (Kind::NoPaper, "paper out"),
    (Kind::Unconfirmed, "prints unconfirmed"),
    (Kind::OldJournal, "journals from old copies"),
    (Kind::Restore, "platform restored"),
    (Kind::WrongClerk, "clerks wrong"),
    (Kind::Destroyed, "terminals destroyed"),
    (Kind::LostCard, "cards lost"),
];

/// How many of each kind struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts([u64; KINDS.len()]);

impl Counts {
    /// One more.
    pub fn add(&mut self, kind: Kind) {
        self.0[kind as usize] += 1;
    }

    /// Those of another run as well.
    pub fn add_all(&mut self, other: &Self) {
        self.0
            .iter_mut()
            .zip(other.0)
            .for_each(|(own, other)| *own += other);
    }

    /// How many of a kind.
    pub fn of(&self, kind: Kind) -> u64 {
        self.0[kind as usize]
    }

    /// How many in all.
    pub fn sum(&self) -> u64 {
        self.0.iter().sum()
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, (kind, word)) in KINDS.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{} {word}", self.of(*kind))?;
        }
        Ok(())
    }
}

/// How often: once in so many chances, 0 for never.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    /// A power cut somewhere in a visit.
    pub crash: u32,
    /// A card fault somewhere in a session.
    pub card: u32,
    /// Something with one message.
    pub message: u32,
    /// A refused journal write.
    pub disk: u32,
    /// Something with a print.
    pub paper: u32,
}

/// The rates of a run, drawn so that some runs are rough and some have a single misfortune.
pub fn draw_rates() -> Rates {
    let of = |rare: &[u32]| chance::pick(rare).unwrap_or(0);
    Rates {
        crash: of(&[0, 3, 6, 12]),
        card: of(&[0, 3, 6, 12]),
        message: of(&[0, 6, 12, 30]),
        disk: of(&[0, 0, 40, 100]),
        paper: of(&[0, 2, 4]),
    }
}

/// Longest visits in places a power cut can strike, by what they do; further on it strikes nowhere.
const POINTS: [usize; 3] = [20, 80, 300];
/// No power cut is to come.
const NEVER: usize = usize::MAX;

/// The faults of one run and the trace of what happened. Readers want it to be shareable between threads; it is used by one.
pub struct Faults {
    rates: Rates,
    counts: Mutex<Counts>,
    /// Places until the power goes.
    fuse: AtomicUsize,
    dead: AtomicBool,
    calm: AtomicBool,
    trace: Mutex<Trace>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Faults {
    /// Those of a run.
    pub fn new(rates: Rates, keep_trace: bool) -> Self {
        Self {
            rates,
            counts: Mutex::default(),
            fuse: AtomicUsize::new(NEVER),
            dead: AtomicBool::new(false),
            calm: AtomicBool::new(false),
            trace: Mutex::new(Trace::new(keep_trace)),
        }
    }

    /// From here on nothing goes wrong any more.
    pub fn calm_down(&self) {
        self.calm.store(true, Relaxed);
    }

    /// Whether nothing goes wrong any more.
    pub fn is_calm(&self) -> bool {
        self.calm.load(Relaxed)
    }

    /// A terminal begins to work: perhaps its power goes somewhere in between.
    pub fn begin_visit(&self) {
        let fuse = match self.strikes(|rates| rates.crash) {
            true => chance::below(chance::pick(&POINTS).unwrap_or(1)),
            false => NEVER,
        };
        self.fuse.store(fuse, Relaxed);
        self.dead.store(false, Relaxed);
    }

    /// The visit is over; whether the power went in it.
    pub fn end_visit(&self) -> bool {
        self.fuse.store(NEVER, Relaxed);
        self.dead.swap(false, Relaxed)
    }

    /// A place where the power may go. True: it is gone.
    pub fn power_gone(&self, place: &str) -> bool {
        if self.dead.load(Relaxed) {
            return true;
        }
        match self.fuse.load(Relaxed) {
            NEVER => false,
            0 => {
                self.fuse.store(NEVER, Relaxed);
                self.dead.store(true, Relaxed);
                self.struck(Kind::Crash);
                self.say(|| format!("  power cut {place}"));
                true
            }
            left => {
                self.fuse.store(left - 1, Relaxed);
                false
            }
        }
    }

    /// Whether a fault of this rate strikes now.
    pub fn strikes(&self, rate: impl Fn(Rates) -> u32) -> bool {
        !self.is_calm() && chance::one_in(rate(self.rates))
    }

    /// Counts a fault.
    pub fn struck(&self, kind: Kind) {
        lock(&self.counts).add(kind);
    }

    /// Faults so far.
    pub fn counts(&self) -> Counts {
        *lock(&self.counts)
    }

    /// A line of the trace.
    pub fn say(&self, line: impl FnOnce() -> String) {
        lock(&self.trace).say(line);
    }

    /// Something that two runs of the same seed must share.
    pub fn note(&self, bytes: &[u8]) {
        lock(&self.trace).note(bytes);
    }

    /// Hash and lines.
    pub fn into_trace(self) -> Trace {
        self.trace
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
