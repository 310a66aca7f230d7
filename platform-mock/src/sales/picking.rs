//! The best seats, found and held as one call. The search looks at what readers see, and the hold is what decides; so that a crowd that asks
//! for the same does not go for the same seats, a search passes over seats that another one on this node is just about to hold.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use kippu_api::problem::ProblemCode;
use kippu_seatplan::best::{self, Apart, Wish};
use kippu_ticket::ids::{EventId, SellerId};

use super::{record::HoldRecord, storage::HoldCommand};
use crate::{
    app::App,
    masters::rules::EventFacts,
    refusal::{Answer, Refusal},
};

/// How often is looked again when another node was faster, or others here go for the last seats.
const TRIES: usize = 16;

/// Searches under way. Each event's searches take turns, for each is a few milliseconds of work for a core.
#[derive(Default)]
pub struct Picking(Mutex<HashMap<EventId, Arc<Searches>>>);

#[derive(Default)]
struct Searches {
    turn: tokio::sync::Mutex<()>,
    /// Whoever goes for seats holds this for reading; whoever finds only such seats waits for all of them.
    going: tokio::sync::RwLock<()>,
    picked: Mutex<HashSet<u32>>,
}

/// Seats that somebody is about to hold.
struct Picked<'a> {
    searches: &'a Searches,
    seats: Vec<u32>,
}

impl Drop for Picked<'_> {
    fn drop(&mut self) {
        let mut picked = lock(&self.searches.picked);
        for seat in &self.seats {
            picked.remove(seat);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a search came to.
enum Found<'a> {
    /// Seats, and whether nobody sits beside somebody else.
    Seats(Picked<'a>, bool),
    /// Others are going for the last ones.
    OnlyPicked,
    /// Too few.
    None,
}

impl Picking {
    fn searches(&self, event: EventId) -> Arc<Searches> {
        Arc::clone(lock(&self.0).entry(event).or_default())
    }
}

impl Searches {
    /// Looks for seats and takes them out of the others' sight.
    async fn search(
        &self,
        app: &App,
        event: &EventFacts,
        seller: SellerId,
        wish: &Wish,
    ) -> Answer<Found<'_>> {
        let _turn = self.turn.lock().await;
        let mut free = app.storage().free(event.event, seller)?;
        let mut hidden = false;
        for seat in lock(&self.picked).iter() {
            if let Some(state) = free.get_mut(*seat as usize) {
                hidden |= *state != 0;
                *state = 0;
            }
        }
        let Some(choice) = best::find_among(&event.plan, &event.places, &free, wish) else {
            return Ok(if hidden {
                Found::OnlyPicked
            } else {
                Found::None
            });
        };
        lock(&self.picked).extend(&choice.seats);
        let picked = Picked {
            searches: self,
            seats: choice.seats,
        };
        Ok(Found::Seats(picked, choice.apart > Apart::LeavingOne))
    }
}

/// Finds and holds the best seats; again when somebody was faster.
///
/// # Errors
/// 409 `no_seats_together` when there are too few, 503 when others were always faster.
pub(super) async fn hold_best(
    app: &App,
    seller: SellerId,
    event: &EventFacts,
    wish: &Wish,
    command: impl Fn(Vec<u32>, bool) -> HoldCommand,
) -> Answer<HoldRecord> {
    app.storage().expire_due().await?;
    let searches = app.picking().searches(event.event);
    for _ in 0..TRIES {
        let going = searches.going.read().await;
        match searches.search(app, event, seller, wish).await? {
            Found::Seats(picked, apart) => {
                let held = app.storage().hold(command(picked.seats.clone(), apart));
                match held.await {
                    Err(refusal) if refusal.code == ProblemCode::SeatTaken => {}
                    done => return done,
                }
            }
            Found::OnlyPicked => {
                drop(going);
                drop(searches.going.write().await);
            }
            Found::None => {
                // A repeated request whose first answer was lost must find its own hold, not that its seats are gone.
                let before = app.storage().held_under(command(Vec::new(), false).key);
                if let Some(held) = before.await? {
                    return Ok(held);
                }
                let class = wish
                    .class
                    .map(usize::from)
                    .and_then(|class| event.prices.get(class));
                let class = class.map_or("this class", |price| &price.name);
                return Err(Refusal::new(
                    ProblemCode::NoSeatsTogether,
                    format!(
                        "There are not {} seats left in {class}. Nothing was held.",
                        wish.count
                    ),
                )
                .hint("Choose another class or fewer seats."));
            }
        }
    }
    Err(Refusal::busy())
}
