//! Values of a JSON plan that makers write in several ways: numbers as texts, texts as numbers.

use serde::{Deserialize, Deserializer, de::IgnoredAny};

#[derive(Deserialize, Clone, Copy)]
pub(super) struct Size {
    pub width: Number,
    pub height: Number,
}

#[derive(Deserialize, Clone, Copy, Default)]
pub(super) struct Position {
    pub x: Number,
    pub y: Number,
}

/// A number, or a text that is one: seen in the wild.
#[derive(Clone, Copy, Default)]
pub(super) struct Number(pub f64);

/// A text, or a number used as one; nothing counts as empty.
#[derive(Default)]
pub(super) struct Text(pub String);

#[derive(Deserialize)]
#[serde(untagged)]
enum Loose {
    Number(f64),
    Text(String),
    Nothing(()),
    Other(IgnoredAny),
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = match Loose::deserialize(deserializer)? {
            Loose::Number(number) => Some(number),
            Loose::Text(text) => text.trim().parse().ok(),
            Loose::Nothing(()) | Loose::Other(_) => None,
        };
        // A plan a thousand kilometres wide is a mistake, and would not fit the compact form.
        let near = number.filter(|number| number.abs() < 1e7);
        near.map(Self)
            .ok_or_else(|| serde::de::Error::custom("expected a number"))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Loose::deserialize(deserializer)? {
            Loose::Number(number) => Ok(Self(number.to_string())),
            Loose::Text(text) => Ok(Self(text.trim().to_owned())),
            Loose::Nothing(()) => Ok(Self::default()),
            Loose::Other(_) => Err(serde::de::Error::custom("expected a text")),
        }
    }
}
