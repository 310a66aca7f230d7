//! What a key of the pad means: digits choose, the star goes back, hash repeats. Where a number is typed, digits are digits, the star erases and
//! hash goes on.

use std::time::{Duration, Instant};

use super::outline::{BACK, ENTER, FURTHER, Numbering, Outline};

/// A second strike of the same key within this time was not meant (EN 301 549, 5.8).
const DOUBLE_STRIKE: Duration = Duration::from_millis(500);
/// Keys that follow each other so fast come from a bar code scanner.
const BURST: Duration = Duration::from_millis(30);

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Nothing: the strike was not meant, or only shows what the keys mean.
    Nothing,
    /// The key is not the pad's.
    NotMine,
    /// Does what a touch of this element would; its place in what was seen.
    Choose(usize),
    /// Types a digit.
    Digit(u8),
    /// Takes the last digit back.
    Erase,
    /// Goes on with what was typed.
    Enter,
    /// Reads the screen again.
    Repeat,
    /// Begins to speak.
    Speak,
    /// Other keys have the digits now.
    Renumbered,
    /// There is nothing to choose with this key.
    NoSuchKey(char),
}

/// The pad.
#[derive(Debug, Default)]
pub struct Pad {
    /// Somebody uses it.
    awake: bool,
    numbering: Numbering,
    last: Option<(char, Instant)>,
    /// The screen was read again, and nothing was pressed since.
    repeated: bool,
}

impl Pad {
    /// Somebody uses it: digits stand at the keys.
    pub fn is_awake(&self) -> bool {
        self.awake
    }

    /// Whoever hears the screen needs the digits.
    pub fn wake(&mut self) {
        self.awake = true;
    }

    /// Nobody uses it any more.
    pub fn sleep(&mut self) {
        *self = Self::default();
    }

    /// Which keys the digits stand for.
    pub fn numbering(&self) -> Numbering {
        self.numbering
    }

    /// Another screen is shown.
    pub fn turn(&mut self) {
        self.numbering = Numbering::default();
        self.repeated = false;
    }

    /// A key was struck while this was shown, and spoken or not.
    pub fn strike(&mut self, key: char, now: Instant, shown: &Outline, speaks: bool) -> Act {
        let typed = key
            .to_digit(10)
            .filter(|_| shown.typing && !self.numbering.bar);
        if !self.awake {
            if let Some(digit) = typed {
                // A keyboard or a scanner does for typing, and needs no badges.
                return Act::Digit(digit as u8);
            }
            if !matches!(key, '0'..='9' | BACK | ENTER) {
                return Act::NotMine;
            }
            self.awake = true;
            self.last = Some((key, now));
            return if key == ENTER {
                Act::Speak
            } else {
                Act::Nothing
            };
        }
        let before = self.last.replace((key, now));
        if let Some((last, at)) = before {
            let since = now.saturating_duration_since(at);
            if last == key && since < DOUBLE_STRIKE || typed.is_none() && since < BURST {
                return Act::Nothing;
            }
        }
        let repeated = std::mem::take(&mut self.repeated);
        if let Some(digit) = typed {
            return Act::Digit(digit as u8);
        }
        match key {
            ENTER if shown.typed && !self.numbering.bar => Act::Enter,
            ENTER if !speaks => Act::Speak,
            ENTER if repeated => self.number(Numbering { page: 0, bar: true }),
            ENTER => {
                self.repeated = true;
                Act::Repeat
            }
            BACK if self.numbering.bar => self.number(Numbering::default()),
            BACK if shown.typed => Act::Erase,
            FURTHER if shown.pages > 1 && !self.numbering.bar => self.number(Numbering {
                page: (self.numbering.page + 1) % shown.pages,
                bar: false,
            }),
            '0'..='9' | BACK => shown
                .chosen_by(key)
                .map_or(Act::NoSuchKey(key), Act::Choose),
            _ => Act::NotMine,
        }
    }

    fn number(&mut self, numbering: Numbering) -> Act {
        self.numbering = numbering;
        Act::Renumbered
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::elements::{Role, Seen};

    struct Strikes {
        pad: Pad,
        now: Instant,
        shown: Outline,
    }

    impl Strikes {
        fn on(seen: &[Seen]) -> Self {
            Self {
                pad: Pad::default(),
                now: Instant::now(),
                shown: Outline::of(seen, Numbering::default()),
            }
        }

        fn after(&mut self, milliseconds: u64, key: char) -> Act {
            self.now += Duration::from_millis(milliseconds);
            self.pad.strike(key, self.now, &self.shown, true)
        }
    }

    fn keys(count: usize) -> Vec<Seen> {
        (0..count)
            .map(|n| Seen::imagined(Role::Key, &format!("Key {n}")))
            .collect()
    }

    fn entry(typed: &str) -> [Seen; 1] {
        [Seen::imagined(Role::Input, "Slip number").described(typed)]
    }

    #[test]
    fn the_first_key_shows_the_digits_and_chooses_nothing() {
        let mut strikes = Strikes::on(&keys(3));
        assert_eq!(strikes.after(0, '2'), Act::Nothing);
        assert_eq!(strikes.after(800, '2'), Act::Choose(1));
        assert_eq!(strikes.after(800, '7'), Act::NoSuchKey('7'));
        assert_eq!(strikes.after(800, '*'), Act::NoSuchKey('*'));
        let mut strikes = Strikes::on(&keys(3));
        assert_eq!(strikes.after(0, '#'), Act::Speak);
    }

    #[test]
    fn a_double_strike_counts_once() {
        let mut strikes = Strikes::on(&keys(3));
        strikes.pad.wake();
        assert_eq!(strikes.after(0, '1'), Act::Choose(0));
        assert_eq!(strikes.after(499, '1'), Act::Nothing);
        assert_eq!(
            strikes.after(499, '1'),
            Act::Nothing,
            "it counts from the last strike"
        );
        assert_eq!(strikes.after(500, '1'), Act::Choose(0));
        assert_eq!(
            strikes.after(100, '2'),
            Act::Choose(1),
            "another key at once"
        );
    }

    #[test]
    fn a_scanner_chooses_nothing_while_the_pad_is_not_used() {
        let mut strikes = Strikes::on(&keys(9));
        for key in "4182731".chars() {
            assert_eq!(strikes.after(3, key), Act::Nothing);
        }
    }

    #[test]
    fn where_a_number_is_typed_star_erases_and_hash_goes_on() {
        let mut strikes = Strikes::on(&entry(""));
        assert_eq!(
            strikes.after(0, '4'),
            Act::Digit(4),
            "a keyboard needs no waking"
        );
        assert_eq!(strikes.after(3, '4'), Act::Digit(4), "nor time");
        strikes.pad.wake();
        assert_eq!(strikes.after(600, '4'), Act::Digit(4));
        assert_eq!(strikes.after(100, '#'), Act::Repeat, "nothing is typed yet");
        strikes.shown = Outline::of(&entry("4"), Numbering::default());
        assert_eq!(strikes.after(600, '#'), Act::Enter);
        assert_eq!(strikes.after(600, '*'), Act::Erase);
    }

    #[test]
    fn hash_twice_leads_to_the_bar_and_the_star_back() {
        let mut strikes = Strikes::on(&keys(2));
        strikes.pad.wake();
        assert_eq!(strikes.after(0, '#'), Act::Repeat);
        assert_eq!(strikes.after(600, '#'), Act::Renumbered);
        assert!(strikes.pad.numbering().bar);
        assert_eq!(strikes.after(600, '*'), Act::Renumbered);
        assert_eq!(strikes.after(600, '#'), Act::Repeat);
        assert_eq!(strikes.after(600, '1'), Act::Choose(0));
        assert_eq!(
            strikes.after(600, '#'),
            Act::Repeat,
            "something was pressed between"
        );
    }
}
