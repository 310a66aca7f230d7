//! Customers at the kiosk, with no window, no card and no network: inputs in, effects and screens out.

mod account;
mod buying;
mod care;
mod carrying;
mod giving;
mod giving_ends;
mod handovers;
mod money_back;
mod paper;
mod paying;
mod pick_up;
mod scanning;
mod session;
mod staff;
mod storage;

use std::sync::Arc;

use kippu_api::{
    events::{EventSummary, PriceClass},
    holds::{HeldSeat, Hold, HoldRequest},
    members::CreditStanding,
    orders::{Order, OrderState},
    problem::ProblemCode,
    staff_acts::{OutReason, StaffDeed},
};
use kippu_card::capability::{CardContents, CardFault, Directory, DirectorySlot, SlotState};
use kippu_handover::facts::Facts;
use kippu_seatplan::{
    Plan,
    plan::{Block, Class, Grid, Point, Row, RowEnds, Seat},
};
use kippu_ticket::ids::{CardUid, EventId, Generation, SellerId, TerminalId, TicketId};

use super::{
    Kiosk, SECOND, Setup,
    effect::{Ask, CardJob, Effect, PaperJob, PayWay, RequestNo},
    input::{Answer, AskFault, CardNews, Input, PaperEnd, ReaderNews, Storage, WriteProgress},
    view::*,
};
use crate::flows::facts::{Appearance, Language, Loudness, Places, TextSize, Zone};

const EVENT: EventId = EventId(7);
const CARD: CardUid = CardUid([4, 1, 2, 3, 4, 0x44, 0x17]);
const OTHER: CardUid = CardUid([4, 1, 2, 3, 4, 0x20, 0x93]);

/// A kiosk with its clock and everything it asked for.
struct Stand {
    kiosk: Kiosk,
    now: i64,
    wishes: Vec<Effect>,
}

impl Stand {
    fn new() -> Self {
        Self::with(Vec::new())
    }

    fn with(open: Vec<Facts>) -> Self {
        Self::starting(open, Storage::Ready)
    }

    fn starting(open: Vec<Facts>, storage: Storage) -> Self {
        Self::set_up(open, storage, None)
    }

    fn set_up(open: Vec<Facts>, storage: Storage, out: Option<OutReason>) -> Self {
        let setup = Setup {
            terminal: "Kiosk 1".into(),
            number: TerminalId(4),
            zone: Zone::Offset(540),
            simulated: Vec::new(),
            has_printer: true,
            storage,
            out,
            key_prefix: "run".into(),
            idle_seconds: 60,
            idle_warning_seconds: 20,
        };
        let now = 1_000 * SECOND;
        let (kiosk, wishes) = Kiosk::start(setup, open, now);
        Self { kiosk, now, wishes }
    }

    fn feed(&mut self, input: Input) {
        let wishes = self.kiosk.step(&input, self.now);
        self.wishes.extend(wishes);
    }

    fn touch(&mut self, touch: Touch) {
        self.feed(Input::Touch(touch));
    }

    fn way(&mut self, way: Way) {
        self.touch(Touch::Way(way));
    }

    /// Lets seconds pass, half a second at a time.
    fn wait(&mut self, seconds: i64) {
        for _ in 0..seconds * 2 {
            self.now += SECOND / 2;
            self.feed(Input::Tick);
        }
    }

    fn lay(&mut self) {
        self.feed(Input::Reader(ReaderNews::Present));
    }

    fn lift(&mut self) {
        self.feed(Input::Reader(ReaderNews::Empty));
    }

    /// The newest open question that fits, taken from the list of wishes.
    fn asked(&mut self, fits: impl Fn(&Ask) -> bool) -> (RequestNo, Ask) {
        let place = self
            .wishes
            .iter()
            .rposition(|wish| matches!(wish, Effect::Ask { ask, .. } if fits(ask)))
            .unwrap_or_else(|| panic!("not asked; wishes: {:#?}", self.wishes));
        match self.wishes.remove(place) {
            Effect::Ask { no, ask } => (no, ask),
            other => panic!("{other:?}"),
        }
    }

    fn wishes_for(&self, fits: impl Fn(&Effect) -> bool) -> usize {
        self.wishes.iter().filter(|wish| fits(wish)).count()
    }

    fn answer(&mut self, fits: impl Fn(&Ask) -> bool, answer: Result<Answer, AskFault>) -> Ask {
        let (no, ask) = self.asked(fits);
        self.feed(Input::Platform {
            no,
            answer: Box::new(answer),
        });
        ask
    }

    fn card_job(&mut self) -> (RequestNo, CardJob) {
        let place = self
            .wishes
            .iter()
            .rposition(|wish| matches!(wish, Effect::Card { .. }))
            .unwrap_or_else(|| panic!("no card job; wishes: {:#?}", self.wishes));
        match self.wishes.remove(place) {
            Effect::Card { no, job } => (no, job),
            other => panic!("{other:?}"),
        }
    }

    fn card_says(&mut self, news: CardNews) -> CardJob {
        let (no, job) = self.card_job();
        self.feed(Input::Card { no, news });
        job
    }

    fn paper_ends(&mut self, end: PaperEnd) -> PaperJob {
        let place = self
            .wishes
            .iter()
            .rposition(|wish| matches!(wish, Effect::Print { .. }))
            .unwrap_or_else(|| panic!("nothing printed; wishes: {:#?}", self.wishes));
        match self.wishes.remove(place) {
            Effect::Print { no, paper } => {
                self.feed(Input::Paper { no, end });
                paper
            }
            other => panic!("{other:?}"),
        }
    }

    fn screen(&self) -> Screen {
        self.kiosk.view().screen
    }

    // What a customer does in one go.

    fn at_seats(&mut self) {
        self.touch(Touch::Buy);
        self.answer(|ask| *ask == Ask::Events, Ok(Answer::Events(vec![event()])));
        self.touch(Touch::Event(EVENT));
        self.answer(|ask| *ask == Ask::Plan(EVENT), Ok(Answer::Plan(plan())));
        self.answer(
            |ask| *ask == Ask::Availability(EVENT),
            Ok(stock([1, 1, 1, 0, 2, 2])),
        );
    }

    fn at_check(&mut self) {
        self.at_seats();
        self.touch(Touch::Seat(0));
        self.touch(Touch::Seat(1));
        self.touch(Touch::TakeSeats);
        self.answer(
            |ask| matches!(ask, Ask::Hold { .. }),
            Ok(Answer::Held(hold(2))),
        );
    }

    fn at_slip(&mut self) {
        self.at_check();
        self.touch(Touch::Pay);
        self.lay();
        self.card_says(CardNews::Read(Ok(card(CARD, 8, 0))));
        self.answer(
            |ask| *ask == Ask::CardOrders(CARD),
            Ok(Answer::CardOrders(Vec::new())),
        );
        self.credit(Ok(Answer::Credit(CreditStanding::NoMember)));
        let made = order(self.now, OrderState::AwaitingPayment);
        self.answer(
            |ask| matches!(ask, Ask::BeginPayment { .. }),
            Ok(Answer::Ordered(made)),
        );
        self.lift();
    }

    /// The platform says how the card's holder stands.
    fn credit(&mut self, answer: Result<Answer, AskFault>) {
        self.answer(|ask| matches!(ask, Ask::Credit { .. }), answer);
    }

    fn at_carry(&mut self) {
        self.at_slip();
        self.paper_ends(PaperEnd::Printed);
        self.wait(3);
        let paid = order(self.now, OrderState::Paid);
        self.answer(
            |ask| matches!(ask, Ask::PollPayment(_)),
            Ok(Answer::Order(paid)),
        );
    }

    fn at_writing(&mut self) {
        self.at_carry();
        self.lay();
        self.card_says(CardNews::Read(Ok(card(CARD, 8, 0))));
        assert!(
            matches!(self.screen(), Screen::Writing(_)),
            "{:?}",
            self.screen()
        );
    }
}

fn is_poll(ask: &Ask) -> bool {
    matches!(ask, Ask::PollPayment(_))
}

fn refused(code: ProblemCode) -> Result<Answer, AskFault> {
    Err(AskFault::Refused(code, None))
}

fn event() -> EventSummary {
    EventSummary {
        event: EVENT,
        name: "Night on the Galactic Railroad".into(),
        performers: "Hoshimi Players".into(),
        venue: "Hoshimi Hall".into(),
        doors_open: 2_000 * SECOND,
        starts: 5_600 * SECOND,
        zone: "Asia/Tokyo".into(),
        currency: "JPY".into(),
        classes: vec![
            PriceClass {
                name: "S".into(),
                price: 9_800,
                free: 3,
            },
            PriceClass {
                name: "A".into(),
                price: 7_800,
                free: 2,
            },
        ],
        limit_per_order: 2,
        seats: 6,
        free: 5,
        version: 1,
        seller: SellerId(1),
        seller_name: "Sakuragi".into(),
    }
}

/// One row of six seats.
fn plan() -> Arc<Plan> {
    let seat = |number: u16| Seat {
        at: Point {
            x: f32::from(number) * 25.0,
            y: 10.0,
        },
        row: 0,
        class: 0,
        number: number.to_string(),
        guid: format!("g{number}"),
        radius: 10.0,
        grid: Grid {
            column: number,
            row: 0,
        },
    };
    Arc::new(Plan {
        name: "Hoshimi Hall".into(),
        width: 200.0,
        height: 20.0,
        focus: Point::default(),
        classes: vec![Class {
            name: "S".into(),
            colour: None,
        }],
        blocks: vec![Block {
            code: "stalls".into(),
            name: "Stalls".into(),
            floor: 1,
            entrance: 3,
        }],
        rows: vec![Row {
            block: 0,
            label: "C".into(),
            seats: 0..6,
            labels_at: RowEnds::Both,
        }],
        seats: (1..=6).map(seat).collect(),
        areas: Vec::new(),
    })
}

fn stock(bytes: [u8; 6]) -> Answer {
    Answer::Availability {
        version: 1,
        seats: Arc::new(bytes.to_vec()),
    }
}

fn held_seat(seat: u32) -> HeldSeat {
    HeldSeat {
        seat,
        block: "Stalls".into(),
        row: "C".into(),
        number: (seat + 1).to_string(),
        entrance: "3".into(),
        class: 0,
        price: 9_800,
    }
}

/// A hold of ten minutes by a platform whose clock is an hour ahead.
fn hold(seats: u32) -> Hold {
    let theirs = 9_000 * SECOND;
    Hold {
        hold: "hold-1".into(),
        event: EVENT,
        seats: (0..seats).map(held_seat).collect(),
        total: 9_800 * i64::from(seats),
        currency: "JPY".into(),
        expires: theirs + 600 * SECOND,
        now: theirs,
        apart: false,
    }
}

fn order(now: i64, state: OrderState) -> Order {
    Order {
        order: "order-1".into(),
        state,
        event: EVENT,
        event_name: "Night on the Galactic Railroad".into(),
        venue: "Hoshimi Hall".into(),
        doors_open: 2_000 * SECOND,
        starts: 5_600 * SECOND,
        zone: "Asia/Tokyo".into(),
        seats: vec![held_seat(0), held_seat(1)],
        class_names: vec!["S".into(), "A".into()],
        tickets: vec![TicketId(1), TicketId(2)],
        at_platform: if state == OrderState::Paid {
            vec![TicketId(1), TicketId(2)]
        } else {
            Vec::new()
        },
        card: CARD,
        total: 19_600,
        tax: 1_781,
        tax_basis_points: 1_000,
        seller: Default::default(),
        currency: "JPY".into(),
        method: Default::default(),
        slip: "4-1827-3".into(),
        pay_until: now + 1_800 * SECOND,
        paid: None,
        late: false,
        now,
    }
}

/// A card with so many slots, of which so many are taken.
fn card(uid: CardUid, slots: usize, live: usize) -> Box<CardContents> {
    let slot = |place| DirectorySlot {
        state: if place < live {
            SlotState::Live
        } else {
            SlotState::Free
        },
        event: EVENT,
        generation: Generation { epoch: 0, hop: 1 },
        check: Default::default(),
    };
    Box::new(CardContents {
        uid,
        directory: Directory {
            sequence: 1,
            ring: Vec::new(),
            slots: (0..slots).map(slot).collect(),
        },
        events: Vec::new(),
        tickets: Vec::new(),
    })
}

fn trouble(screen: &Screen) -> &Trouble {
    match screen {
        Screen::Trouble(trouble) => trouble,
        other => panic!("no trouble but {other:?}"),
    }
}
