//! The tray of virtual cards beside the screen: watched, and moved by touches.

use std::{sync::mpsc, thread, time::Duration};

use kippu_card::tray::Tray;

use crate::flows::facts::{TrayCard, TrayPlace, TrayView};

/// How often the folder is looked at: other terminals lay and lift cards too.
const LOOK: Duration = Duration::from_millis(400);

/// A handle on the tray for the window's side.
#[derive(Clone)]
pub struct TrayActor {
    touched: mpsc::Sender<String>,
}

impl TrayActor {
    /// Watches `tray` for the reader of this terminal; every change goes to `changed`.
    pub fn start(tray: Tray, reader: String, changed: impl Fn(TrayView) + Send + 'static) -> Self {
        let (touched, touches) = mpsc::channel::<String>();
        thread::spawn(move || {
            let mut shown = None;
            loop {
                let view = look(&tray, &reader);
                if shown.as_ref() != Some(&view) {
                    changed(view.clone());
                    shown = Some(view);
                }
                match touches.recv_timeout(LOOK) {
                    Ok(name) => toggle(&tray, &reader, &name),
                    Err(mpsc::RecvTimeoutError::Timeout) => {}
                    Err(mpsc::RecvTimeoutError::Disconnected) => return,
                }
            }
        });
        Self { touched }
    }

    /// Lays this card on the reader, or lifts it if it lies there.
    pub fn toggle(&self, name: String) {
        // The watcher ends only with the process.
        let _ = self.touched.send(name);
    }
}

fn look(tray: &Tray, reader: &str) -> TrayView {
    let cards = tray.cards().unwrap_or_else(|error| {
        tracing::warn!(%error, "the tray cannot be read");
        Vec::new()
    });
    let card = |card: kippu_card::tray::TrayCard| TrayCard {
        ending: crate::flows::kiosk::words::ending(card.uid),
        places: None,
        place: match card.lies_on {
            None => TrayPlace::Tray,
            Some(place) if place == reader => TrayPlace::Here,
            Some(place) => TrayPlace::Elsewhere(place),
        },
        name: card.name,
    };
    TrayView {
        cards: cards.into_iter().map(card).collect(),
    }
}

/// One card lies on a reader at a time: laying another lifts the first.
fn toggle(tray: &Tray, reader: &str, name: &str) {
    let lying = tray.lying_on(reader);
    if lying.is_some() {
        tray.lift(reader);
    }
    if lying.as_deref() == Some(name) {
        return;
    }
    if let Err(error) = tray.lay(name, reader) {
        tracing::warn!(%error, "the card cannot be laid");
    }
}
