//! Handovers that a power cut or a crash interrupted (staff).

use std::rc::Rc;

use kippu_ui as ui;

use super::{Link, sends, trouble};
use crate::{
    adapters::words,
    flows::{
        facts::Language,
        kiosk::view::{Interrupted, InterruptedState, Touch},
    },
};

/// Connects the callbacks.
pub fn connect(to: &ui::Interrupted<'_>, link: &Rc<Link>) {
    to.on_next(sends(link, Touch::NextInterrupted));
    to.on_finish(sends(link, Touch::FinishInterrupted));
    to.on_leave(sends(link, Touch::LeaveInterrupted));
}

/// Shows the one spoken of.
pub fn show(to: &ui::Interrupted<'_>, interrupted: &Interrupted, language: Language) -> ui::Screen {
    to.set_current(interrupted.current as i32);
    to.set_count(interrupted.rows.len() as i32);
    to.set_busy(interrupted.busy);
    if let Some(row) = interrupted.rows.get(interrupted.current) {
        to.set_tickets(row.tickets.into());
        to.set_ending(row.ending.as_str().into());
        to.set_event_name(row.event_name.as_str().into());
        to.set_event_cjk(words::beyond_latin(&row.event_name));
        to.set_slip(row.slip.as_str().into());
        to.set_since(words::time(&row.since, language));
        to.set_unknown(row.state == InterruptedState::Unknown);
        to.set_safety(trouble::safety(&row.safety, language));
    }
    ui::Screen::Interrupted
}
