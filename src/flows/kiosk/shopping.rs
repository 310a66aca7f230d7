//! A customer's choice so far: event, plan, free seats, picked ones.

use std::sync::Arc;

use kippu_api::{events::EventSummary, holds::Hold};
use kippu_seatplan::Plan;

use super::{
    deadline::Deadline,
    view::{ClassRow, PickedSeat, PictureView},
    words,
};
use crate::flows::facts::{Money, SeatWords};

/// How much one touch of + or − magnifies.
const ZOOM_STEP: f32 = 2.0;

#[derive(Clone)]
pub(super) struct Shopping {
    pub event: EventSummary,
    pub plan: Arc<Plan>,
    pub stock: Arc<Vec<u8>>,
    pub picked: Vec<u32>,
    pub picture: PictureView,
    pub filter: Option<u8>,
    pub best_class: u8,
    pub best_quantity: u8,
}

/// Seats that are held for the customer.
#[derive(Clone)]
pub(super) struct Held {
    pub hold: Hold,
    pub deadline: Deadline,
}

impl Held {
    pub fn new(hold: Hold, now: i64) -> Self {
        let deadline = Deadline::new(hold.expires, hold.now, now);
        Self { hold, deadline }
    }
}

/// What picking a seat led to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pick {
    Changed,
    NotForSale,
    Limit,
}

impl Shopping {
    pub fn new(event: EventSummary, plan: Arc<Plan>, stock: Arc<Vec<u8>>) -> Self {
        let best_class = event
            .classes
            .iter()
            .position(|class| class.free > 0)
            .unwrap_or(0);
        let best_quantity = event.limit_per_order.clamp(1, 2);
        Self {
            event,
            plan,
            stock,
            picked: Vec::new(),
            picture: PictureView::default(),
            filter: None,
            best_class: u8::try_from(best_class).unwrap_or(0),
            best_quantity,
        }
    }

    /// Price class in which a seat is to be had here, if it is.
    fn class_of(&self, seat: u32) -> Option<u8> {
        self.stock
            .get(seat as usize)
            .and_then(|byte| byte.checked_sub(1))
    }

    /// Picks the seat, or puts it back.
    pub fn toggle(&mut self, seat: u32) -> Pick {
        if let Some(place) = self.picked.iter().position(|picked| *picked == seat) {
            self.picked.remove(place);
            return Pick::Changed;
        }
        if self.class_of(seat).is_none() {
            return Pick::NotForSale;
        }
        if self.picked.len() >= usize::from(self.event.limit_per_order) {
            return Pick::Limit;
        }
        self.picked.push(seat);
        Pick::Changed
    }

    /// Takes over a newer state of the stock; answers which picked seats are gone by it.
    pub fn refresh(&mut self, stock: Arc<Vec<u8>>) -> Vec<SeatWords> {
        let gone: Vec<u32> = self
            .picked
            .iter()
            .copied()
            .filter(|seat| stock.get(*seat as usize).is_none_or(|byte| *byte == 0))
            .collect();
        let words = gone.iter().map(|seat| self.words_of(*seat)).collect();
        self.picked.retain(|seat| !gone.contains(seat));
        self.stock = stock;
        words
    }

    fn words_of(&self, seat: u32) -> SeatWords {
        let class = self
            .class_of(seat)
            .and_then(|class| self.event.classes.get(usize::from(class)));
        words::seat_of_plan(&self.plan, seat, class.map_or("", |class| &class.name))
    }

    pub fn picked_seats(&self) -> Vec<PickedSeat> {
        self.picked
            .iter()
            .map(|seat| {
                let class = self.class_of(*seat).unwrap_or(0);
                let price = self
                    .event
                    .classes
                    .get(usize::from(class))
                    .map_or(0, |class| class.price);
                PickedSeat {
                    seat: *seat,
                    words: self.words_of(*seat),
                    class,
                    price: self.money(price),
                }
            })
            .collect()
    }

    pub fn total(&self) -> Money {
        self.money(
            self.picked_seats()
                .iter()
                .map(|seat| seat.price.amount)
                .sum(),
        )
    }

    pub fn money(&self, amount: i64) -> Money {
        Money {
            amount,
            currency: self.event.currency.clone(),
        }
    }

    /// Classes with the seats that are left by the present stock.
    pub fn classes(&self) -> Vec<ClassRow> {
        let mut free = vec![0u32; self.event.classes.len()];
        for class in self.stock.iter().filter_map(|byte| byte.checked_sub(1)) {
            if let Some(count) = free.get_mut(usize::from(class)) {
                *count += 1;
            }
        }
        self.event
            .classes
            .iter()
            .zip(free)
            .enumerate()
            .map(|(index, (class, free))| ClassRow {
                index: u8::try_from(index).unwrap_or(u8::MAX),
                name: class.name.clone(),
                price: self.money(class.price),
                free,
            })
            .collect()
    }

    /// Magnifies around a point of the plan that stays where it is.
    pub fn zoom(&mut self, factor: f32, x: f32, y: f32) {
        let before = self.picture.zoom;
        let after = (before * factor).clamp(1.0, PictureView::ZOOM_MAX);
        let keep = before / after;
        self.picture.zoom = after;
        self.picture.x = x + (self.picture.x - x) * keep;
        self.picture.y = y + (self.picture.y - y) * keep;
        self.settle();
    }

    pub fn zoom_in(&mut self) {
        self.zoom(ZOOM_STEP, self.picture.x, self.picture.y);
    }

    pub fn zoom_out(&mut self) {
        self.zoom(1.0 / ZOOM_STEP, self.picture.x, self.picture.y);
    }

    pub fn pan(&mut self, dx: f32, dy: f32) {
        self.picture.x -= dx;
        self.picture.y -= dy;
        self.settle();
    }

    /// The plan never leaves the picture: at most its edge comes to the picture's edge.
    fn settle(&mut self) {
        let half = 0.5 / self.picture.zoom;
        let within = |at: f32| {
            if at.is_finite() {
                at.clamp(half, 1.0 - half)
            } else {
                0.5
            }
        };
        self.picture.x = within(self.picture.x);
        self.picture.y = within(self.picture.y);
    }
}
