//! The virtual card tray.

use kippu_ui as ui;

use crate::flows::facts::{Places, TrayPlace, TrayView};

/// The tray's cards as the screen lists them.
pub fn cards(tray: Option<&TrayView>) -> Vec<ui::TrayCard> {
    let cards = tray.map(|tray| tray.cards.as_slice()).unwrap_or_default();
    cards
        .iter()
        .map(|card| {
            let places = card.places.unwrap_or(Places::default());
            let (place, reader) = match &card.place {
                TrayPlace::Tray => (ui::TrayPlace::Tray, ""),
                TrayPlace::Here => (ui::TrayPlace::Here, ""),
                TrayPlace::Elsewhere(reader) => (ui::TrayPlace::Elsewhere, reader.as_str()),
            };
            ui::TrayCard {
                name: card.name.as_str().into(),
                ending: card.ending.as_str().into(),
                used: places.used.into(),
                total: places.total.into(),
                place,
                reader: reader.into(),
            }
        })
        .collect()
}
