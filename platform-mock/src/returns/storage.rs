//! Returns as commands and questions.

use async_trait::async_trait;
use kippu_api::{
    allocation::SeatMove,
    returns::{
        CallIn, NewReturn, ReturnDecision, ReturnState, SeatReturn, StockRun, StockState,
        WhichSeats,
    },
};
use kippu_ticket::ids::{EventId, SellerId};

use super::{
    claiming::{CLAIMS, claim, meant, put_back, take_out},
    record::{self, NewRow, Side},
};
use crate::{
    allocation::{
        moving::{check_seller, move_seats},
        runs,
        storage::{Desk, check_own},
    },
    audit::{self, Act},
    notes,
    own::storage::STATE,
    people::rules::Person,
    refusal::Answer,
    storage::{
        Database, Unit,
        idempotency::{RequestKey, once},
    },
};

/// Somebody of a seller, and which.
#[derive(Debug, Clone)]
pub struct Counter {
    /// Who.
    pub person: Person,
    /// The seller.
    pub seller: SellerId,
}

/// Seats that go back.
#[async_trait]
pub trait ReturnStorage: Send + Sync {
    /// What became of every seat of a hall, as one seller sees it.
    async fn own_stock(&self, event: EventId, seller: SellerId) -> Answer<Vec<StockRun>>;
    /// Offers unsold seats back and takes them out of sale, all or none.
    async fn offer_back(
        &self,
        key: RequestKey,
        counter: Counter,
        event: EventId,
        new: NewReturn,
    ) -> Answer<SeatReturn>;
    /// Takes an offer back: the seats are on sale again.
    async fn withdraw(&self, key: RequestKey, counter: Counter, number: i64) -> Answer<SeatReturn>;
    /// Answers an offer.
    async fn decide(
        &self,
        key: RequestKey,
        desk: Desk,
        number: i64,
        decision: ReturnDecision,
    ) -> Answer<SeatReturn>;
    /// Takes a seller's unsold seats away.
    async fn call_in(
        &self,
        key: RequestKey,
        desk: Desk,
        event: EventId,
        wish: CallIn,
    ) -> Answer<SeatReturn>;
    /// A seller's returns, those that wait first.
    async fn returns_of_seller(&self, seller: SellerId) -> Answer<Vec<SeatReturn>>;
    /// Returns of an organizer's events, those that wait first.
    async fn returns_of_organizer(&self, organizer: i64) -> Answer<Vec<SeatReturn>>;
}

#[async_trait]
impl ReturnStorage for Database {
    async fn own_stock(&self, event: EventId, seller: SellerId) -> Answer<Vec<StockRun>> {
        self.read(move |sql| {
            let mut statement = sql.prepare_cached(&format!(
                "SELECT CASE WHEN s.seller IS DISTINCT FROM CAST(?2 AS BIGINT) THEN '-' WHEN s.claim LIKE '{CLAIMS}' THEN 'o' ELSE {STATE} END
                 FROM stock s WHERE s.event = ?1 ORDER BY s.seat"
            ))?;
            let mut rows = statement.query((event.0, seller.0))?;
            let mut found: Vec<StockRun> = Vec::new();
            while let Some(row) = rows.next()? {
                let state = match row.get::<String>(0)?.as_str() {
                    "f" => StockState::Free,
                    "h" => StockState::Held,
                    "o" => StockState::Offered,
                    "s" => StockState::Sold,
                    _ => StockState::Other,
                };
                match found.last_mut() {
                    Some(run) if run.state == state => run.seats += 1,
                    _ => found.push(StockRun { seats: 1, state }),
                }
            }
            Ok(found)
        })
        .await
    }

    async fn offer_back(
        &self,
        key: RequestKey,
        counter: Counter,
        event: EventId,
        new: NewReturn,
    ) -> Answer<SeatReturn> {
        let note = notes::checked(&new.note)?;
        self.write(move |unit| {
            once(unit, &key, |unit| {
                let seats = meant(unit.sql, event, counter.seller, new.which)?;
                let row = NewRow {
                    event,
                    seller: counter.seller,
                    seats: &seats,
                    note: &note,
                    account: counter.person.account,
                };
                let number = record::insert(unit, &row, ReturnState::Waiting)?;
                take_out(unit, (event, counter.seller), &claim(number), &seats)?;
                let offered = record::one(unit.sql, Side::Seller(counter.seller), number)?;
                told(unit, &counter.person, "seats_offered_back", &offered)?;
                Ok(offered)
            })
        })
        .await
    }

    async fn withdraw(&self, key: RequestKey, counter: Counter, number: i64) -> Answer<SeatReturn> {
        self.write(move |unit| {
            once(unit, &key, |unit| {
                let side = Side::Seller(counter.seller);
                let known = record::one(unit.sql, side, number)?;
                let account = counter.person.account;
                record::settle(unit, &known, ReturnState::Withdrawn, account, None)?;
                put_back(unit, known.event, &claim(number), &known.seats)?;
                told(unit, &counter.person, "return_withdrawn", &known)?;
                record::one(unit.sql, side, number)
            })
        })
        .await
    }

    async fn decide(
        &self,
        key: RequestKey,
        desk: Desk,
        number: i64,
        decision: ReturnDecision,
    ) -> Answer<SeatReturn> {
        self.write(move |unit| {
            once(unit, &key, |unit| {
                let side = Side::Organizer(desk.organizer);
                let known = record::one(unit.sql, side, number)?;
                decide(unit, &desk.person, &known, decision)?;
                record::one(unit.sql, side, number)
            })
        })
        .await
    }

    async fn call_in(
        &self,
        key: RequestKey,
        desk: Desk,
        event: EventId,
        wish: CallIn,
    ) -> Answer<SeatReturn> {
        let note = notes::checked(&wish.note)?;
        self.write(move |unit| {
            once(unit, &key, |unit| {
                check_own(unit, &desk, event)?;
                check_seller(unit.sql, wish.seller)?;
                let which = WhichSeats::Unsold { class: wish.class };
                let seats = meant(unit.sql, event, wish.seller, which)?;
                let row = NewRow {
                    event,
                    seller: wish.seller,
                    seats: &seats,
                    note: &note,
                    account: desk.person.account,
                };
                let number = record::insert(unit, &row, ReturnState::CalledIn)?;
                let away = SeatMove {
                    from: Some(wish.seller),
                    to: None,
                    seats,
                };
                move_seats(unit, event, Some(desk.person.account), &[away])?;
                let done = record::one(unit.sql, Side::Organizer(desk.organizer), number)?;
                told(unit, &desk.person, "seats_called_in", &done)?;
                Ok(done)
            })
        })
        .await
    }

    async fn returns_of_seller(&self, seller: SellerId) -> Answer<Vec<SeatReturn>> {
        self.read(move |sql| record::all(sql, Side::Seller(seller)))
            .await
    }

    async fn returns_of_organizer(&self, organizer: i64) -> Answer<Vec<SeatReturn>> {
        self.read(move |sql| record::all(sql, Side::Organizer(organizer)))
            .await
    }
}

/// The seats leave the claim and, where they are taken, the seller, in one transaction: nobody can buy one in between.
fn decide(
    unit: &mut Unit<'_>,
    person: &Person,
    known: &SeatReturn,
    decision: ReturnDecision,
) -> Answer<()> {
    let (state, to, what) = match decision {
        ReturnDecision::Accept { to } => (ReturnState::Accepted, to, "return_accepted"),
        ReturnDecision::Decline => (ReturnState::Declined, None, "return_declined"),
    };
    if let Some(seller) = to {
        check_seller(unit.sql, seller)?;
    }
    record::settle(unit, known, state, person.account, to)?;
    put_back(unit, known.event, &claim(known.number), &known.seats)?;
    if state == ReturnState::Accepted {
        let away = SeatMove {
            from: Some(known.seller),
            to,
            seats: known.seats.clone(),
        };
        move_seats(unit, known.event, Some(person.account), &[away])?;
    }
    told(unit, person, what, known)
}

fn told(unit: &Unit<'_>, person: &Person, what: &str, about: &SeatReturn) -> Answer<()> {
    let subject = format!("event {}", about.event);
    let note = format!(
        "return {}, {} seats, seller {}",
        about.number,
        runs::count(&about.seats)?,
        about.seller
    );
    let act = Act {
        what,
        subject: &subject,
        note: Some(&note),
        ..Act::default()
    };
    audit::note(unit.sql, unit.now, &person.into(), &act)
}
