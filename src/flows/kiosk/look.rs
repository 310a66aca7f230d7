//! What is on my card? Read with no key and no network; orders that wait for the card come first.

use kippu_card::capability::CardContents;

use super::{
    Desk, Phase, Step,
    desk::SECOND,
    effect::{Ask, CardJob, RequestNo},
    input::{Answer, CardNews, Input, ReaderNews},
    my_card::MyCard,
    open_orders::OpenOrders,
    view::{
        CardRefusal, CheckStep, CheckingCard, FirstKey, LayCard, LayPurpose, MoneyFact, Safety,
        Screen, TicketFact, Touch, Trouble, TroubleKind, Way,
    },
    words,
};

/// The card's content waits no longer than this for the platform's word on open orders.
const PATIENCE: i64 = 3 * SECOND;

pub(super) enum Look {
    Waiting,
    Reading(RequestNo),
    Asking {
        no: RequestNo,
        contents: Box<CardContents>,
        since: i64,
    },
    Refused(CardRefusal),
}

impl Look {
    pub fn open(desk: &mut Desk) -> Phase {
        Phase::Look(if desk.card_lies {
            Self::read(desk)
        } else {
            Self::Waiting
        })
    }

    fn read(desk: &mut Desk) -> Self {
        Self::Reading(desk.card(CardJob::Look))
    }

    fn safety() -> Safety {
        Safety {
            ticket: TicketFact::CardUnchanged,
            money: MoneyFact::NotInvolved,
        }
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
            ) if open == *no => match read {
                Ok(contents) => {
                    let no = desk.ask(Ask::CardOrders(contents.uid));
                    Self::Asking {
                        no,
                        contents: contents.clone(),
                        since: desk.now,
                    }
                }
                Err(fault) => Self::Refused(words::refusal(*fault)),
            },
            (
                Self::Asking {
                    no: open, contents, ..
                },
                Input::Platform { no, answer },
            ) if open == *no => {
                return match &**answer {
                    Ok(Answer::CardOrders(orders)) if !orders.is_empty() => {
                        OpenOrders::open(orders.clone(), contents.uid, Some(contents), None)
                    }
                    Ok(_) => MyCard::open(contents, false),
                    Err(_) => MyCard::open(contents, true),
                };
            }
            (
                Self::Asking {
                    no,
                    contents,
                    since,
                },
                Input::Tick,
            ) if desk.now - since >= PATIENCE => {
                desk.abandon(Some(no));
                return MyCard::open(contents, true);
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
            Self::Reading(_) | Self::Asking { .. } => Screen::CheckingCard(CheckingCard {
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
            Self::Reading(_) | Self::Asking { .. } => FirstKey::None,
        }
    }
}
