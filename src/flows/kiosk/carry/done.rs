//! Tickets are on the card: receipt, and the card is the customer's again.

use kippu_handover::{outcome::Summary, row::ItemState};
use kippu_ticket::ids::TicketId;

use super::Parcel;
use crate::flows::{
    facts::{Places, SeatWords},
    kiosk::{
        Desk, Phase, Step,
        desk::SECOND,
        effect::{PaperJob, RequestNo},
        input::{Answer, HandoverNews, Input, ReaderNews},
        view::{self, FirstKey, Paper, Screen, Station, Stop, Touch, Way},
        words,
    },
};

/// The screen stays this long after the card was taken.
const FAREWELL: i64 = 10 * SECOND;

pub(in crate::flows::kiosk) struct Done {
    parcel: Parcel,
    given: Vec<TicketId>,
    /// As the card says them.
    seats: Vec<SeatWords>,
    left: u8,
    places: Option<Places>,
    receipt: Paper,
    printing: Option<RequestNo>,
    /// The order of an interrupted carrying is still being asked for.
    order: Option<RequestNo>,
    taken_at: Option<i64>,
}

impl Done {
    pub fn open(
        parcel: Parcel,
        order: Option<RequestNo>,
        news: &HandoverNews,
        summary: &Summary,
        desk: &mut Desk,
    ) -> Phase {
        let given = words::tickets_of(&news.facts, |state| state == ItemState::Given);
        let mut done = Self {
            given: summary.given.clone(),
            seats: given.into_iter().map(|ticket| ticket.seat).collect(),
            left: words::count(summary.left_at_platform.len()),
            places: news.card.as_ref().map(words::places),
            receipt: Paper::NotWanted,
            printing: None,
            order,
            taken_at: (!desk.card_lies).then_some(desk.now),
            parcel,
        };
        // What waits is listed with its event's name alone; the card has its date too.
        if done.parcel.full.is_none() {
            done.parcel.event = words::first_event(&news.facts);
        }
        done.print_receipt(desk);
        Phase::Done(done)
    }

    /// Where the order is known. Its seats then have the platform's words, with class names.
    fn print_receipt(&mut self, desk: &mut Desk) {
        let Some(order) = self.parcel.full.clone() else {
            return;
        };
        self.seats = order
            .tickets
            .iter()
            .zip(&order.seats)
            .filter(|(ticket, _)| self.given.contains(ticket))
            .map(|(_, seat)| words::seat_of_hold(seat, &order.class_names))
            .collect();
        self.printing = desk.print(PaperJob::Receipt {
            order,
            given: self.given.clone(),
            ending: self.parcel.card.map(words::ending).unwrap_or_default(),
            copy: matches!(self.receipt, Paper::Printed | Paper::Unconfirmed),
            left: self.left,
            language: desk.appearance.language,
        });
        if self.printing.is_some() {
            self.receipt = Paper::Printing;
        }
    }
}

impl Step for Done {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Paper { no, end } if self.printing == Some(*no) => {
                self.printing = None;
                self.receipt = words::paper(*end);
            }
            Input::Platform { no, answer } if self.order == Some(*no) => {
                self.order = None;
                if let Ok(Answer::Order(order)) = &**answer {
                    self.parcel.know(order);
                    self.print_receipt(desk);
                }
            }
            Input::Touch(Touch::PrintAgain) if self.printing.is_none() => self.print_receipt(desk),
            Input::Reader(ReaderNews::Empty) => self.taken_at = Some(desk.now),
            Input::Reader(ReaderNews::Present) => self.taken_at = None,
            Input::Touch(Touch::First | Touch::Way(Way::Finish)) => return desk.go_back(),
            Input::Tick if self.taken_at.is_some_and(|at| desk.now - at >= FAREWELL) => {
                return desk.go_back();
            }
            _ => {}
        }
        Phase::Done(self)
    }

    fn screen(&self, desk: &Desk) -> Screen {
        Screen::Done(view::Done {
            event: self.parcel.event.clone(),
            seats: self.seats.clone(),
            left_at_platform: (self.left > 0).then(|| (self.left, self.parcel.slip.clone())),
            places: self.places,
            receipt: self.receipt,
            card_lies: desk.card_lies,
        })
    }

    fn station(&self) -> Option<Stop> {
        self.parcel.stop(Station::Done)
    }

    fn first_key(&self) -> FirstKey {
        FirstKey::Start
    }

    fn end(self, desk: &mut Desk) -> Phase {
        desk.go_back()
    }
}
