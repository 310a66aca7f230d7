//! What waits for the card that was laid, or for the bearer of a code: parked, released by another kiosk, or stopped half-way in this one. For the
//! card also money that is due for what came off it, where its slip is not at hand.

use kippu_api::{
    orders::Order,
    parcels::{Waiting, WaitingPlace as Place},
    problem::ProblemCode,
};
use kippu_card::capability::CardContents;
use kippu_handover::facts::{Facts, Standing};
use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, HandoverId},
};

use super::{
    Desk, Phase, Step,
    carry::{Carry, Parcel},
    effect::{Ask, CardJob, RequestNo},
    input::{Answer, AskFault, CardNews, HandoverFault, HandoverNews, Input},
    my_card::MyCard,
    open_orders::OpenOrders,
    passing::{Bearer, Passing},
    refunding::Refunding,
    view::{self, FirstKey, PickUpNotice, Screen, Touch, WaitingPlace, WaitingRow, Way},
    words,
};
use crate::flows::facts::EventFacts;

pub(super) struct PickUp {
    found: Found,
    /// What the platform says; what this kiosk has is looked up every time.
    waiting: Vec<Waiting>,
    fetching: Option<RequestNo>,
    notice: Option<PickUpNotice>,
}

/// How it was found, and so who may receive.
enum Found {
    Code(ResumeCode),
    Card {
        contents: Box<CardContents>,
        /// Orders that wait for the card: shown next.
        orders: Vec<Order>,
    },
}

impl PickUp {
    pub fn by_code(code: ResumeCode, waiting: Vec<Waiting>) -> Phase {
        Self::open(Found::Code(code), waiting)
    }

    /// `None` where nothing waits for this card.
    pub fn by_card(
        contents: &CardContents,
        waiting: &[Waiting],
        orders: &[Order],
        desk: &Desk,
    ) -> Option<Phase> {
        let here = desk.open_for(contents.uid).next().is_some();
        // What was fetched is history, and "my card" tells it.
        let waiting: Vec<Waiting> = waiting
            .iter()
            .filter(|waiting| !matches!(waiting.place, Place::Fetched | Place::Here))
            .cloned()
            .collect();
        (here || !waiting.is_empty()).then(|| {
            let found = Found::Card {
                contents: Box::new(contents.clone()),
                orders: orders.to_vec(),
            };
            Self::open(found, waiting)
        })
    }

    fn open(found: Found, waiting: Vec<Waiting>) -> Phase {
        Phase::PickUp(Self {
            found,
            waiting,
            fetching: None,
            notice: None,
        })
    }

    fn card(&self) -> Option<CardUid> {
        match &self.found {
            Found::Card { contents, .. } => Some(contents.uid),
            Found::Code(_) => None,
        }
    }

    fn code(&self) -> Option<ResumeCode> {
        match self.found {
            Found::Code(code) => Some(code),
            Found::Card { .. } => None,
        }
    }

    fn bearer(&self) -> Bearer {
        match self.found {
            Found::Code(_) => Bearer::Anyone,
            Found::Card { .. } => Bearer::Card,
        }
    }

    /// What this kiosk's own journal has of it.
    fn here<'d>(&self, desk: &'d Desk) -> Vec<&'d Facts> {
        match &self.found {
            Found::Card { contents, .. } => desk.open_for(contents.uid).collect(),
            Found::Code(code) => desk
                .open_handovers
                .iter()
                .filter(|facts| facts.code == *code)
                .collect(),
        }
    }

    fn fetch(mut self, id: HandoverId, desk: &mut Desk) -> Phase {
        self.notice = None;
        let here = self
            .here(desk)
            .into_iter()
            .find(|facts| facts.handover == id)
            .cloned();
        if let Some(facts) = here {
            let card = self.card();
            return match Parcel::of_open(&facts, false) {
                Some(parcel) => Carry::open(parcel, desk),
                None => Passing::resume(&facts, self.bearer(), card, desk)
                    .unwrap_or(Phase::PickUp(self)),
            };
        }
        let Some(waiting) = self.waiting.iter().find(|waiting| waiting.handover == id) else {
            return Phase::PickUp(self);
        };
        let (card, code) = (self.card(), self.code());
        match &waiting.place {
            Place::Parcel { parcel } => {
                let parcel = Parcel::of_waiting(waiting, parcel.clone(), code, card);
                return Carry::open(parcel, desk);
            }
            Place::Released { .. } => {
                self.fetching = Some(desk.card(CardJob::TakeOver {
                    handover: id,
                    code,
                    card,
                }));
            }
            Place::GivenUp => {
                if let Some(card) = card {
                    let key = desk.key();
                    self.fetching = Some(desk.ask(Ask::RefundSlip {
                        handover: id,
                        card,
                        key,
                    }));
                }
            }
            Place::Terminal { .. } | Place::Here | Place::Fetched => {}
        }
        Phase::PickUp(self)
    }

    /// A lost answer leaves a code that nobody knows: the next try makes another.
    fn slip(mut self, answer: &Result<Answer, AskFault>, desk: &mut Desk) -> Phase {
        self.fetching = None;
        self.notice = Some(match answer {
            Ok(Answer::RefundSlip { refund, code }) => {
                return Refunding::another_slip(refund, *code, desk);
            }
            Err(AskFault::Refused(
                ProblemCode::Busy | ProblemCode::Internal | ProblemCode::TooMany,
                _,
            )) => PickUpNotice::NotReached,
            Err(fault) if fault.is_network() => PickUpNotice::NotReached,
            _ => PickUpNotice::Gone,
        });
        Phase::PickUp(self)
    }

    fn fetched(
        mut self,
        news: &Result<Box<HandoverNews>, HandoverFault>,
        desk: &mut Desk,
    ) -> Phase {
        self.fetching = None;
        let news = match news {
            Ok(news) => news,
            Err(fault) => {
                self.notice = Some(match fault {
                    HandoverFault::PlatformAway
                    | HandoverFault::Refused(
                        ProblemCode::Busy | ProblemCode::Internal | ProblemCode::TooMany,
                        _,
                    ) => PickUpNotice::NotReached,
                    _ => PickUpNotice::Gone,
                });
                return Phase::PickUp(self);
            }
        };
        match Parcel::of_open(&news.facts, false) {
            Some(parcel) => Carry::open(parcel, desk),
            None => Passing::fetched(news, self.bearer(), self.card(), desk)
                .unwrap_or(Phase::PickUp(self)),
        }
    }

    fn look(self, desk: &mut Desk) -> Phase {
        match self.found {
            Found::Card { contents, orders } if orders.is_empty() => {
                MyCard::open(contents, !desk.online)
            }
            Found::Card { contents, orders } => {
                OpenOrders::open(orders, contents.uid, Some(contents), None)
            }
            Found::Code(_) => Phase::PickUp(self),
        }
    }

    fn rows(&self, desk: &Desk) -> Vec<WaitingRow> {
        let here = self.here(desk);
        let known: Vec<HandoverId> = here.iter().map(|facts| facts.handover).collect();
        let own = here.into_iter().map(|facts| own_row(facts, desk));
        let others = self
            .waiting
            .iter()
            .filter(|waiting| !known.contains(&waiting.handover))
            .map(|waiting| self.row(waiting, desk));
        own.chain(others).collect()
    }

    fn row(&self, waiting: &Waiting, desk: &Desk) -> WaitingRow {
        WaitingRow {
            handover: waiting.handover,
            event: EventFacts {
                name: waiting.event_name.clone(),
                ..EventFacts::default()
            },
            tickets: words::count(waiting.tickets.len()),
            place: match &waiting.place {
                Place::Parcel { .. } => WaitingPlace::Parked,
                Place::Released {
                    unknown: true,
                    card,
                } if *card == self.card() => WaitingPlace::LeftEarly,
                Place::Released { .. } => WaitingPlace::Released,
                Place::Terminal { name, store } => WaitingPlace::Elsewhere {
                    terminal: store
                        .as_ref()
                        .map_or_else(|| name.clone(), |store| format!("{name}, {store}")),
                },
                Place::GivenUp if self.card().is_some() => WaitingPlace::MoneyWaits,
                Place::GivenUp => WaitingPlace::GivenUp,
                Place::Here | Place::Fetched => WaitingPlace::Fetched,
            },
            since: desk.here(waiting.since),
            giver: waiting.giver.map(words::ending),
            receiver: waiting.receiver.map(words::ending),
        }
    }
}

fn own_row(facts: &Facts, desk: &Desk) -> WaitingRow {
    WaitingRow {
        handover: facts.handover,
        event: words::first_event(facts),
        tickets: words::open_count(facts),
        place: match facts.standing {
            Standing::Unknown(_) => WaitingPlace::LeftEarly,
            _ => WaitingPlace::Here,
        },
        since: desk.here(facts.changed),
        giver: facts.giver.map(words::ending),
        receiver: facts.receiver.map(words::ending),
    }
}

impl Step for PickUp {
    fn step(self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Card {
                no,
                news: CardNews::Handover(news),
            } if self.fetching == Some(*no) => return self.fetched(news, desk),
            Input::Platform { no, answer } if self.fetching == Some(*no) => {
                return self.slip(answer, desk);
            }
            Input::Touch(_) if self.fetching.is_some() => {}
            Input::Touch(Touch::Waiting(id)) => return self.fetch(*id, desk),
            Input::Touch(Touch::LookAtCard) => return self.look(desk),
            Input::Touch(Touch::First | Touch::Way(Way::Finish)) => return desk.go_home(),
            // Whose card it is decides what is shown.
            Input::Reader(super::ReaderNews::Present) if self.card().is_some() => {
                return super::look::Look::open(desk);
            }
            _ => {}
        }
        Phase::PickUp(self)
    }

    fn screen(&self, desk: &Desk) -> Screen {
        Screen::PickUp(view::PickUp {
            ending: self.card().map(words::ending),
            rows: self.rows(desk),
            can_look: self.card().is_some(),
            busy: self.fetching.is_some(),
            notice: self.notice,
        })
    }

    fn first_key(&self) -> FirstKey {
        match self.fetching {
            Some(_) => FirstKey::None,
            None => FirstKey::Start,
        }
    }

    fn may_idle(&self) -> bool {
        self.fetching.is_none()
    }
}
