//! A time of the platform's, counted down here.

use super::{desk::SECOND, view::Countdown};

/// A countdown warns when so many seconds are left.
const WARN_SECONDS: u32 = 60;

/// A time of the platform's, counted by this terminal's clock: the two need not agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Deadline {
    ends: i64,
    of: u32,
}

impl Deadline {
    /// `expires` and `platform_now` by the platform's clock, `now` by this terminal's at the moment of the answer.
    pub fn new(expires: i64, platform_now: i64, now: i64) -> Self {
        let left = (expires - platform_now).max(0);
        Self {
            ends: now + left,
            of: u32::try_from(left / SECOND).unwrap_or(u32::MAX),
        }
    }

    /// A newer answer about the same time: the bar keeps its length.
    pub fn renew(&mut self, expires: i64, platform_now: i64, now: i64) {
        self.ends = now + (expires - platform_now).max(0);
    }

    pub fn is_over(self, now: i64) -> bool {
        now >= self.ends
    }

    pub fn countdown(self, now: i64) -> Countdown {
        // Rounded up: 0 only when it is over.
        let seconds =
            u32::try_from(((self.ends - now).max(0) + SECOND - 1) / SECOND).unwrap_or(u32::MAX);
        Countdown {
            seconds,
            of: self.of.max(1),
            warn: seconds <= WARN_SECONDS,
        }
    }

    /// Whether the warning became due between two moments.
    pub fn warns_between(self, before: i64, now: i64) -> bool {
        !self.countdown(before).warn && self.countdown(now).warn
    }

    /// The end by this terminal's clock.
    pub fn ends(self) -> i64 {
        self.ends
    }
}
