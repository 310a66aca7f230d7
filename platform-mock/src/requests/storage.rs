//! Requests as commands and questions.

use std::sync::Arc;

use async_trait::async_trait;
use kippu_api::{
    allocation::SeatMove,
    problem::ProblemCode,
    requests::{NewOffer, NewRequest, Party, RequestAnswer, RequestState, SeatRequest},
};
use kippu_ticket::ids::{EventId, SellerId};

pub use super::record::Side;
use super::{
    record::{self, NewTurn},
    rules::{Next, NoAnswer, next, waits_for},
};
use crate::{
    allocation::{
        filling::of_each_class,
        moving::{check_seller, move_seats},
        runs,
        storage::{Desk, check_own, nobodys},
    },
    audit::{self, Act},
    masters::rules::EventFacts,
    notes,
    people::rules::Person,
    refusal::{Answer, Refusal},
    returns::storage::Counter,
    storage::{
        Database, Unit,
        idempotency::{RequestKey, once},
    },
};

/// An answer to one of the requests.
#[derive(Debug, Clone)]
pub struct NumberedAnswer {
    /// Which request.
    pub number: i64,
    /// The answer.
    pub answer: RequestAnswer,
}

/// Requests for seats.
#[async_trait]
pub trait RequestStorage: Send + Sync {
    /// Lets sellers ask seats of an event, or no longer; what was asked before goes on.
    async fn open_for_requests(&self, desk: Desk, event: EventId, open: bool) -> Answer<()>;
    /// Events sellers may ask seats of: not over, not cancelled.
    async fn open_events(&self) -> Answer<Vec<EventId>>;
    /// A seller asks.
    async fn ask_for_seats(
        &self,
        key: RequestKey,
        counter: Counter,
        facts: Arc<EventFacts>,
        new: NewRequest,
    ) -> Answer<SeatRequest>;
    /// An organizer begins.
    async fn offer_seats(
        &self,
        key: RequestKey,
        desk: Desk,
        facts: Arc<EventFacts>,
        new: NewOffer,
    ) -> Answer<SeatRequest>;
    /// A side answers.
    async fn answer_request(
        &self,
        key: RequestKey,
        side: Side,
        person: Person,
        facts: Arc<EventFacts>,
        answer: NumberedAnswer,
    ) -> Answer<SeatRequest>;
    /// One of a side's requests.
    async fn seat_request(&self, side: Side, number: i64) -> Answer<SeatRequest>;
    /// A side's requests, open ones first.
    async fn seat_requests(&self, side: Side) -> Answer<Vec<SeatRequest>>;
}

#[async_trait]
impl RequestStorage for Database {
    async fn open_for_requests(&self, desk: Desk, event: EventId, open: bool) -> Answer<()> {
        self.write(move |unit| {
            check_own(unit, &desk, event)?;
            unit.sql.execute(
                "UPDATE events SET requests_open = ?2 WHERE event = ?1",
                (event.0, i64::from(open)),
            )?;
            let subject = format!("event {event}");
            let act = Act {
                what: if open {
                    "requests_opened"
                } else {
                    "requests_closed"
                },
                subject: &subject,
                ..Act::default()
            };
            audit::note(unit.sql, unit.now, &(&desk.person).into(), &act)
        })
        .await
    }

    async fn open_events(&self) -> Answer<Vec<EventId>> {
        let now = self.clock().now();
        self.read(move |sql| {
            let mut statement = sql.prepare_cached(
                "SELECT event FROM events WHERE requests_open = 1 AND cancelled IS NULL AND starts > ?1 ORDER BY starts, event",
            )?;
            let rows = statement.query_map([now], |row| row.get(0).map(EventId))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn ask_for_seats(
        &self,
        key: RequestKey,
        counter: Counter,
        facts: Arc<EventFacts>,
        new: NewRequest,
    ) -> Answer<SeatRequest> {
        self.write(move |unit| {
            once(unit, &key, |unit| {
                check_open(unit, facts.event)?;
                let side = Side::Seller(counter.seller);
                let words = Words {
                    seats: &new.seats,
                    note: &new.note,
                };
                begin(unit, side, &counter.person, counter.seller, &facts, &words)
            })
        })
        .await
    }

    async fn offer_seats(
        &self,
        key: RequestKey,
        desk: Desk,
        facts: Arc<EventFacts>,
        new: NewOffer,
    ) -> Answer<SeatRequest> {
        self.write(move |unit| {
            once(unit, &key, |unit| {
                check_own(unit, &desk, facts.event)?;
                check_seller(unit.sql, new.seller)?;
                let side = Side::Organizer(desk.organizer);
                let words = Words {
                    seats: &new.seats,
                    note: &new.note,
                };
                begin(unit, side, &desk.person, new.seller, &facts, &words)
            })
        })
        .await
    }

    async fn answer_request(
        &self,
        key: RequestKey,
        side: Side,
        person: Person,
        facts: Arc<EventFacts>,
        answer: NumberedAnswer,
    ) -> Answer<SeatRequest> {
        self.write(move |unit| {
            once(unit, &key, |unit| {
                answered(unit, side, &person, &facts, &answer)
            })
        })
        .await
    }

    async fn seat_request(&self, side: Side, number: i64) -> Answer<SeatRequest> {
        self.read(move |sql| record::one(sql, side, number)).await
    }

    async fn seat_requests(&self, side: Side) -> Answer<Vec<SeatRequest>> {
        self.read(move |sql| record::all(sql, side)).await
    }
}

/// What a side says.
struct Words<'a> {
    seats: &'a [u32],
    note: &'a str,
}

/// Refuses where sellers may not ask: as if the event were not there.
fn check_open(unit: &Unit<'_>, event: EventId) -> Answer<()> {
    let open: bool = unit.sql.query_row(
        "SELECT EXISTS (SELECT 1 FROM events WHERE event = ?1 AND requests_open = 1)",
        [event.0],
        |row| row.get(0),
    )?;
    if open {
        return Ok(());
    }
    Err(Refusal::not_found("event that sellers may ask seats of"))
}

/// Nobody talks about seats of an event that is over or does not take place.
fn check_takes_place(unit: &Unit<'_>, event: EventId) -> Answer<()> {
    let there: bool = unit.sql.query_row(
        "SELECT EXISTS (SELECT 1 FROM events WHERE event = ?1 AND cancelled IS NULL AND starts > ?2)",
        (event.0, unit.now),
        |row| row.get(0),
    )?;
    if there {
        return Ok(());
    }
    Err(Refusal::new(
        ProblemCode::WrongState,
        "The event has begun or is cancelled. Nothing was done.",
    ))
}

fn begin(
    unit: &mut Unit<'_>,
    side: Side,
    person: &Person,
    seller: SellerId,
    facts: &EventFacts,
    words: &Words<'_>,
) -> Answer<SeatRequest> {
    check_takes_place(unit, facts.event)?;
    if record::is_open(unit.sql, facts.event, seller)? {
        return Err(Refusal::new(
            ProblemCode::WrongState,
            "There is a request about seats of this event already. Nothing was done.",
        )
        .hint("Answer that one."));
    }
    let party = side.party();
    let state = waits_for(party.other());
    check_counts(words.seats, facts)?;
    let number = record::insert(unit, facts.event, seller, state)?;
    let turn = NewTurn {
        party,
        seats: words.seats,
        note: &notes::checked(words.note)?,
        account: person.account,
    };
    record::speak(unit, number, 1, &turn)?;
    let what = match party {
        Party::Seller => "seats_asked_for",
        Party::Organizer => "seats_offered",
    };
    let request = record::one(unit.sql, side, number)?;
    told(unit, person, what, &request)?;
    Ok(request)
}

/// Counts that a hall can have.
fn check_counts(seats: &[u32], facts: &EventFacts) -> Answer<()> {
    let wished: u64 = seats.iter().map(|seats| u64::from(*seats)).sum();
    let there = facts.plan.seats.len();
    if seats.len() == facts.prices.len() && wished > 0 && wished <= there as u64 {
        return Ok(());
    }
    Err(Refusal::bad_request(format!(
        "Say how many seats of each of the {} classes, and at least one seat; the hall has {there}.",
        facts.prices.len(),
    )))
}

fn answered(
    unit: &mut Unit<'_>,
    side: Side,
    person: &Person,
    facts: &EventFacts,
    answer: &NumberedAnswer,
) -> Answer<SeatRequest> {
    let NumberedAnswer { number, answer } = answer;
    let known = record::one(unit.sql, side, *number)?;
    if u32::try_from(known.turns.len()) != Ok(answer.turns) {
        return Err(Refusal::new(
            ProblemCode::WrongState,
            "Something else was said since you looked. Nothing was done.",
        )
        .hint("Read it, and decide again."));
    }
    let (what, seats) = match next(known.state, side.party(), &answer.answer).map_err(no_answer)? {
        Next::Agree => {
            let wished = known.turns.last().map_or(&[][..], |turn| &turn.seats);
            agree(unit, side, person, &known, wished, facts)?;
            ("seats_agreed", wished)
        }
        Next::Turn(state, seats) => {
            check_takes_place(unit, facts.event)?;
            check_counts(seats, facts)?;
            record::set_state(unit, known.number, state, None)?;
            ("seats_countered", seats)
        }
        Next::End(state) => {
            record::set_state(unit, known.number, state, None)?;
            ("request_ended", &[][..])
        }
    };
    let turn = NewTurn {
        party: side.party(),
        seats,
        note: &notes::checked(&answer.note)?,
        account: person.account,
    };
    record::speak(unit, known.number, known.turns.len() + 1, &turn)?;
    told(unit, person, what, &known)?;
    record::one(unit.sql, side, known.number)
}

fn no_answer(why: NoAnswer) -> Refusal {
    let words = match why {
        NoAnswer::Over => "This request is over. Nothing was done.",
        NoAnswer::NotDue => "The other side is to answer. Nothing was done.",
    };
    Refusal::new(ProblemCode::WrongState, words)
}

/// What was said last becomes an allocation, from the seats that are nobody's now; too few of them agree to nothing.
fn agree(
    unit: &mut Unit<'_>,
    side: Side,
    person: &Person,
    known: &SeatRequest,
    wished: &[u32],
    facts: &EventFacts,
) -> Answer<()> {
    check_takes_place(unit, known.event)?;
    let free = nobodys(unit.sql, known.event)?;
    let seats = of_each_class(&facts.plan, &free, wished).map_err(|(class, there)| {
        let name = facts
            .prices
            .get(class)
            .map_or("?", |price| price.name.as_str());
        // How many are nobody's is the organizer's to know.
        let there = match side {
            Side::Organizer(_) => there.to_string(),
            Side::Seller(_) => "too few".to_owned(),
        };
        Refusal::new(
            ProblemCode::WrongState,
            format!("Of class {name}, {there} seats are nobody's now. Nothing was agreed."),
        )
        .hint("Come back with other counts, or take seats back first.")
    })?;
    let given = runs::of(seats);
    let away = SeatMove {
        from: None,
        to: Some(known.seller),
        seats: given.clone(),
    };
    move_seats(unit, known.event, Some(person.account), &[away])?;
    record::set_state(unit, known.number, RequestState::Agreed, Some(&given))
}

fn told(unit: &Unit<'_>, person: &Person, what: &str, about: &SeatRequest) -> Answer<()> {
    let subject = format!("event {}", about.event);
    let note = format!("request {}, seller {}", about.number, about.seller);
    let act = Act {
        what,
        subject: &subject,
        note: Some(&note),
        ..Act::default()
    };
    audit::note(unit.sql, unit.now, &person.into(), &act)
}
