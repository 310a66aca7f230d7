//! Sample views of the gate.

use kippu::flows::{
    facts::{Appearance, Language, ScannerCondition},
    gate::view::{Admit, Direction, Fact, NotReady, Reason, Refuse, Screen, View},
};

use crate::kiosk::{event, moment, seat};

/// Every screen with its name.
pub fn views(appearance: Appearance) -> Vec<(&'static str, View)> {
    let admit = |again, seats, direction| {
        Screen::Admit(Admit {
            again,
            seats,
            direction,
        })
    };
    let refuse = |reason, fact| Screen::Refuse(Refuse { reason, fact });
    let three = vec![seat("C", "2"), seat("C", "4"), seat("D", "104")];
    let screens = [
        ("gate-ready", Screen::Ready),
        (
            "gate-admit",
            admit(false, vec![seat("C", "2")], Direction::Left),
        ),
        ("gate-several", admit(true, three, Direction::Ahead)),
        (
            "gate-other-day",
            refuse(
                Reason::NotThisEvent,
                Fact::TicketFor(event(Language::Japanese)),
            ),
        ),
        (
            "gate-inside",
            refuse(Reason::AlreadyInside, Fact::EnteredAt(moment())),
        ),
        ("gate-forged", refuse(Reason::Forged, Fact::None)),
        ("gate-stale", Screen::NotReady(NotReady::BundleExpired)),
    ];
    screens
        .into_iter()
        .map(|(name, screen)| {
            let view = View {
                appearance,
                gate: "ゲート2 Gate 2".into(),
                event: Some(event(Language::Japanese)),
                now: moment(),
                online: true,
                admitted: 128,
                unsent: 0,
                scanner: if name == "gate-ready" {
                    ScannerCondition::Gone
                } else {
                    ScannerCondition::There
                },
                simulated: Vec::new(),
                tray: None,
                screen,
            };
            (name, view)
        })
        .collect()
}
