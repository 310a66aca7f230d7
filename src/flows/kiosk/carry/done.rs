//! Tickets are on the card: receipt, and the card is the customer's again.

use kippu_ticket::ids::TicketId;

use super::Parcel;
use crate::flows::{
    facts::{Places, SeatWords},
    kiosk::{
        Desk, Phase, Step,
        desk::SECOND,
        effect::{PaperJob, RequestNo},
        input::{Input, ReaderNews},
        view::{self, FirstKey, Paper, Screen, Station, Touch, Way},
        words,
    },
};

/// The screen stays this long after the card was taken.
const FAREWELL: i64 = 10 * SECOND;

pub(in crate::flows::kiosk) struct Done {
    parcel: Parcel,
    seats: Vec<SeatWords>,
    left: u8,
    places: Places,
    receipt: Paper,
    printing: Option<RequestNo>,
    taken_at: Option<i64>,
}

impl Done {
    pub fn open(
        parcel: Parcel,
        tickets: &[TicketId],
        left: u8,
        places: Places,
        desk: &mut Desk,
    ) -> Phase {
        desk.interrupted.retain(|row| row.order != parcel.order);
        let seats = parcel.full.as_ref().map_or_else(Vec::new, |order| {
            order
                .tickets
                .iter()
                .zip(&order.seats)
                .filter(|(ticket, _)| tickets.contains(ticket))
                .map(|(_, seat)| words::seat_of_hold(seat, &order.class_names))
                .collect()
        });
        let printing = parcel.full.clone().and_then(|order| {
            let ending = words::ending(parcel.card);
            desk.print(PaperJob::Receipt {
                order,
                ending,
                left,
                language: desk.appearance.language,
            })
        });
        let receipt = if printing.is_some() {
            Paper::Printing
        } else {
            Paper::NotWanted
        };
        let taken_at = (!desk.card_lies).then_some(desk.now);
        Phase::Done(Self {
            parcel,
            seats,
            left,
            places,
            receipt,
            printing,
            taken_at,
        })
    }

    fn go(self, desk: &mut Desk) -> Phase {
        if self.parcel.staff {
            desk.go_to_staff()
        } else {
            desk.go_home()
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
            Input::Reader(ReaderNews::Empty) => self.taken_at = Some(desk.now),
            Input::Reader(ReaderNews::Present) => self.taken_at = None,
            Input::Touch(Touch::First | Touch::Way(Way::Finish)) => return self.go(desk),
            Input::Tick if self.taken_at.is_some_and(|at| desk.now - at >= FAREWELL) => {
                return self.go(desk);
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

    fn station(&self) -> Option<Station> {
        (!self.parcel.staff).then_some(Station::Done)
    }

    fn first_key(&self) -> FirstKey {
        FirstKey::Start
    }
}
