//! Facts that views of all terminals carry: enough for the screen to choose its words in any language.

use kippu_ticket::ids::EventId;

/// Languages of the screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Japanese.
    #[default]
    Japanese,
    /// English.
    English,
}

impl Language {
    /// The name of the translation, as the `.po` folder is called.
    pub fn code(self) -> &'static str {
        match self {
            Self::Japanese => "ja",
            Self::English => "en",
        }
    }

    /// The other one, which the language key offers.
    pub fn other(self) -> Self {
        match self {
            Self::Japanese => Self::English,
            Self::English => Self::Japanese,
        }
    }
}

/// How the terminal presents itself to whoever stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Appearance {
    /// Language of all words.
    pub language: Language,
    /// Size of all words.
    pub text: TextSize,
    /// Black ground, white edges.
    pub high_contrast: bool,
    /// Whatever is touched stands low.
    pub low_reach: bool,
    /// Pictures stand still and nothing glides.
    pub calm: bool,
    /// The screen is read out, so loud.
    pub speech: Option<Loudness>,
}

/// How large words are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextSize {
    /// As everybody begins.
    #[default]
    Normal,
    /// 1.3 times as large.
    Large,
    /// 1.6 times as large.
    Largest,
}

impl TextSize {
    /// Where there are two sizes only.
    pub fn large(on: bool) -> Self {
        if on { Self::Large } else { Self::Normal }
    }
}

/// How loud speech is, in steps from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loudness(u8);

impl Loudness {
    /// The loudest step.
    pub const MAX: u8 = 5;

    /// The step.
    pub fn step(self) -> u8 {
        self.0
    }

    /// One step louder, where there is one.
    pub fn louder(self) -> Self {
        Self((self.0 + 1).min(Self::MAX))
    }

    /// One step quieter, where there is one.
    pub fn quieter(self) -> Self {
        Self(self.0.saturating_sub(1).max(1))
    }
}

impl Default for Loudness {
    /// Where every session begins.
    fn default() -> Self {
        Self(3)
    }
}

/// A sum of money.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Money {
    /// Minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
}

/// A moment to be shown in the place's own time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Moment {
    /// UTC microseconds.
    pub at: i64,
    /// Zone to show it in.
    pub zone: Zone,
}

/// How a moment's zone is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Zone {
    /// IANA name, as the platform states it.
    Named(String),
    /// Offset from UTC in minutes, as a card keeps it.
    Offset(i16),
}

impl Default for Zone {
    fn default() -> Self {
        Self::Offset(0)
    }
}

/// An event as every screen shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventFacts {
    /// Short event id, if known.
    pub event: Option<EventId>,
    /// Title in the organizer's words.
    pub name: String,
    /// Hall.
    pub venue: String,
    /// Doors open.
    pub doors_open: Moment,
    /// Start.
    pub starts: Moment,
}

/// A seat in words; parts that a place does not have are empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeatWords {
    /// Floor, 0 where a hall does not number them.
    pub floor: u8,
    /// Block as printed.
    pub block: String,
    /// Row as printed.
    pub row: String,
    /// Number as printed.
    pub number: String,
    /// Entrance door as printed.
    pub entrance: String,
    /// Price class by name.
    pub class: String,
}

/// Places of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Places {
    /// Live tickets.
    pub used: u8,
    /// Slots in all.
    pub total: u8,
}

impl Places {
    /// Slots that can take a ticket.
    pub fn free(self) -> u8 {
        self.total.saturating_sub(self.used)
    }
}

/// What is simulated here; every screen says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Simulated {
    /// Cards are image files in a tray.
    Cards,
    /// The printer saves pictures.
    Printer,
}

/// How a bar code scanner stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ScannerCondition {
    /// This terminal is to have none.
    #[default]
    Unwanted,
    /// It was never found since the terminal started.
    NeverThere,
    /// It reads.
    There,
    /// It was pulled out.
    Gone,
}

/// The tray of virtual cards beside the screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrayView {
    /// Cards in name order.
    pub cards: Vec<TrayCard>,
}

/// A virtual card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrayCard {
    /// File name without its ending; what a touch names.
    pub name: String,
    /// Last four digits of the card number, empty if the image cannot be read.
    pub ending: String,
    /// Places, if the card is prepared for tickets.
    pub places: Option<Places>,
    /// Where it is.
    pub place: TrayPlace,
}

/// Where a virtual card is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrayPlace {
    /// In the tray: a touch lays it on this reader.
    Tray,
    /// On this reader: a touch lifts it.
    Here,
    /// On another terminal's reader, by name.
    Elsewhere(String),
}
