//! Tickets shall leave a card, for another card, for paper or for money: lay it, choose some or all, and say yes. Nothing has moved until then.

mod money;
mod stays;

use kippu_api::refunds::Quote;
use kippu_card::capability::CardContents;
use kippu_handover::row::Destination;
use kippu_ticket::ids::{CardUid, TicketId};

use super::{
    Desk, Phase, Step,
    effect::{CardJob, RequestNo},
    input::{Answer, CardNews, Input, ReaderNews},
    passing::Passing,
    view::{
        self, CHOICES_A_PAGE, CardRefusal, CheckStep, CheckingCard, Choice, ChooseNotice, Errand,
        FirstKey, GivingStation, LayCard, LayPurpose, MoneyFact, MoneyStation, PaperStation,
        Safety, Screen, Stop, TicketFact, Touch, Trouble, TroubleKind, Turn, Way,
    },
    words,
};
use stays::Offer;
pub(super) use stays::offers;

pub(super) struct Choosing {
    errand: Errand,
    /// The card that was chosen from before: the choice holds for it alone.
    card: Option<CardUid>,
    chosen: Vec<TicketId>,
    /// Tickets the platform says were issued anew.
    recalled: Vec<TicketId>,
    notice: Option<ChooseNotice>,
    /// What the tickets of the card would bring, where that is asked.
    quotes: Vec<Quote>,
    state: State,
}

enum State {
    Waiting,
    Reading(RequestNo),
    /// The platform is asked what the tickets bring.
    Quoting {
        contents: Box<CardContents>,
        no: RequestNo,
    },
    /// It did not say.
    NotQuoted,
    Refused(CardRefusal),
    Choosing {
        contents: Box<CardContents>,
        page: usize,
        confirming: bool,
    },
}

impl Choosing {
    /// Begins, with the card that lies there or the next one.
    pub fn open(errand: Errand, desk: &mut Desk) -> Phase {
        Self::again(errand, Vec::new(), None, desk)
    }

    /// The yes came to nothing: choose and say yes again (R12). Tickets that were `recalled` stay.
    pub fn again(
        errand: Errand,
        recalled: Vec<TicketId>,
        notice: Option<ChooseNotice>,
        desk: &mut Desk,
    ) -> Phase {
        let mut this = Self {
            errand,
            card: None,
            chosen: Vec::new(),
            recalled,
            notice,
            quotes: Vec::new(),
            state: State::Waiting,
        };
        if desk.card_lies {
            this.read(desk);
        }
        Phase::Choosing(this)
    }

    fn read(&mut self, desk: &mut Desk) {
        self.state = State::Reading(desk.card(CardJob::Check));
    }

    fn card_read(&mut self, contents: &CardContents, desk: &mut Desk) {
        desk.ask_recalled(contents.uid);
        if self.errand == Errand::MoneyBack {
            self.state = money::ask(contents, desk);
            return;
        }
        self.begin_to_choose(contents, desk);
    }

    fn begin_to_choose(&mut self, contents: &CardContents, desk: &Desk) {
        let offers = self.offers(contents, desk);
        let can_go: Vec<TicketId> = offers
            .iter()
            .filter(|offer| offer.stays.is_none())
            .map(|offer| offer.id)
            .collect();
        if self.card != Some(contents.uid) {
            self.card = Some(contents.uid);
            self.chosen = match can_go[..] {
                // Nothing to choose.
                [only] => vec![only],
                _ => Vec::new(),
            };
        }
        self.chosen.retain(|chosen| can_go.contains(chosen));
        self.state = State::Choosing {
            contents: Box::new(contents.clone()),
            page: 0,
            confirming: false,
        };
    }

    fn toggle(&mut self, id: TicketId, desk: &Desk) {
        let State::Choosing { contents, .. } = &self.state else {
            return;
        };
        let can_go = self
            .offers(contents, desk)
            .iter()
            .any(|offer| offer.id == id && offer.stays.is_none());
        if self.chosen.contains(&id) {
            self.chosen.retain(|chosen| *chosen != id);
        } else if can_go {
            self.chosen.push(id);
        }
        self.notice = None;
    }

    /// All live tickets of the card, with why they stay if they do.
    fn offers(&self, contents: &CardContents, desk: &Desk) -> Vec<Offer> {
        let offers = offers(contents, self.errand, &self.recalled, desk);
        match self.errand {
            Errand::MoneyBack => money::with_quotes(offers, &self.quotes),
            Errand::Give | Errand::Paper => offers,
        }
    }

    fn turn(&mut self, turn: Turn) {
        if let State::Choosing { contents, page, .. } = &mut self.state {
            let last = pages(words::my_tickets(contents).len()) - 1;
            *page = match turn {
                Turn::Up => page.saturating_sub(1),
                Turn::Down => (*page + 1).min(last),
            };
        }
    }

    fn yes(mut self, desk: &mut Desk) -> Phase {
        match &mut self.state {
            State::Choosing {
                contents,
                confirming: true,
                ..
            } => {
                // In the card's order, as both people read it.
                let tickets: Vec<TicketId> = words::my_tickets(contents)
                    .iter()
                    .map(|ticket| ticket.id)
                    .filter(|id| self.chosen.contains(id))
                    .collect();
                let to = match self.errand {
                    Errand::Give => Destination::Card {
                        card: None,
                        only_what_fits: false,
                    },
                    Errand::Paper => Destination::Paper,
                    // Card first, then money: given up is what waits at the platform.
                    Errand::MoneyBack => Destination::Platform,
                };
                let money = money::of(&self.quotes, &tickets);
                let (giver, count) = (contents.uid, words::count(tickets.len()));
                let no = desk.card(CardJob::Consent {
                    contents: contents.clone(),
                    tickets,
                    to,
                });
                return Passing::agreed(self.errand, giver, (count, money), no);
            }
            State::Choosing { confirming, .. } if !self.chosen.is_empty() => *confirming = true,
            _ => {}
        }
        Phase::Choosing(self)
    }

    fn safety() -> Safety {
        Safety {
            ticket: TicketFact::CardUnchanged,
            money: MoneyFact::NotInvolved,
        }
    }

    fn trouble(kind: TroubleKind, ways: Vec<Way>) -> Screen {
        Screen::Trouble(Trouble {
            kind,
            safety: Self::safety(),
            ways,
            slip: None,
        })
    }

    fn choose(&self, contents: &CardContents, page: usize, desk: &Desk) -> Screen {
        let offers = self.offers(contents, desk);
        let (pages, can_go) = (
            pages(offers.len()),
            offers.iter().filter(|offer| offer.stays.is_none()).count(),
        );
        let items = offers
            .into_iter()
            .skip(page * CHOICES_A_PAGE)
            .take(CHOICES_A_PAGE)
            .map(|offer| Choice {
                id: offer.id,
                chosen: self.chosen.contains(&offer.id),
                ticket: offer.ticket,
                stays: offer.stays,
            });
        Screen::Choose(view::Choose {
            errand: self.errand,
            ending: words::ending(contents.uid),
            items: items.collect(),
            chosen: words::count(self.chosen.len()),
            can_go: words::count(can_go),
            page,
            pages,
            notice: self.notice,
        })
    }

    fn confirm(&self, contents: &CardContents, desk: &Desk) -> Screen {
        Screen::Confirm(view::Confirm {
            errand: self.errand,
            tickets: words::my_tickets(contents)
                .into_iter()
                .filter(|ticket| self.chosen.contains(&ticket.id))
                .collect(),
            ending: words::ending(contents.uid),
            offline: !desk.online,
            // There are quotes for that errand only.
            money: money::of(&self.quotes, &self.chosen),
        })
    }
}

fn pages(tickets: usize) -> usize {
    tickets.div_ceil(CHOICES_A_PAGE).max(1)
}

impl Step for Choosing {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match (input, &mut self.state) {
            (
                Input::Card {
                    no,
                    news: CardNews::Read(read),
                },
                State::Reading(open),
            ) if no == open => match read {
                Ok(contents) => self.card_read(contents, desk),
                Err(fault) => self.state = State::Refused(words::refusal(*fault)),
            },
            (Input::Platform { no, answer }, State::Quoting { contents, no: open })
                if no == open =>
            {
                let contents = contents.clone();
                match &**answer {
                    Ok(Answer::Quotes(quotes)) => {
                        self.quotes = quotes.clone();
                        self.begin_to_choose(&contents, desk);
                    }
                    _ => self.state = State::NotQuoted,
                }
            }
            (
                Input::Reader(ReaderNews::Present),
                State::Waiting | State::Refused(_) | State::NotQuoted | State::Choosing { .. },
            ) => self.read(desk),
            // Whoever takes the card takes what it says along; the choice is there again when it comes back.
            (
                Input::Reader(ReaderNews::Empty | ReaderNews::Lost),
                State::Choosing { .. } | State::Quoting { .. },
            ) => {
                self.state = State::Waiting;
            }
            // The platform may just have said that some were issued anew.
            (Input::Platform { .. }, State::Choosing { contents, .. }) => {
                let recalled = desk.recalled_on(contents.uid);
                self.chosen.retain(|chosen| !recalled.contains(chosen));
            }
            (Input::Touch(Touch::Toggle(id)), _) => self.toggle(*id, desk),
            (Input::Touch(Touch::Page(to)), _) => self.turn(*to),
            (Input::Touch(Touch::Yes), _) => return self.yes(desk),
            (
                Input::Touch(Touch::ChooseAgain | Touch::First),
                State::Choosing {
                    confirming: confirming @ true,
                    ..
                },
            ) => *confirming = false,
            (Input::Touch(Touch::Way(Way::TryAgain)), State::Refused(_) | State::NotQuoted)
                if desk.card_lies =>
            {
                self.read(desk);
            }
            (
                Input::Touch(Touch::Way(Way::TryAgain | Way::LayCard | Way::LayOtherCard)),
                State::Refused(_) | State::NotQuoted,
            ) => self.state = State::Waiting,
            (
                Input::Touch(Touch::First | Touch::Way(Way::Finish)),
                State::Waiting
                | State::Refused(_)
                | State::Quoting { .. }
                | State::NotQuoted
                | State::Choosing { .. },
            ) => return desk.go_home(),
            _ => {}
        }
        Phase::Choosing(self)
    }

    fn screen(&self, desk: &Desk) -> Screen {
        let purpose = match self.errand {
            Errand::Give => LayPurpose::ToGive,
            Errand::Paper => LayPurpose::ToPrint,
            Errand::MoneyBack => LayPurpose::ToGiveUp,
        };
        match &self.state {
            State::Waiting if desk.reader_lost => {
                Self::trouble(TroubleKind::ReaderGone, vec![Way::CallStaff, Way::Finish])
            }
            State::Waiting => Screen::LayCard(LayCard {
                purpose,
                tickets: 0,
                ending: None,
                refused: None,
                safety: Self::safety(),
                countdown: None,
            }),
            State::Reading(_) => Screen::CheckingCard(CheckingCard {
                purpose,
                step: CheckStep::Reading,
            }),
            State::Quoting { .. } => Screen::CheckingCard(CheckingCard {
                purpose,
                step: CheckStep::Registering,
            }),
            State::NotQuoted => Self::trouble(
                TroubleKind::NotWithoutNetwork,
                vec![Way::TryAgain, Way::Finish],
            ),
            State::Refused(refusal) => {
                let first = match refusal {
                    CardRefusal::Torn | CardRefusal::Mute => Way::LayCard,
                    CardRefusal::NoNetwork => Way::TryAgain,
                    _ => Way::LayOtherCard,
                };
                Self::trouble(
                    TroubleKind::Card(*refusal),
                    vec![first, Way::CallStaff, Way::Finish],
                )
            }
            State::Choosing {
                contents,
                confirming: true,
                ..
            } => self.confirm(contents, desk),
            State::Choosing { contents, page, .. } => self.choose(contents, *page, desk),
        }
    }

    fn station(&self) -> Option<Stop> {
        let choosing = matches!(self.state, State::Choosing { .. });
        Some(match (self.errand, choosing) {
            (Errand::Give, false) => Stop::Giving(GivingStation::GivingCard),
            (Errand::Give, true) => Stop::Giving(GivingStation::Choose),
            (Errand::Paper, false) => Stop::Paper(PaperStation::Card),
            (Errand::Paper, true) => Stop::Paper(PaperStation::Choose),
            (Errand::MoneyBack, false) => Stop::MoneyBack(MoneyStation::Card),
            (Errand::MoneyBack, true) => Stop::MoneyBack(MoneyStation::Choose),
        })
    }

    fn first_key(&self) -> FirstKey {
        match self.state {
            State::Reading(_) => FirstKey::None,
            _ => FirstKey::Back,
        }
    }

    fn may_idle(&self) -> bool {
        !matches!(self.state, State::Reading(_))
    }
}
