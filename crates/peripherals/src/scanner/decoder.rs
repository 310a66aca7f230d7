//! From the keys a scanner strikes to the text it read. Pure: events in, texts out.
//!
//! A text ends with Enter. Keys of one scan follow each other within milliseconds, so a pause says that the rest of a scan was lost: what came
//! before it is thrown away, and the next key begins anew. Where the front of a scan was lost its end still comes out; Kippu's own codes have
//! check digits or signatures that tell.

use std::time::Duration;

use evdev::KeyCode;

use super::layout;

/// Longest pause within one scan. Scanners set to type slowly leave some 80 ms between two keys; nobody scans twice within this time.
const GAP: Duration = Duration::from_millis(300);
/// Longest text, in letters: all that a QR code holds (ISO/IEC 18004). More is cut off, and means nothing to anybody here.
const LETTERS_MAX: usize = 4_296;
/// Stands for a key that writes nothing known here, so that a text with such a key is never taken for one without.
const UNKNOWN: char = char::REPLACEMENT_CHARACTER;

/// What a key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stroke {
    /// It was pressed.
    Down(KeyCode),
    /// It was let go.
    Up(KeyCode),
    /// The system lost events here.
    Lost,
}

/// A stroke and its moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyEvent {
    /// When, by a clock of the system's that may start anywhere.
    pub at: Duration,
    /// What.
    pub stroke: Stroke,
}

/// Puts texts together.
#[derive(Debug, Default)]
pub struct KeyDecoder {
    text: String,
    letters: usize,
    last: Option<Duration>,
    left_shift: bool,
    right_shift: bool,
    /// Something of the present scan is missing.
    torn: bool,
}

impl KeyDecoder {
    /// Takes an event; gives the text that ends with it.
    pub fn take(&mut self, event: KeyEvent) -> Option<String> {
        // A clock that was set back tells nothing about the pause: then what came before does not count either.
        let follows = self
            .last
            .is_some_and(|last| event.at.checked_sub(last).is_some_and(|pause| pause <= GAP));
        if !follows {
            *self = Self::default();
        }
        self.last = Some(event.at);
        match event.stroke {
            Stroke::Lost => self.torn = true,
            Stroke::Down(KeyCode::KEY_LEFTSHIFT) => self.left_shift = true,
            Stroke::Up(KeyCode::KEY_LEFTSHIFT) => self.left_shift = false,
            Stroke::Down(KeyCode::KEY_RIGHTSHIFT) => self.right_shift = true,
            Stroke::Up(KeyCode::KEY_RIGHTSHIFT) => self.right_shift = false,
            Stroke::Down(KeyCode::KEY_ENTER | KeyCode::KEY_KPENTER) => return self.end(),
            Stroke::Down(key) => self.write(key),
            Stroke::Up(_) => {}
        }
        None
    }

    fn write(&mut self, key: KeyCode) {
        if self.letters == LETTERS_MAX {
            return;
        }
        self.letters += 1;
        self.text.push(match layout::of(key) {
            Some((_, shifted)) if self.left_shift || self.right_shift => shifted,
            Some((plain, _)) => plain,
            None => UNKNOWN,
        });
    }

    fn end(&mut self) -> Option<String> {
        self.letters = 0;
        let torn = std::mem::take(&mut self.torn);
        let text = std::mem::take(&mut self.text);
        (!torn && !text.is_empty()).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// A scanner, its clock and the texts that came out.
    struct Bench {
        decoder: KeyDecoder,
        at: Duration,
        texts: Vec<String>,
    }

    impl Bench {
        fn new() -> Self {
            Self {
                decoder: KeyDecoder::default(),
                at: Duration::from_secs(1_000),
                texts: Vec::new(),
            }
        }

        fn event(&mut self, stroke: Stroke) {
            self.at += MS;
            let event = KeyEvent {
                at: self.at,
                stroke,
            };
            self.texts.extend(self.decoder.take(event));
        }

        fn key(&mut self, key: KeyCode) {
            self.event(Stroke::Down(key));
            self.event(Stroke::Up(key));
        }

        /// Types as a scanner does, shift with every letter that needs it.
        fn types(&mut self, text: &str) {
            let board: Vec<_> = (0..0x100)
                .map(KeyCode)
                .filter_map(|key| Some((key, layout::of(key)?)))
                .collect();
            for letter in text.chars() {
                let (key, (plain, _)) = board
                    .iter()
                    .find(|(_, (plain, shifted))| letter == *plain || letter == *shifted)
                    .expect("the letter is on the keyboard");
                if letter == *plain {
                    self.key(*key);
                } else {
                    self.event(Stroke::Down(KeyCode::KEY_LEFTSHIFT));
                    self.key(*key);
                    self.event(Stroke::Up(KeyCode::KEY_LEFTSHIFT));
                }
            }
        }

        fn scans(&mut self, text: &str) {
            self.types(text);
            self.key(KeyCode::KEY_ENTER);
        }
    }

    #[test]
    fn a_scan_is_one_text() {
        let mut bench = Bench::new();
        bench.scans("4-1827-3");
        bench.scans("KIPPU234567");
        bench.scans("https://example.org/?q=a_b&c=%20 {}[]|\\;:'\"`~<>!@#$^*()+.");
        assert_eq!(
            bench.texts,
            [
                "4-1827-3",
                "KIPPU234567",
                "https://example.org/?q=a_b&c=%20 {}[]|\\;:'\"`~<>!@#$^*()+."
            ]
        );
    }

    #[test]
    fn nothing_comes_before_enter_and_nothing_of_an_empty_line() {
        let mut bench = Bench::new();
        bench.types("4-1827-3");
        assert!(bench.texts.is_empty());
        bench.key(KeyCode::KEY_KPENTER);
        bench.key(KeyCode::KEY_ENTER);
        assert_eq!(bench.texts, ["4-1827-3"]);
    }

    #[test]
    fn a_pause_discards_what_came_before_it() {
        let mut bench = Bench::new();
        bench.types("4-18");
        bench.at += GAP + MS;
        bench.scans("5-1827-1");
        bench.types("9-9");
        bench.at += GAP;
        bench.key(KeyCode::KEY_ENTER);
        assert_eq!(bench.texts, ["5-1827-1"]);
    }

    #[test]
    fn a_slow_scanner_is_understood() {
        let mut bench = Bench::new();
        for key in [KeyCode::KEY_4, KeyCode::KEY_2, KeyCode::KEY_ENTER] {
            bench.at += 80 * MS;
            bench.key(key);
        }
        assert_eq!(bench.texts, ["42"]);
    }

    #[test]
    fn an_enter_after_a_torn_scan_gives_out_nothing() {
        let mut bench = Bench::new();
        bench.types("4-18");
        bench.at += GAP + MS;
        bench.key(KeyCode::KEY_ENTER);
        assert!(bench.texts.is_empty());
    }

    #[test]
    fn lost_events_tear_the_scan_they_were_lost_from_and_no_other() {
        let mut bench = Bench::new();
        bench.types("4-18");
        bench.event(Stroke::Lost);
        bench.scans("27-3");
        bench.scans("4-1827-3");
        assert_eq!(bench.texts, ["4-1827-3"]);
    }

    #[test]
    fn a_shift_that_was_never_let_go_ends_with_the_pause() {
        let mut bench = Bench::new();
        bench.event(Stroke::Down(KeyCode::KEY_RIGHTSHIFT));
        bench.key(KeyCode::KEY_4);
        bench.at += GAP + MS;
        bench.scans("4");
        assert_eq!(bench.texts, ["4"]);
    }

    #[test]
    fn a_key_that_writes_nothing_known_is_never_left_out() {
        let mut bench = Bench::new();
        bench.types("4-18");
        bench.key(KeyCode::KEY_F13);
        bench.scans("27-3");
        assert_eq!(bench.texts, ["4-18\u{FFFD}27-3"]);
    }

    #[test]
    fn a_clock_that_is_set_back_discards_and_goes_on() {
        let mut bench = Bench::new();
        bench.types("4-18");
        bench.at -= Duration::from_secs(60);
        bench.scans("5-1827-1");
        assert_eq!(bench.texts, ["5-1827-1"]);
    }

    #[test]
    fn a_text_without_end_does_not_grow_without_end() {
        let mut bench = Bench::new();
        for _ in 0..LETTERS_MAX + 10 {
            bench.key(KeyCode::KEY_1);
        }
        bench.key(KeyCode::KEY_ENTER);
        assert_eq!(bench.texts[0].chars().count(), LETTERS_MAX);
        bench.scans("7");
        assert_eq!(bench.texts[1], "7");
    }
}
