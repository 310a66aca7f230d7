//! Handovers as the journal would tell them, and cards with real records.

use kippu_api::{handovers::Purpose, orders::Claim, problem::Problem};
use kippu_card::capability::{CardEvent, CardTicket};
use kippu_handover::{
    decide::CardWanted,
    facts::{Facts, ItemFact, Standing},
    outcome::{Outcome, Summary},
    row::{Destination, Event, ItemState},
};
use kippu_ticket::{
    binding::EventBindingKey,
    code::ResumeCode,
    ids::{HandoverId, IssuerId},
    record::{TicketBody, TicketFlags, TicketKind},
    seat::SeatAddress,
    sign::SigningKey,
};

use super::*;
use crate::flows::kiosk::input::HandoverNews;

pub const ID: HandoverId = HandoverId([1; 16]);
pub const ANY: Destination = Destination::Card {
    card: None,
    only_what_fits: false,
};
pub const TO_CARD: Destination = Destination::Card {
    card: Some(OTHER),
    only_what_fits: false,
};

pub fn code() -> ResumeCode {
    ResumeCode::of(4_821_093_755)
}

/// The record of a ticket in row C.
pub fn record(ticket: u64, flags: TicketFlags) -> Vec<u8> {
    let body = TicketBody {
        issuer_key: 1,
        ticket: TicketId(ticket),
        event: EVENT,
        issuer: IssuerId(1),
        seller: SellerId(1),
        epoch: 0,
        entrance: 3,
        kind: TicketKind::Seat,
        price_class: 0,
        flags,
        seat: SeatAddress::new(1, "Stalls", "C", &ticket.to_string()).unwrap(),
    };
    let signed = body.sign(&SigningKey::from_bytes(&[9; 32]));
    let bound = EventBindingKey::from_bytes([5; 16])
        .for_terminal(TerminalId(4))
        .bind(signed, CARD, 1);
    bound.to_bytes().to_vec()
}

/// A card of eight places with these tickets: flags and entry counter.
pub fn card_with(uid: CardUid, tickets: &[(TicketFlags, u8)]) -> Box<CardContents> {
    let mut contents = card(uid, 8, tickets.len());
    contents.events = vec![CardEvent {
        event: EVENT,
        name: "Night on the Galactic Railroad".into(),
        venue: "Hoshimi Hall".into(),
        doors_open: 2_000,
        starts: 5_600,
        utc_offset_minutes: 540,
    }];
    contents.tickets = (1..)
        .zip(tickets)
        .map(|(number, (flags, entered))| CardTicket {
            slot: number as u8 - 1,
            state: SlotState::Live,
            record: record(number, *flags),
            entered: *entered,
            generation: Generation { epoch: 0, hop: 1 },
        })
        .collect();
    contents
}

/// The giver's card with two plain tickets.
pub fn giving_card() -> Box<CardContents> {
    card_with(CARD, &[(TicketFlags::default(), 0); 2])
}

/// A giving of two tickets, or a making of paper.
pub fn facts(purpose: Purpose, standing: Standing, states: [ItemState; 2]) -> Facts {
    Facts {
        handover: ID,
        purpose: Some(purpose),
        order: None,
        giver: Some(CARD),
        receiver: None,
        destination: match purpose {
            Purpose::Paper => Destination::Paper,
            _ => ANY,
        },
        standing,
        code: code(),
        items: (1..)
            .zip(states)
            .map(|(number, state)| ItemFact {
                ticket: TicketId(number),
                event: EVENT,
                record: record(number, TicketFlags::default()),
                state,
                serial: None,
            })
            .collect(),
        events: vec![Event {
            event: EVENT.0,
            name: "Night on the Galactic Railroad".into(),
            venue: "Hoshimi Hall".into(),
            doors_open: 2_000,
            starts: 5_600,
            utc_offset_minutes: 540,
        }],
        waits_for_card: match standing {
            Standing::Unknown(_) => Some(OTHER),
            _ => None,
        },
        created: 900 * SECOND,
        changed: 950 * SECOND,
    }
}

/// Both tickets are in this kiosk, on their way to another card.
pub fn kept() -> Facts {
    facts(
        Purpose::Assignment,
        Standing::Kept,
        [ItemState::Kept, ItemState::Kept],
    )
}

/// It ended with its tickets in these states.
pub fn ended(states: [ItemState; 2]) -> Facts {
    Facts {
        receiver: Some(OTHER),
        ..facts(Purpose::Assignment, Standing::Ended, states)
    }
}

/// A purchase of two tickets for the card, as the journal has it.
pub fn purchase(order: &str, standing: Standing, states: [ItemState; 2]) -> Facts {
    Facts {
        purpose: None,
        order: Some(order.into()),
        giver: None,
        receiver: Some(CARD),
        destination: Destination::Card {
            card: Some(CARD),
            only_what_fits: true,
        },
        waits_for_card: match standing {
            Standing::Unknown(_) => Some(CARD),
            _ => None,
        },
        ..facts(Purpose::Assignment, standing, states)
    }
}

pub fn begin(card: CardUid, room: u8) -> CardJob {
    CardJob::Begin {
        claim: Claim::Order("order-1".into()),
        code: None,
        card,
        room,
    }
}

pub fn redirect(to: Destination) -> CardJob {
    CardJob::Redirect { handover: ID, to }
}

/// The news of a handover's rest.
pub fn rest(facts: Facts, outcome: Outcome) -> CardNews {
    rest_on(facts, outcome, None)
}

/// The same with the card that lies there.
pub fn rest_on(facts: Facts, outcome: Outcome, card: Option<Box<CardContents>>) -> CardNews {
    CardNews::Handover(Ok(Box::new(HandoverNews {
        facts,
        outcome,
        unopened: None,
        card: card.map(|card| *card),
        report_waits: false,
    })))
}

/// What became of the tickets, as the row says it.
pub fn end_of(facts: Facts, card: Option<Box<CardContents>>) -> CardNews {
    let of = |state| {
        let of_state = facts.items.iter().filter(|item| item.state == state);
        of_state.map(|item| item.ticket).collect::<Vec<_>>()
    };
    let summary = Summary {
        given: of(ItemState::Given),
        given_back: of(ItemState::GivenBack),
        parked: of(ItemState::Parked),
        printed: of(ItemState::Printed),
        left_at_platform: of(ItemState::LeftAtPlatform),
        stayed: of(ItemState::Stayed),
        released: of(ItemState::Released),
        reissued: of(ItemState::Reissued),
        disowned: of(ItemState::Disowned),
        refused: None,
    };
    rest_on(facts, Outcome::Ended(summary), card)
}

pub fn lay(card: Option<CardUid>, why: CardWanted, found: Option<CardUid>) -> Outcome {
    Outcome::LayCard {
        card,
        why,
        found,
        fault: None,
    }
}

pub fn problem(code: ProblemCode) -> Outcome {
    Outcome::Refused(Problem {
        kind: "/problems/x".into(),
        title: "No.".into(),
        status: 409,
        code,
        detail: None,
        hint: None,
        request: None,
        limit: None,
    })
}

impl Stand {
    /// Lays the giver's card, chooses both tickets, says yes.
    pub fn at_consent(&mut self, errand: Errand) {
        self.touch(match errand {
            Errand::Give => Touch::Give,
            Errand::Paper => Touch::MakePaper,
            Errand::MoneyBack => panic!("what tickets bring is asked first"),
        });
        self.lay();
        self.card_says(CardNews::Read(Ok(giving_card())));
        self.touch(Touch::Toggle(TicketId(1)));
        self.touch(Touch::Toggle(TicketId(2)));
        self.touch(Touch::Yes);
        self.touch(Touch::Yes);
    }

    /// The giver has said yes, and the platform cannot be asked.
    pub fn at_consent_without_platform(&mut self) {
        self.at_consent(Errand::Give);
        let asking = facts(
            Purpose::Assignment,
            Standing::Asking,
            [ItemState::Wanted; 2],
        );
        self.card_says(rest(asking, Outcome::PlatformAway));
    }

    /// Both tickets are in the kiosk; the giver's card still lies there.
    pub fn at_swap(&mut self) {
        self.at_consent(Errand::Give);
        self.card_says(rest(kept(), lay(None, CardWanted::ToWrite, Some(CARD))));
    }
}
