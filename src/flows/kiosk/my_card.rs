//! Tickets on the card, page by page, and what can be done with them. Gone from the screen as soon as the card is.

use kippu_card::capability::CardContents;
use kippu_handover::facts::{Facts, Standing};

use super::{
    Desk, Phase, Step,
    carry::{Carry, Parcel},
    choosing::{Choosing, offers},
    history::History,
    input::{Input, ReaderNews},
    passing::{Bearer, Passing},
    staff,
    view::{
        self, Errand, FirstKey, LeftEarly, MoneyFact, MyTicket, Safety, Screen, TICKETS_A_PAGE,
        Touch, Turn, Way,
    },
    words,
};

pub(super) struct MyCard {
    contents: Box<CardContents>,
    offline: bool,
    page: usize,
}

impl MyCard {
    pub fn open(contents: Box<CardContents>, offline: bool) -> Phase {
        Phase::MyCard(Self {
            contents,
            offline,
            page: 0,
        })
    }

    fn pages(&self) -> usize {
        words::my_tickets(&self.contents)
            .len()
            .div_ceil(TICKETS_A_PAGE)
            .max(1)
    }

    fn tickets(&self, desk: &Desk) -> Vec<MyTicket> {
        let recalled = desk.recalled_on(self.contents.uid);
        let mut tickets = words::my_tickets(&self.contents);
        for ticket in &mut tickets {
            ticket.recalled = recalled.contains(&ticket.id);
        }
        tickets
    }

    fn can(&self, errand: Errand, desk: &Desk) -> bool {
        offers(&self.contents, errand, &[], desk)
            .iter()
            .any(|offer| offer.stays.is_none())
    }

    /// The handover that only this card can answer.
    fn left_early<'d>(&self, desk: &'d Desk) -> Option<&'d Facts> {
        desk.open_for(self.contents.uid).find(|facts| {
            matches!(facts.standing, Standing::Unknown(_))
                && facts.waits_for_card == Some(self.contents.uid)
        })
    }

    fn finish_left_early(self, desk: &mut Desk) -> Phase {
        let Some(facts) = self.left_early(desk).cloned() else {
            return Phase::MyCard(self);
        };
        let card = Some(self.contents.uid);
        match Parcel::of_open(&facts, false) {
            Some(parcel) => Carry::open(parcel, desk),
            None => {
                Passing::resume(&facts, Bearer::Card, card, desk).unwrap_or(Phase::MyCard(self))
            }
        }
    }
}

impl Step for MyCard {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Touch(Touch::First | Touch::Way(Way::Finish)) => return desk.go_home(),
            // Whoever takes the card takes what it says along.
            Input::Reader(ReaderNews::Empty | ReaderNews::Lost) => return desk.go_home(),
            Input::Touch(Touch::Page(Turn::Up)) => self.page = self.page.saturating_sub(1),
            Input::Touch(Touch::Page(Turn::Down)) => {
                self.page = (self.page + 1).min(self.pages() - 1)
            }
            Input::Touch(Touch::Give) => return Choosing::open(Errand::Give, desk),
            Input::Touch(Touch::MakePaper) => return Choosing::open(Errand::Paper, desk),
            Input::Touch(Touch::MoneyBack) => return Choosing::open(Errand::MoneyBack, desk),
            Input::Touch(Touch::Waiting(_)) => return self.finish_left_early(desk),
            Input::Touch(Touch::History(id)) => {
                let ticket = self
                    .tickets(desk)
                    .into_iter()
                    .find(|ticket| ticket.id == *id);
                if let Some(ticket) = ticket {
                    return History::open(self.contents, ticket, desk);
                }
            }
            _ => {}
        }
        Phase::MyCard(self)
    }

    fn screen(&self, desk: &Desk) -> Screen {
        let tickets = self.tickets(desk);
        Screen::MyCard(view::MyCard {
            ending: words::ending(self.contents.uid),
            count: tickets.len(),
            page: self.page,
            pages: self.pages(),
            places: words::places(&self.contents),
            offline: self.offline,
            left_early: self.left_early(desk).map(|facts| LeftEarly {
                handover: facts.handover,
                at: desk.here(facts.changed),
                tickets: words::open_count(facts),
                safety: Safety {
                    ticket: staff::words::tickets_are(facts),
                    money: MoneyFact::NotInvolved,
                },
            }),
            can_give: self.can(Errand::Give, desk),
            can_get_money: self.can(Errand::MoneyBack, desk),
            can_make_paper: desk.setup.has_printer && self.can(Errand::Paper, desk),
            tickets: tickets
                .into_iter()
                .skip(self.page * TICKETS_A_PAGE)
                .take(TICKETS_A_PAGE)
                .collect(),
        })
    }

    fn first_key(&self) -> FirstKey {
        FirstKey::Back
    }
}
