//! What is said of a screen: all of it when it comes, and what changed while it stays.

use super::outline::{ENTER, FURTHER, Outline, Part};

/// The words that speech adds to those on the screen, in the screen's language.
pub trait Wording {
    /// A key and what chooses it.
    fn key(&self, words: &str, digit: &str) -> String;
    /// A key that rests.
    fn resting(&self, words: &str) -> String;
    /// Something that is chosen.
    fn chosen(&self, words: &str) -> String;
    /// Something that could be chosen.
    fn not_chosen(&self, words: &str) -> String;
    /// There are more keys.
    fn further(&self, digit: &str) -> String;
    /// The way back.
    fn back(&self, words: &str) -> String;
    /// Where to type.
    fn type_it(&self, words: &str) -> String;
    /// The name of the key `#`.
    fn hash(&self) -> String;
    /// Nothing is typed any more.
    fn empty(&self) -> String;
    /// In place of what others must not hear.
    fn private(&self) -> String;
}

/// Who says it to whom.
pub struct Teller<'w> {
    /// Words.
    pub wording: &'w dyn Wording,
    /// Nobody else hears it.
    pub in_private: bool,
}

impl Teller<'_> {
    /// The whole screen.
    pub fn all(&self, shown: &Outline) -> Vec<String> {
        let phrases = shown.parts.iter().filter_map(|part| match part {
            Part::Words {
                words,
                aside,
                private: false,
            } if !aside.is_empty() => Some(format!("{words}, {aside}")),
            other => self.phrase(other),
        });
        self.with_further(phrases.collect(), shown)
    }

    /// The keys alone, after the digits went to others.
    pub fn keys(&self, shown: &Outline) -> Vec<String> {
        let keys = shown
            .parts
            .iter()
            .filter(|part| matches!(part, Part::Key { .. }));
        let phrases = keys.filter_map(|part| self.phrase(part)).collect();
        self.with_further(phrases, shown)
    }

    /// What is there now and was not before.
    pub fn news(&self, before: &Outline, now: &Outline) -> Vec<String> {
        let phrases = now.parts.iter().filter_map(|part| match part {
            Part::Input { words, typed, here } => self.typed(before, words, typed, *here),
            part if before.parts.iter().any(|known| same(known, part)) => None,
            part => self.phrase(part),
        });
        self.once(phrases.collect())
    }

    fn with_further(&self, mut phrases: Vec<String>, shown: &Outline) -> Vec<String> {
        if shown.pages > 1 {
            phrases.push(self.wording.further(&FURTHER.to_string()));
        }
        self.once(phrases)
    }

    /// What was typed since: the last digit, or that there is none any more; or that digits go here now.
    fn typed(&self, before: &Outline, words: &str, typed: &str, here: bool) -> Option<String> {
        let (old, was_here) = before.parts.iter().find_map(|part| match part {
            Part::Input {
                words: name,
                typed,
                here,
            } if name == words => Some((typed, *here)),
            _ => None,
        })?;
        if here && !was_here {
            return Some(self.wording.type_it(words));
        }
        match typed.strip_prefix(old.as_str()) {
            Some("") => None,
            Some(more) => Some(spelled(more)),
            None if typed.is_empty() => Some(self.wording.empty()),
            None => Some(spelled(typed)),
        }
    }

    /// What is said twice running once, and the sentence for what others must not hear once in all. A sum may well come twice.
    fn once(&self, phrases: Vec<String>) -> Vec<String> {
        let private = self.wording.private();
        let mut said: Vec<String> = Vec::new();
        for phrase in phrases {
            let known = said.last() == Some(&phrase) || phrase == private && said.contains(&phrase);
            if !known {
                said.push(phrase);
            }
        }
        said
    }

    fn phrase(&self, part: &Part) -> Option<String> {
        match part {
            Part::Words { words, private, .. } => Some(match (private, self.in_private) {
                (false, _) => words.clone(),
                (true, true) => spelled(words),
                (true, false) => self.wording.private(),
            }),
            Part::Input { words, typed, .. } => {
                let name = self.wording.type_it(words);
                Some(if typed.is_empty() {
                    name
                } else {
                    format!("{name} {}", spelled(typed))
                })
            }
            Part::Key {
                words,
                chosen,
                enabled,
                digit,
                back,
            } => {
                let name = match chosen {
                    None => words.clone(),
                    Some(true) => self.wording.chosen(words),
                    Some(false) => self.wording.not_chosen(words),
                };
                match digit {
                    _ if *back => Some(self.wording.back(&name)),
                    Some(_) if !enabled => Some(self.wording.resting(&name)),
                    Some(ENTER) => Some(self.wording.key(&name, &self.wording.hash())),
                    Some(digit) => Some(self.wording.key(&name, &digit.to_string())),
                    None => None,
                }
            }
        }
    }
}

/// Whether a part says the same; which digit chooses it may have changed.
fn same(known: &Part, part: &Part) -> bool {
    match (known, part) {
        (Part::Words { words, .. }, Part::Words { words: other, .. }) => words == other,
        (
            Part::Key {
                words,
                chosen,
                enabled,
                ..
            },
            Part::Key {
                words: other,
                chosen: now,
                enabled: can,
                ..
            },
        ) => (words, chosen, enabled) == (other, now, can),
        _ => false,
    }
}

/// One by one, so that 1827 is no number of thousands. Words stay words.
fn spelled(text: &str) -> String {
    let mut said = String::new();
    for letter in text.chars() {
        let apart = letter.is_ascii_digit() && said.ends_with(|last: char| last.is_ascii_digit());
        match letter {
            '-' => said.push_str(", "),
            _ if apart => said.extend([' ', letter]),
            _ => said.push(letter),
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        narrator::outline::Numbering,
        screen::elements::{Role, Seen},
    };

    struct Plain;

    impl Wording for Plain {
        fn key(&self, words: &str, digit: &str) -> String {
            format!("{words}: {digit}")
        }
        fn resting(&self, words: &str) -> String {
            format!("{words}: resting")
        }
        fn chosen(&self, words: &str) -> String {
            format!("{words} (chosen)")
        }
        fn not_chosen(&self, words: &str) -> String {
            words.into()
        }
        fn further(&self, digit: &str) -> String {
            format!("more: {digit}")
        }
        fn back(&self, words: &str) -> String {
            format!("{words}: star")
        }
        fn type_it(&self, words: &str) -> String {
            format!("type {words}")
        }
        fn hash(&self) -> String {
            "hash".into()
        }
        fn empty(&self) -> String {
            "empty".into()
        }
        fn private(&self) -> String {
            "on the screen".into()
        }
    }

    fn teller(in_private: bool) -> Teller<'static> {
        Teller {
            wording: &Plain,
            in_private,
        }
    }

    fn outline(seen: &[Seen]) -> Outline {
        Outline::of(seen, Numbering::default())
    }

    #[test]
    fn a_screen_is_read_from_top_to_bottom() {
        let mut aside = Seen::imagined(Role::Words, "Seats held for you");
        aside.description = "9 minutes left".into();
        let mut resting = Seen::imagined(Role::Key, "More");
        resting.enabled = false;
        let mut row = Seen::imagined(Role::Key, "S");
        row.chosen = Some(true);
        let shown = outline(&[aside, resting, row]);
        assert_eq!(
            teller(false).all(&shown),
            [
                "Seats held for you, 9 minutes left",
                "More: resting",
                "S (chosen): 2"
            ]
        );
    }

    #[test]
    fn a_sum_that_comes_twice_is_said_twice() {
        let words = |text: &str| Seen::imagined(Role::Words, text);
        let shown = outline(&[
            words("S"),
            words("¥8,800"),
            words("To pay"),
            words("¥8,800"),
        ]);
        assert_eq!(
            teller(false).all(&shown),
            ["S", "¥8,800", "To pay", "¥8,800"]
        );
    }

    #[test]
    fn a_code_is_read_out_in_private_only() {
        let mut code = Seen::imagined(Role::Words, "1827 44");
        code.mark = "private".into();
        let shown = outline(&[code.clone(), code]);
        assert_eq!(teller(false).all(&shown), ["on the screen"]);
        assert_eq!(teller(true).all(&shown), ["1 8 2 7 4 4"]);
    }

    #[test]
    fn while_a_screen_stays_only_its_news_are_said() {
        let words = |text: &str| Seen::imagined(Role::Words, text);
        let key = Seen::imagined(Role::Key, "Find 2 seats");
        let before = outline(&[words("Side by side"), key.clone()]);
        let mut busy = Seen::imagined(Role::Key, "Searching");
        busy.enabled = false;
        let now = outline(&[words("Side by side"), busy]);
        assert_eq!(teller(false).news(&before, &now), ["Searching: resting"]);
        let moved = outline(&[
            words("Side by side"),
            Seen::imagined(Role::Key, "Back"),
            key,
        ]);
        assert_eq!(teller(false).news(&before, &moved), ["Back: 1"]);
    }

    #[test]
    fn digits_are_heard_as_they_are_typed() {
        let input = |typed: &str| {
            let mut input = Seen::imagined(Role::Input, "Slip number");
            input.description = typed.into();
            outline(&[input])
        };
        let news = |before: &str, now: &str| teller(false).news(&input(before), &input(now));
        assert_eq!(news("", "4"), ["4"]);
        assert_eq!(news("4", "4-1"), [", 1"]);
        assert_eq!(news("4-18", "4-1"), ["4, 1"]);
        assert_eq!(news("4", ""), ["empty"]);
        let field = |name: &str, here| {
            let mut input = Seen::imagined(Role::Input, name);
            input.chosen = Some(here);
            input
        };
        let before = outline(&[field("Number", true), field("PIN", false)]);
        let now = outline(&[field("Number", false), field("PIN", true)]);
        assert_eq!(teller(false).news(&before, &now), ["type PIN"]);
        assert_eq!(
            teller(false).all(&input("4-18")),
            ["type Slip number 4, 1 8"]
        );
    }
}
