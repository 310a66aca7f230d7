//! A screen in the order it is read: what it says, and which key of the pad chooses what.

use crate::screen::elements::{Role, Seen};

/// Keys a digit chooses on one page of them; where there are more, [`FURTHER`] shows the next.
const A_PAGE: usize = 8;
/// Shows further keys, where there are more than nine.
pub const FURTHER: char = '9';
/// Chooses the key a screen is for.
pub const PRIMARY: char = '0';
/// Goes on with what was typed: where a number is typed, it is the key a screen is for.
pub const ENTER: char = '#';
/// Goes back.
pub const BACK: char = '*';

/// Something on a screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Words to read.
    Words {
        words: String,
        /// Said with them when the whole screen is read, and not each time it changes.
        aside: String,
        /// Whoever hears it could fetch somebody's tickets.
        private: bool,
    },
    /// A key.
    Key {
        words: String,
        chosen: Option<bool>,
        enabled: bool,
        /// What chooses it on the pad now.
        digit: Option<char>,
        /// It leads back to where one came from.
        back: bool,
    },
    /// Somewhere to type a number, and what is in it.
    Input {
        words: String,
        typed: String,
        /// The next digit goes here.
        here: bool,
    },
}

/// Marks of elements; `docs/accessibility.md` says what each is for.
mod mark {
    pub const OVER: &str = "over";
    pub const TRAY: &str = "tray";
    pub const SIGHTED: &str = "sighted";
    pub const PRIMARY: &str = "primary";
    pub const BACK: &str = "back";
    pub const BAR: &str = "bar";
    pub const PRIVATE: &str = "private";
}

/// Which keys the digits stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Numbering {
    /// Which page of them.
    pub page: usize,
    /// The keys of the bar at the foot instead of the screen's own.
    pub bar: bool,
}

/// A screen in reading order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outline {
    /// Its parts.
    pub parts: Vec<Part>,
    /// Keys of the pad, with the place of what they choose in what was seen.
    keys: Vec<(char, usize)>,
    /// Pages of keys.
    pub pages: usize,
    /// Digits are typed here and choose nothing.
    pub typing: bool,
    /// Something is typed already, where the next digit goes.
    pub typed: bool,
}

impl Outline {
    /// Reads a screen.
    pub fn of(seen: &[Seen], numbering: Numbering) -> Self {
        let over = seen.iter().rposition(|one| one.mark == mark::OVER);
        let shown = || {
            seen.iter()
                .enumerate()
                .skip(over.map_or(0, |over| over + 1))
                .filter(|(_, one)| !one.label.is_empty())
                .filter(|(_, one)| ![mark::TRAY, mark::SIGHTED].contains(&one.mark.as_str()))
        };
        let inputs = || shown().filter(|(_, one)| one.role == Role::Input);
        let mut outline = Self {
            typing: inputs().next().is_some(),
            typed: inputs()
                .any(|(_, one)| one.chosen != Some(false) && !one.description.is_empty()),
            ..Self::default()
        };
        outline.keys = outline.numbered(shown(), numbering);
        for (at, one) in shown() {
            // What is drawn in something with a name is said by that name.
            let drawn_in = |other: &Seen| {
                matches!(
                    other.role,
                    Role::Key | Role::Item | Role::Input | Role::Picture
                ) && other.covers(one.middle)
            };
            let is_drawing = matches!(one.role, Role::Words | Role::Picture);
            if is_drawing
                && seen[over.map_or(0, |over| over + 1)..at]
                    .iter()
                    .any(drawn_in)
            {
                continue;
            }
            let part = outline.part(at, one);
            // A frame and the title in it often have one name.
            if let Some(part) = part
                && outline.parts.last() != Some(&part)
            {
                outline.parts.push(part);
            }
        }
        outline
    }

    /// Gives the keys their digits.
    fn numbered<'s>(
        &mut self,
        shown: impl Iterator<Item = (usize, &'s Seen)>,
        numbering: Numbering,
    ) -> Vec<(char, usize)> {
        let (mut primary, mut back, mut bar, mut others) = (None, None, Vec::new(), Vec::new());
        for (at, one) in shown.filter(|(_, one)| one.role == Role::Key) {
            match one.mark.as_str() {
                mark::PRIMARY if primary.is_none() => primary = Some(at),
                mark::BACK => back = Some(at),
                mark::BAR => bar.push(at),
                _ => others.push(at),
            }
        }
        let all_fit = others.len() <= A_PAGE + 1;
        self.pages = if all_fit {
            1
        } else {
            others.len().div_ceil(A_PAGE)
        };
        let page = if numbering.bar {
            &bar[..]
        } else if self.typing {
            &[]
        } else if all_fit {
            &others[..]
        } else {
            let from = numbering.page % self.pages * A_PAGE;
            &others[from..others.len().min(from + A_PAGE)]
        };
        let way_on = if self.typing { ENTER } else { PRIMARY };
        let primary = primary.filter(|_| !numbering.bar).map(|at| (way_on, at));
        let back = back.map(|at| (BACK, at));
        ('1'..='9')
            .zip(page.iter().copied())
            .chain(primary)
            .chain(back)
            .collect()
    }

    fn part(&self, at: usize, one: &Seen) -> Option<Part> {
        let words = one.label.clone();
        match one.role {
            Role::Part | Role::Progress => None,
            Role::Words | Role::Picture | Role::Frame | Role::Item => Some(Part::Words {
                words,
                aside: one.description.clone(),
                private: one.mark == mark::PRIVATE,
            }),
            Role::Input => Some(Part::Input {
                words,
                typed: one.description.clone(),
                here: one.chosen != Some(false),
            }),
            Role::Key => {
                let digit = self.keys.iter().find(|(_, place)| *place == at);
                let digit = digit.map(|(digit, _)| *digit);
                let is_bar = one.mark == mark::BAR;
                // The bar is the same everywhere: it is read where its keys have the digits.
                (digit.is_some() || !is_bar).then(|| Part::Key {
                    words: if one.description.is_empty() {
                        words
                    } else {
                        format!("{words}, {}", one.description)
                    },
                    chosen: one.chosen,
                    enabled: one.enabled,
                    digit: digit.filter(|digit| *digit != BACK),
                    back: one.mark == mark::BACK,
                })
            }
        }
    }

    /// The place of what a key of the pad chooses, in what was seen.
    pub fn chosen_by(&self, digit: char) -> Option<usize> {
        let mut keys = self.keys.iter();
        keys.find(|(key, _)| *key == digit).map(|(_, at)| *at)
    }

    /// Keys of the pad that choose something, with its place in what was seen.
    pub fn keys(&self) -> &[(char, usize)] {
        &self.keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(label: &str, mark: &str) -> Seen {
        Seen::imagined(Role::Key, label).marked(mark)
    }

    fn digits(outline: &Outline) -> String {
        outline.keys().iter().map(|(digit, _)| digit).collect()
    }

    #[test]
    fn the_primary_key_is_zero_back_is_a_star_and_the_others_count_up() {
        let seen = [
            key("tray aoi", mark::TRAY),
            Seen::imagined(Role::Words, "What would you like to do?"),
            key("Buy tickets", mark::PRIMARY),
            key("See my card", ""),
            key("Further down", mark::SIGHTED),
            key("Give", ""),
            key("Back", mark::BACK),
            key("English", mark::BAR),
        ];
        let outline = Outline::of(&seen, Numbering::default());
        assert_eq!(digits(&outline), "120*");
        assert_eq!(outline.chosen_by('2'), Some(5));
        assert_eq!(outline.parts.len(), 5, "{:?}", outline.parts);
        let bar = Numbering { bar: true, page: 0 };
        let outline = Outline::of(&seen, bar);
        assert_eq!(outline.chosen_by('1'), Some(7));
    }

    #[test]
    fn more_than_nine_keys_are_shown_eight_at_a_time() {
        let seen: Vec<_> = (1..=11).map(|n| key(&format!("Key {n}"), "")).collect();
        let outline = |page| Outline::of(&seen, Numbering { page, bar: false });
        assert_eq!(
            (digits(&outline(0)).as_str(), outline(0).pages),
            ("12345678", 2)
        );
        assert_eq!(outline(1).chosen_by('3'), Some(10));
        assert_eq!(digits(&outline(2)), "12345678", "round again");
        let nine = Outline::of(&seen[..9], Numbering::default());
        assert_eq!((digits(&nine).as_str(), nine.pages), ("123456789", 1));
    }

    #[test]
    fn where_a_number_is_typed_digits_choose_nothing_but_the_way_on() {
        let seen = [
            Seen::imagined(Role::Input, "Slip number"),
            key("Erase", ""),
            key("Go on", mark::PRIMARY),
        ];
        let outline = Outline::of(&seen, Numbering::default());
        assert!(outline.typing && !outline.typed);
        assert_eq!(digits(&outline), "#");
    }

    #[test]
    fn what_is_drawn_in_a_key_is_said_by_its_name() {
        let price = Seen::imagined(Role::Words, "from ¥3,800");
        let seen = [
            key("Play", "").around(100.0, 100.0, 50.0),
            price.clone().around(120.0, 130.0, 10.0),
            price.around(120.0, 230.0, 10.0),
        ];
        let outline = Outline::of(&seen, Numbering::default());
        assert_eq!(outline.parts.len(), 2, "{:?}", outline.parts);
    }

    #[test]
    fn what_lies_over_the_screen_is_all_there_is() {
        let seen = [
            key("Buy tickets", mark::PRIMARY),
            Seen::imagined(Role::Frame, "").marked(mark::OVER),
            Seen::imagined(Role::Words, "Do you need more time?"),
            key("Yes", mark::PRIMARY),
        ];
        let outline = Outline::of(&seen, Numbering::default());
        assert_eq!(outline.parts.len(), 2);
        assert_eq!(outline.chosen_by(PRIMARY), Some(3));
    }
}
