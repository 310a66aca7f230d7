//! What customers do: buy, give, have printed, park, fetch, change their minds, lay wrong cards, walk away; and go through gates.

use kippu_api::{
    clerk::{Confirm, Confirmed},
    handovers::TakeOverRequest,
    holds::{Hold, HoldRequest},
    orders::{Buyer, Claim, NewOrder, Order, PaymentMethod},
    parcels::{FindWaiting, Waiting, WaitingPlace},
};
use kippu_card::capability::SlotState;
use kippu_handover::{
    outcome::Outcome,
    platform::Reply,
    row::{Destination, ItemState},
    store::Store as _,
};
use kippu_ticket::{
    code::ResumeCode,
    ids::{HandoverId, TicketId},
    record::BoundTicket,
};

use crate::{
    cards::uid,
    chance,
    furnish::{self, EVENTS, LIMIT},
    items::is_item,
    platform::Message,
    roads::Road,
    world::{World, ok},
};

/// Rounds customers stay at a kiosk at most.
const PATIENCE: usize = 6;

impl World<'_> {
    /// Somebody buys, pays and has the tickets written.
    pub fn buy(&mut self, kiosk: usize, card: usize) -> Option<()> {
        let number = uid(&self.cards[card]);
        let event = chance::pick(&EVENTS)?;
        let quantity = 1 + chance::below(LIMIT.into()) as u8;
        self.faults
            .say(|| format!("buy {quantity} at kiosk {kiosk} with card {card}"));
        let order = self.visit(kiosk, None, false, |_, _, net| {
            let wish = HoldRequest::Best { class: 0, quantity };
            let hold: Hold = done(net.post_once(&format!("/events/{event}/holds"), &wish))?;
            let new = NewOrder {
                hold: hold.hold,
                card: number,
                room: 40,
                method: PaymentMethod::RegisterSlip,
                buyer: Buyer::default(),
            };
            let order: Order = done(net.post_once("/orders", &new))?;
            Some(order)
        })?;
        if chance::one_in(8) {
            return None;
        }
        let order = self.pay(&order)?;
        if chance::one_in(8) {
            return None;
        }
        self.fetch_claim(kiosk, card, &Claim::Order(order.order), None)
    }

    /// The clerk confirms the slip; the clerk's own network is not what is tried here.
    fn pay(&mut self, order: &Order) -> Option<Order> {
        let sum = Confirm {
            amount: order.total,
            currency: order.currency.clone(),
        };
        let answer = self.platform.call(&Message {
            method: "POST",
            path: format!("/clerk/slips/{}/confirm", order.slip),
            token: furnish::CLERK_TOKEN.into(),
            body: serde_json::to_vec(&sum).ok(),
            key: Some(format!("{:016x}", chance::number())),
            life: None,
        });
        let confirmed: Confirmed = serde_json::from_slice(&answer.ok()?.body).ok()?;
        self.sold
            .extend(confirmed.order.tickets.iter().map(|ticket| ticket.0));
        Some(confirmed.order)
    }

    /// Somebody has tickets written that wait at the platform.
    fn fetch_claim(
        &mut self,
        kiosk: usize,
        card: usize,
        claim: &Claim,
        code: Option<ResumeCode>,
    ) -> Option<()> {
        let (id, outcome) = self.visit(kiosk, Some(card), false, |machine, mut hands, net| {
            let laid = hands.card.as_deref_mut()?;
            let room = u8::try_from(laid.read().ok()?.room()).ok()?;
            let id = ok(net.faults, machine.begin(claim, code, laid.uid(), room))?;
            let outcome = ok(net.faults, machine.advance(id, hands, &mut |_| ()))?;
            Some((id, outcome))
        })?;
        self.handovers += 1;
        self.follow(kiosk, id, outcome);
        Some(())
    }

    /// Somebody wants tickets of a card to go elsewhere.
    pub fn give(&mut self, kiosk: usize, card: usize) -> Option<()> {
        let to = destination(true)?;
        let printer = !chance::one_in(5);
        self.faults
            .say(|| format!("consent at kiosk {kiosk} with card {card} to {to:?}"));
        let (id, code, outcome) =
            self.visit(kiosk, Some(card), printer, |machine, mut hands, net| {
                let contents = hands.card.as_deref_mut()?.read().ok()?;
                let all: Vec<TicketId> = contents
                    .tickets
                    .iter()
                    .filter(|ticket| ticket.state == SlotState::Live && ticket.entered == 0)
                    .filter_map(|ticket| BoundTicket::from_bytes(&ticket.record).ok())
                    .map(|bound| bound.signed.body.ticket)
                    .collect();
                let every = chance::one_in(2);
                let mut some: Vec<TicketId> = all
                    .iter()
                    .copied()
                    .filter(|_| every || chance::one_in(2))
                    .collect();
                some.truncate(5);
                if some.is_empty() {
                    return None;
                }
                let id = ok(net.faults, machine.consent(&contents, &some, to))?;
                let code = ok(net.faults, machine.load(id))?.code;
                let outcome = ok(net.faults, machine.advance(id, hands, &mut |_| ()))?;
                Some((id, code, outcome))
            })?;
        self.handovers += 1;
        self.codes.push(code);
        self.note_what_moves(kiosk, id);
        self.follow(kiosk, id, outcome);
        Some(())
    }

    /// Counts what leaves a card without network, and what is no ticket.
    fn note_what_moves(&mut self, kiosk: usize, id: HandoverId) {
        let offline = !self.kiosks[kiosk].line.online.get();
        let Some(row) = self.row(kiosk, id) else {
            return;
        };
        let moved = row
            .items
            .iter()
            .filter(|item| !matches!(item.state, ItemState::Wanted | ItemState::Stayed));
        let moved: Vec<TicketId> = moved.map(|item| item.ticket).collect();
        let items = moved.iter().filter(|ticket| is_item(**ticket)).count();
        self.roads.walked(Road::Items, items);
        self.roads
            .walked(Road::Offline, if offline { moved.len() } else { 0 });
    }

    /// Somebody has a kiosk let go of a handover, and mostly asks another one for it.
    pub fn go_on_elsewhere(&mut self, kiosk: usize) -> Option<()> {
        let rows = self.open_rows(kiosk);
        let rows: Vec<_> = rows.iter().filter(|row| row.giver().is_some()).collect();
        let row = chance::pick(&rows)?;
        let (id, code, giver) = (row.id, row.code, self.card_of(row.giver()?)?);
        self.faults
            .say(|| format!("{id} shall go on elsewhere than at kiosk {kiosk}"));
        let outcome = self.redirect(kiosk, id, Destination::Elsewhere)?;
        self.follow(kiosk, id, outcome);
        let other = chance::below(self.kiosks.len());
        if chance::one_in(4) {
            return None;
        }
        match chance::one_in(2) {
            true => self.fetch_with(other, chance::below(self.cards.len()), Some(code)),
            false => self.fetch_with(other, giver, None),
        }
    }

    /// Somebody comes back to a handover that is open at a kiosk.
    pub fn come_back(&mut self, kiosk: usize) -> Option<()> {
        let ids: Vec<HandoverId> = self.open_rows(kiosk).iter().map(|row| row.id).collect();
        let id = chance::pick(&ids)?;
        let card = match chance::one_in(3) {
            true => None,
            false => Some(chance::below(self.cards.len())),
        };
        self.faults
            .say(|| format!("back to {id} at kiosk {kiosk} with card {card:?}"));
        let outcome = match chance::one_in(3) {
            true => self.redirect(kiosk, id, destination(false)?)?,
            false => self.advance(kiosk, id, card)?,
        };
        self.follow(kiosk, id, outcome);
        Some(())
    }

    /// Somebody asks a kiosk for what waits: with a card, or with a code from a slip.
    pub fn fetch(&mut self, kiosk: usize, card: usize) -> Option<()> {
        let code = match chance::one_in(2) {
            true => chance::pick(&self.codes),
            false => None,
        };
        self.fetch_with(kiosk, card, code)
    }

    /// The same with this code, or none.
    pub fn fetch_with(
        &mut self,
        kiosk: usize,
        card: usize,
        code: Option<ResumeCode>,
    ) -> Option<()> {
        let number = uid(&self.cards[card]);
        self.faults.say(|| {
            format!(
                "fetch at kiosk {kiosk} with card {card}, code {}",
                code.is_some()
            )
        });
        let found = self.visit(kiosk, None, false, |_, _, net| {
            let find = FindWaiting {
                code,
                card: code.is_none().then_some(number),
            };
            done::<Vec<Waiting>>(net.post("/waiting", &find))
        })?;
        let waiting = found.get(chance::below(found.len()))?;
        match &waiting.place {
            WaitingPlace::Parcel { parcel } => {
                if let Some(code) = code.filter(|_| chance::one_in(4)) {
                    return self.money_back(kiosk, code, &waiting.tickets);
                }
                self.roads.walked(Road::PickedUp, 1);
                self.fetch_claim(kiosk, card, &Claim::Parcel(parcel.clone()), code)
            }
            // "Here" and not in the journal: the answer to the taking over was lost; it is asked for again.
            WaitingPlace::Here if self.row(kiosk, waiting.handover).is_some() => {
                let outcome = self.advance(kiosk, waiting.handover, Some(card))?;
                self.follow(kiosk, waiting.handover, outcome);
                Some(())
            }
            WaitingPlace::Released { .. } | WaitingPlace::Here => {
                let (id, outcome) = self.take_over(kiosk, waiting.handover, code, card)?;
                self.follow(kiosk, id, outcome);
                Some(())
            }
            WaitingPlace::Terminal { .. } | WaitingPlace::Fetched | WaitingPlace::GivenUp => None,
        }
    }

    /// A kiosk goes on with what another one released.
    pub fn take_over(
        &mut self,
        kiosk: usize,
        handover: HandoverId,
        code: Option<ResumeCode>,
        card: usize,
    ) -> Option<(HandoverId, Outcome)> {
        let number = uid(&self.cards[card]);
        let incarnation = self.on_disk(kiosk, |store| Ok(store.incarnation()))?;
        let taken_over = self.visit(kiosk, Some(card), false, |machine, hands, net| {
            let request = TakeOverRequest {
                incarnation: incarnation.to_string(),
                code,
                card: code.is_none().then_some(number),
            };
            let taken = done(net.take_over(handover, &request))?;
            let id = ok(net.faults, machine.take_over(&taken))?;
            let outcome = ok(net.faults, machine.advance(id, hands, &mut |_| ()))?;
            Some((id, outcome))
        });
        self.roads
            .walked(Road::TakenOver, usize::from(taken_over.is_some()));
        taken_over
    }

    /// Lays a card, or none, for an open handover.
    pub fn advance(
        &mut self,
        kiosk: usize,
        id: HandoverId,
        card: Option<usize>,
    ) -> Option<Outcome> {
        let printer = self.faults.is_calm() || !chance::one_in(5);
        self.visit(kiosk, card, printer, |machine, hands, net| {
            ok(net.faults, machine.advance(id, hands, &mut |_| ()))
        })
    }

    /// Somebody wants something else.
    pub fn redirect(&mut self, kiosk: usize, id: HandoverId, to: Destination) -> Option<Outcome> {
        self.faults.say(|| format!("  now to {to:?}"));
        self.let_go |= to == Destination::Elsewhere;
        self.visit(kiosk, None, false, |machine, _, net| {
            ok(net.faults, machine.redirect(id, to))
        })
    }

    /// Customers do what the screen asks, mostly, until they are done or tired.
    pub fn follow(&mut self, kiosk: usize, id: HandoverId, mut outcome: Outcome) {
        for _ in 0..PATIENCE {
            self.roads.came_to(&outcome);
            self.faults.say(|| format!("  {}", said(&outcome)));
            self.faults.note(said(&outcome).as_bytes());
            // Who was sent to lay the card again often goes to the next kiosk instead.
            let annoyed = matches!(outcome, Outcome::LayCard { fault: Some(_), .. });
            if chance::one_in(if annoyed { 2 } else { 9 }) {
                self.faults.say(|| "  they walk away".into());
                return;
            }
            let next = match &outcome {
                Outcome::LayCard { card, .. } => {
                    let wanted = card.and_then(|card| self.card_of(card));
                    // Who collects tickets has little room left.
                    let any = match chance::one_in(4) {
                        true => self.fullest_card(),
                        false => chance::below(self.cards.len()),
                    };
                    let laid = match chance::one_in(8) {
                        true => any,
                        false => wanted.unwrap_or(any),
                    };
                    self.faults.say(|| format!("  they lay card {laid}"));
                    self.advance(kiosk, id, Some(laid))
                }
                Outcome::TooFull { .. } => {
                    let to = chance::pick(&[
                        Destination::Card {
                            card: None,
                            only_what_fits: true,
                        },
                        Destination::Card {
                            card: None,
                            only_what_fits: false,
                        },
                        Destination::Giver,
                        Destination::Platform,
                    ]);
                    to.and_then(|to| self.redirect(kiosk, id, to))
                }
                Outcome::PrinterNeeded(_) => match chance::one_in(3) {
                    true => self.redirect(kiosk, id, Destination::Giver),
                    false => self.advance(kiosk, id, None),
                },
                Outcome::AskPeople { ticket, serial } => {
                    let (ticket, serial) = (*ticket, *serial);
                    if self.settle_paper(kiosk, id, ticket, serial).is_none() {
                        return;
                    }
                    self.advance(kiosk, id, None)
                }
                Outcome::Refused(_) => {
                    let to = chance::pick(&[Destination::Giver, Destination::Platform]);
                    to.and_then(|to| self.redirect(kiosk, id, to))
                }
                Outcome::PlatformAway if chance::one_in(2) => self.advance(kiosk, id, None),
                Outcome::PlatformAway if chance::one_in(2) => {
                    self.redirect(kiosk, id, Destination::Giver)
                }
                Outcome::PlatformAway | Outcome::NeedsOperator | Outcome::Ended(_) => return,
            };
            match next {
                Some(next) => outcome = next,
                None => return,
            }
        }
    }
}

/// Where people may want tickets to go.
fn destination(at_first: bool) -> Option<Destination> {
    let card = |only_what_fits| Destination::Card {
        card: None,
        only_what_fits,
    };
    let first = [
        card(false),
        card(false),
        card(true),
        Destination::Paper,
        Destination::Platform,
    ];
    let later = [Destination::Giver, Destination::Elsewhere];
    match at_first {
        true => chance::pick(&first),
        false => chance::pick(&[&first[..], &later, &later].concat()),
    }
}

/// An answer, or nothing.
pub fn done<T>(reply: Reply<T>) -> Option<T> {
    match reply {
        Reply::Done(answer) => Some(answer),
        Reply::Refused(_) | Reply::Unreachable | Reply::Unknown => None,
    }
}

/// An outcome in a few words that are the same in every run of a seed.
fn said(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Refused(problem) => format!("refused: {:?}", problem.code),
        Outcome::AskPeople { ticket, .. } => format!("did the paper of {ticket} come out?"),
        other => format!("{other:?}"),
    }
}
