//! What is on my card? What waits for it comes first: handovers that stopped half-way, parcels, orders. Without network the card says what
//! everybody may read.

use kippu_api::{orders::Order, parcels::Waiting};
use kippu_card::capability::{CardContents, CardFault};

use super::{
    Desk, Phase, Step,
    desk::SECOND,
    effect::{Ask, CardJob, RequestNo},
    input::{Answer, AskFault, CardNews, Input, ReaderNews},
    my_card::MyCard,
    open_orders::OpenOrders,
    pick_up::PickUp,
    view::{
        CardRefusal, CheckStep, CheckingCard, FirstKey, LayCard, LayPurpose, MoneyFact, Safety,
        Screen, TicketFact, Touch, Trouble, TroubleKind, Way,
    },
    words,
};

/// The card's content waits no longer than this for the platform's word on what waits.
const PATIENCE: i64 = 3 * SECOND;

pub(super) enum Look {
    Waiting,
    Reading(RequestNo),
    Asking(Asking),
    Refused(CardRefusal),
}

pub(super) struct Asking {
    contents: Box<CardContents>,
    since: i64,
    orders_asked: Option<RequestNo>,
    orders: Vec<Order>,
    waiting_asked: Option<RequestNo>,
    waiting: Vec<Waiting>,
    offline: bool,
}

impl Look {
    pub fn open(desk: &mut Desk) -> Phase {
        Phase::Look(if desk.card_lies {
            Self::read(desk)
        } else {
            Self::Waiting
        })
    }

    /// With the network the card is checked, so that the platform tells what waits for it; without, everybody's reading will do.
    fn read(desk: &mut Desk) -> Self {
        let job = if desk.online {
            CardJob::Check
        } else {
            CardJob::Look
        };
        Self::Reading(desk.card(job))
    }

    fn was_read(read: &Result<Box<CardContents>, CardFault>, desk: &mut Desk) -> Self {
        match read {
            Ok(contents) => {
                let card = contents.uid;
                desk.ask_recalled(card);
                Self::Asking(Asking {
                    contents: contents.clone(),
                    since: desk.now,
                    waiting_asked: Some(desk.ask(Ask::Waiting {
                        card: Some(card),
                        code: None,
                    })),
                    waiting: Vec::new(),
                    orders_asked: Some(desk.ask(Ask::CardOrders(card))),
                    orders: Vec::new(),
                    offline: false,
                })
            }
            // The network went in this moment.
            Err(CardFault::NoKeys) => Self::Reading(desk.card(CardJob::Look)),
            Err(fault) => Self::Refused(words::refusal(*fault)),
        }
    }

    fn safety() -> Safety {
        Safety {
            ticket: TicketFact::CardUnchanged,
            money: MoneyFact::NotInvolved,
        }
    }
}

impl Asking {
    fn answered(
        mut self,
        no: RequestNo,
        answer: &Result<Answer, AskFault>,
        desk: &mut Desk,
    ) -> Phase {
        if self.orders_asked == Some(no) {
            self.orders_asked = None;
            match answer {
                Ok(Answer::CardOrders(orders)) => self.orders = orders.clone(),
                _ => self.offline = true,
            }
        } else if self.waiting_asked == Some(no) {
            self.waiting_asked = None;
            // What waits is a help, no condition: a refusal of it is as good as nothing.
            if let Ok(Answer::Waiting(waiting)) = answer {
                self.waiting = waiting.clone();
            }
        }
        if self.orders_asked.is_none() && self.waiting_asked.is_none() {
            return self.show(desk);
        }
        Phase::Look(Look::Asking(self))
    }

    fn show(self, desk: &mut Desk) -> Phase {
        desk.abandon(self.orders_asked);
        desk.abandon(self.waiting_asked);
        let offline = self.offline || self.orders_asked.is_some();
        if let Some(phase) = PickUp::by_card(&self.contents, &self.waiting, &self.orders, desk) {
            return phase;
        }
        if !self.orders.is_empty() {
            let card = self.contents.uid;
            return OpenOrders::open(self.orders, card, Some(self.contents), None);
        }
        MyCard::open(self.contents, offline)
    }
}

impl Step for Look {
    fn step(self, input: &Input, desk: &mut Desk) -> Phase {
        Phase::Look(match (self, input) {
            (
                Self::Reading(open),
                Input::Card {
                    no,
                    news: CardNews::Read(read),
                },
            ) if open == *no => Self::was_read(read, desk),
            (Self::Asking(asking), Input::Platform { no, answer }) => {
                return asking.answered(*no, answer, desk);
            }
            (Self::Asking(asking), Input::Tick) if desk.now - asking.since >= PATIENCE => {
                return asking.show(desk);
            }
            (Self::Waiting | Self::Refused(_), Input::Reader(ReaderNews::Present)) => {
                Self::read(desk)
            }
            (Self::Refused(_), Input::Touch(Touch::Way(Way::LayCard | Way::LayOtherCard))) => {
                Self::Waiting
            }
            (Self::Refused(_), Input::Touch(Touch::Way(Way::TryAgain))) if desk.card_lies => {
                Self::read(desk)
            }
            (
                Self::Waiting | Self::Refused(_),
                Input::Touch(Touch::First | Touch::Way(Way::Finish)),
            ) => {
                return desk.go_home();
            }
            (this, _) => this,
        })
    }

    fn screen(&self, desk: &Desk) -> Screen {
        let trouble = |kind, ways| {
            Screen::Trouble(Trouble {
                kind,
                safety: Self::safety(),
                ways,
                slip: None,
            })
        };
        match self {
            Self::Waiting if desk.reader_lost => {
                trouble(TroubleKind::ReaderGone, vec![Way::CallStaff, Way::Finish])
            }
            Self::Waiting => Screen::LayCard(LayCard {
                purpose: LayPurpose::ToLook,
                tickets: 0,
                ending: None,
                refused: None,
                safety: Self::safety(),
                countdown: None,
            }),
            Self::Reading(_) | Self::Asking(_) => Screen::CheckingCard(CheckingCard {
                purpose: LayPurpose::ToLook,
                step: CheckStep::Reading,
            }),
            Self::Refused(refusal) => {
                let first = match refusal {
                    CardRefusal::Torn | CardRefusal::Mute => Way::LayCard,
                    _ => Way::LayOtherCard,
                };
                trouble(
                    TroubleKind::Card(*refusal),
                    vec![first, Way::CallStaff, Way::Finish],
                )
            }
        }
    }

    fn first_key(&self) -> FirstKey {
        match self {
            Self::Waiting | Self::Refused(_) => FirstKey::Back,
            Self::Reading(_) | Self::Asking(_) => FirstKey::None,
        }
    }
}
