//! The list of events, and opening one: its plan and its free seats are fetched together.

use std::sync::Arc;

use kippu_api::events::EventSummary;
use kippu_seatplan::Plan;
use kippu_ticket::ids::EventId;

use super::{
    Desk, Phase, Step,
    desk::SECOND,
    effect::{Ask, RequestNo},
    input::{Answer, AskFault, Input, price_from},
    seats::Seats,
    shopping::Shopping,
    view::{
        self, Availability, DateFilter, EVENTS_A_PAGE, EventCard, MoneyFact, Safety, Screen,
        Station, Stop, TicketFact, Touch, Trouble, TroubleKind, Turn, Way,
    },
    words,
};
use crate::flows::facts::{Money, TextSize};

/// Events on a page in large text.
const EVENTS_A_PAGE_LARGE: usize = 2;
/// △ from here on: one seat in so many is left.
const FEW_LEFT_FRACTION: u32 = 10;

pub(super) struct Browse {
    filter: DateFilter,
    page: usize,
    loading: Option<RequestNo>,
    opening: Option<Opening>,
    failed: Option<AskFault>,
}

struct Opening {
    event: EventId,
    plan_no: Option<RequestNo>,
    plan: Option<Arc<Plan>>,
    stock_no: RequestNo,
    stock: Option<(u64, Arc<Vec<u8>>)>,
}

impl Browse {
    pub fn open(desk: &mut Desk) -> Phase {
        let loading = Some(desk.ask(Ask::Events));
        Phase::Browse(Self {
            filter: DateFilter::All,
            page: 0,
            loading,
            opening: None,
            failed: None,
        })
    }

    fn open_event(&mut self, event: EventId, desk: &mut Desk) {
        let plan = desk.plan(event);
        self.opening = Some(Opening {
            event,
            plan_no: plan.is_none().then(|| desk.ask(Ask::Plan(event))),
            plan,
            stock_no: desk.ask(Ask::Availability(event)),
            stock: None,
        });
    }

    fn answer(
        mut self,
        no: RequestNo,
        answer: &Result<Answer, AskFault>,
        desk: &mut Desk,
    ) -> Phase {
        if self.loading == Some(no) {
            self.loading = None;
            // A list that is there already serves until the platform is back.
            if let (Err(fault), true) = (answer, desk.events.is_empty()) {
                self.failed = Some(fault.clone());
            }
            return Phase::Browse(self);
        }
        let Some(opening) = &mut self.opening else {
            return Phase::Browse(self);
        };
        if opening.plan_no != Some(no) && opening.stock_no != no {
            return Phase::Browse(self);
        }
        match answer {
            Ok(Answer::Plan(plan)) => {
                desk.keep_plan(opening.event, plan.clone());
                opening.plan = Some(plan.clone());
            }
            Ok(Answer::Availability { version, seats }) => {
                opening.stock = Some((*version, seats.clone()));
            }
            Err(fault) => {
                self.failed = Some(fault.clone());
                self.opening = None;
                return Phase::Browse(self);
            }
            Ok(_) => {}
        }
        match (
            &opening.plan,
            &opening.stock,
            desk.events
                .iter()
                .find(|event| event.event == opening.event),
        ) {
            (Some(plan), Some((_, stock)), Some(event)) => Seats::open(
                Box::new(Shopping::new(event.clone(), plan.clone(), stock.clone())),
                desk,
            ),
            _ => Phase::Browse(self),
        }
    }

    fn matching<'a>(&self, desk: &'a Desk) -> Vec<&'a EventSummary> {
        const DAY: i64 = 24 * 60 * 60 * SECOND;
        desk.events
            .iter()
            .filter(|event| match self.filter {
                DateFilter::All => true,
                DateFilter::Today => same_day(event, desk.now),
                DateFilter::ThisWeek => event.starts - desk.now < 7 * DAY,
            })
            .collect()
    }

    fn pages(&self, desk: &Desk) -> usize {
        self.matching(desk).len().div_ceil(a_page(desk))
    }
}

fn a_page(desk: &Desk) -> usize {
    if desk.appearance.text != TextSize::Normal {
        EVENTS_A_PAGE_LARGE
    } else {
        EVENTS_A_PAGE
    }
}

/// Whether the event starts on the day that `now` is at its venue.
fn same_day(event: &EventSummary, now: i64) -> bool {
    let day = |at: i64| {
        let zone = jiff::tz::TimeZone::get(&event.zone).unwrap_or(jiff::tz::TimeZone::UTC);
        jiff::Timestamp::from_microsecond(at)
            .ok()
            .map(|at| at.to_zoned(zone).date())
    };
    day(event.starts) == day(now)
}

fn availability(event: &EventSummary) -> Availability {
    match event.free {
        0 => Availability::SoldOut,
        free if free.saturating_mul(FEW_LEFT_FRACTION) < event.seats => Availability::FewLeft,
        _ => Availability::Available,
    }
}

impl Step for Browse {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Touch(Touch::First | Touch::Way(Way::Finish)) => return desk.go_home(),
            Input::Touch(Touch::Way(Way::TryAgain)) => return Self::open(desk),
            Input::Touch(Touch::Filter(filter)) => {
                self.filter = *filter;
                self.page = 0;
            }
            Input::Touch(Touch::Page(turn)) => {
                self.page = match turn {
                    Turn::Up => self.page.saturating_sub(1),
                    Turn::Down => (self.page + 1).min(self.pages(desk).saturating_sub(1)),
                };
            }
            Input::Touch(Touch::Event(event)) if self.opening.is_none() => {
                let on_sale = desk
                    .events
                    .iter()
                    .any(|known| known.event == *event && known.free > 0);
                if on_sale {
                    self.open_event(*event, desk);
                }
            }
            Input::Platform { no, answer } => return self.answer(*no, answer, desk),
            _ => {}
        }
        Phase::Browse(self)
    }

    fn screen(&self, desk: &Desk) -> Screen {
        if let Some(fault) = &self.failed {
            return Screen::Trouble(Trouble {
                kind: if fault.is_network() {
                    TroubleKind::NotReached
                } else {
                    TroubleKind::Refused
                },
                safety: Safety {
                    ticket: TicketFact::None,
                    money: MoneyFact::NotInvolved,
                },
                ways: vec![Way::TryAgain, Way::Finish],
                slip: None,
            });
        }
        let matching = self.matching(desk);
        let a_page = a_page(desk);
        let pages = matching.len().div_ceil(a_page);
        let page = self.page.min(pages.saturating_sub(1));
        let cards = matching
            .iter()
            .skip(page * a_page)
            .take(a_page)
            .map(|event| EventCard {
                event: event.event,
                facts: words::event_of_list(event),
                performers: event.performers.clone(),
                price_from: Money {
                    amount: price_from(&event.classes),
                    currency: event.currency.clone(),
                },
                availability: availability(event),
            })
            .collect();
        Screen::Events(view::Events {
            loading: self.opening.is_some() || (self.loading.is_some() && desk.events.is_empty()),
            filter: self.filter,
            cards,
            page,
            pages,
        })
    }

    fn station(&self) -> Option<Stop> {
        Some(Stop::Purchase(Station::Event))
    }
}
