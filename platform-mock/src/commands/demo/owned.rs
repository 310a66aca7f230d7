//! Cards with things on them that were really sold: `dora-4k` to give from, `finn-4k` with what cannot be given; and `chiyo-2k`, a membership card
//! that pays by its account.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::{Context as _, bail};
use kippu_api::{
    clerk::Confirm,
    handovers::{Report, ReportedOutcome, ReportedProof},
    members::NewMember,
    orders::{Buyer, Claim, EventOnCard, Grant, GrantRequest, NewOrder, PaymentMethod},
};
use kippu_card::{
    capability::{Change, Committed, NewTicket, TicketCard as _},
    gate::GateCard,
    keys::{LocalKeys, Role},
    open,
    tray::Tray,
};
use kippu_ticket::{
    ids::{CardUid, EventId, Generation, HandoverId, OperationId, SellerId, Step},
    record::{TicketBody, TicketFlags, TicketKind},
    seat::SeatAddress,
};
use platform_center::{
    audit::Actor,
    handovers::storage::{Evidence, HandoverStorage as _},
    issuing::{rules, storage::IssuingStorage as _},
    journal::Entry,
    keys::{ISSUER, Keys},
    masters::{
        rules::{EventFacts, Terminal},
        storage::MasterStorage as _,
    },
    members::storage::MemberStorage as _,
    people::storage::{Login, PeopleStorage as _},
    sales::storage::{HoldCommand, SalesStorage as _},
    storage::{Database, idempotency::RequestKey},
    tickets::{making::card_event, record as tickets, standing::Standing},
};

use super::{
    FAN_CLUB, HOSHIMI, MATCH, MEMBERSHIP, PLAY, STORE,
    cards::{on_reader, uid},
};

/// The kiosk that sold it all.
const KIOSK: &str = "kiosk-1";
/// Its journal then; the kiosk that is started later has another.
const JOURNAL: &str = "demo";
/// What the demo's member may owe, yen: two seats, and not four.
const MEMBER_LIMIT: i64 = 30_000;
/// What the first gate of a hall writes for somebody who went in.
const WENT_IN: u8 = 1;

/// Sells and writes what lies on the two cards.
pub async fn give_out(storage: &Database, keys: &Keys, tray: &Tray) -> anyhow::Result<()> {
    make_member(storage).await?;
    let kiosk = storage
        .terminal_by_name(KIOSK)
        .await?
        .context("the kiosk is not enrolled")?;
    let seller = Seller {
        storage,
        keys,
        tray,
        kiosk,
    };
    seller.sell("dora-4k", uid(7), PLAY, 2, 1).await?;
    seller.sell("dora-4k", uid(7), MATCH, 1, 2).await?;
    let dora = [
        item(TicketKind::Voucher, PLAY, HOSHIMI)?,
        item(TicketKind::Membership, MEMBERSHIP, FAN_CLUB)?,
    ];
    for item in dora {
        seller.hand_out("dora-4k", uid(7), item).await?;
    }
    let fixed = TicketFlags::NOT_TRANSFERABLE.with(TicketFlags::NO_PAPER);
    let bound = Item {
        flags: fixed,
        ..front_row("1")?
    };
    seller.hand_out("finn-4k", uid(8), bound).await?;
    seller.hand_out("finn-4k", uid(8), front_row("2")?).await?;
    seller.enter("finn-4k", 1)
}

/// The store's seller knows the holder of one card as a member.
async fn make_member(storage: &Database) -> anyhow::Result<()> {
    let key = RequestKey {
        caller: JOURNAL.into(),
        key: "member".into(),
        fingerprint: [0; 32],
    };
    let member = NewMember {
        number: "1001".into(),
        card: uid(3),
        currency: "JPY".into(),
        credit_limit: MEMBER_LIMIT,
    };
    storage
        .register_member(key, Actor::CommandLine, HOSHIMI, member)
        .await?;
    Ok(())
}

/// Something that is on no seat plan's sale.
struct Item {
    kind: TicketKind,
    event: EventId,
    seller: SellerId,
    flags: TicketFlags,
    seat: SeatAddress,
}

fn item(kind: TicketKind, event: EventId, seller: SellerId) -> anyhow::Result<Item> {
    Ok(Item {
        kind,
        event,
        seller,
        flags: TicketFlags::default(),
        seat: SeatAddress::new(0, "", "", "")?,
    })
}

/// A seat of the front row of the stalls, which is not on sale.
fn front_row(number: &str) -> anyhow::Result<Item> {
    Ok(Item {
        seat: SeatAddress::new(0, "stalls", "A", number)?,
        ..item(TicketKind::Seat, PLAY, HOSHIMI)?
    })
}

struct Seller<'a> {
    storage: &'a Database,
    keys: &'a Keys,
    tray: &'a Tray,
    kiosk: Terminal,
}

impl Seller<'_> {
    /// The whole road of a purchase: held, ordered, paid, granted, written and reported with the card's proof.
    async fn sell(
        &self,
        name: &str,
        card: CardUid,
        event: EventId,
        count: usize,
        row: u64,
    ) -> anyhow::Result<()> {
        let facts = self.facts(event).await?;
        let key = |word: &str| RequestKey {
            caller: JOURNAL.into(),
            key: format!("{word}-{row}"),
            fingerprint: [0; 32],
        };
        let hold = self
            .storage
            .hold(HoldCommand {
                key: key("hold"),
                event: Arc::clone(&facts),
                terminal: self.kiosk.id,
                seller: HOSHIMI,
                seats: self.last_free(event, count)?,
                apart: false,
            })
            .await?;
        let new = NewOrder {
            hold: hold.hold,
            card,
            room: 20,
            method: PaymentMethod::RegisterSlip,
            buyer: Buyer::default(),
        };
        let order = self
            .storage
            .create_order(key("order"), self.kiosk.clone(), new)
            .await?;
        let login = Login::Clerk {
            store: STORE.into(),
            number: "1".into(),
        };
        let known = self.storage.person(login).await?;
        let clerk = known
            .and_then(|(person, _)| person.as_clerk())
            .context("there is no clerk 1")?;
        let sum = Confirm {
            amount: order.total,
            currency: order.currency,
        };
        self.storage
            .confirm(key("confirm"), clerk, order.slip, sum)
            .await?;
        let wish = GrantRequest {
            handover: HandoverId::random(),
            card,
            room: 20,
            incarnation: JOURNAL.into(),
            code: None,
        };
        let granted = self
            .storage
            .grant(self.kiosk.clone(), Claim::Order(order.id), wish, None)
            .await?;
        let grant = rules::sign(&granted, |id| (id == event).then_some(&*facts), self.keys)?;
        let committed = self.write(name, &grant)?;
        let report = self.report(&grant, &committed, row)?;
        let evidence = Evidence::of(&report, self.keys)?;
        if evidence.proved != Some(true) {
            bail!("the card {name} does not prove what was written to it");
        }
        self.storage
            .report(self.kiosk.id, grant.handover, report, evidence)
            .await?;
        Ok(())
    }

    /// The last free seats, so that the best ones are left for whoever tries the demo.
    fn last_free(&self, event: EventId, count: usize) -> anyhow::Result<Vec<u32>> {
        // The stock was read when the folder was opened and is kept up with every allocation.
        let stock = self
            .storage
            .stock()
            .free(event, HOSHIMI)
            .context("the event has no stock")?;
        let free = (0_u32..).zip(stock).filter(|(_, free)| *free != 0);
        let mut seats: Vec<u32> = free.map(|(seat, _)| seat).collect();
        Ok(seats.split_off(seats.len().saturating_sub(count)))
    }

    async fn facts(&self, event: EventId) -> anyhow::Result<Arc<EventFacts>> {
        let facts = self.storage.event_facts(event).await?;
        Ok(Arc::new(facts.context("the event is not registered")?))
    }

    fn write(&self, name: &str, grant: &Grant) -> anyhow::Result<Committed> {
        let events: BTreeMap<EventId, &EventOnCard> = grant
            .events
            .iter()
            .map(|event| (event.event, event))
            .collect();
        let mut add = Vec::with_capacity(grant.tickets.len());
        for ticket in &grant.tickets {
            let event = events.get(&ticket.event).context("an event is missing")?;
            add.push(NewTicket {
                record: hex::decode(&ticket.record)?,
                event: card_event(event),
            });
        }
        let operation = OperationId {
            handover: grant.handover,
            step: Step::Give,
            attempt: 1,
        };
        self.put(name, operation, add)
    }

    fn put(
        &self,
        name: &str,
        operation: OperationId,
        add: Vec<NewTicket>,
    ) -> anyhow::Result<Committed> {
        let local = LocalKeys::new(&self.keys.cards);
        on_reader(self.tray, name, |card| {
            let mut session = open::open(card, &local, Role::Write)?;
            let contents = session.read()?;
            let change = Change {
                operation,
                expected_sequence: contents.directory.sequence,
                add,
                nullify: Vec::new(),
            };
            Ok(session.apply(&change, &mut |_| {})?)
        })
    }

    fn report(&self, grant: &Grant, done: &Committed, row: u64) -> anyhow::Result<Report> {
        let proof = done.proof.as_ref().map(|proof| ReportedProof {
            counter: proof.counter,
            mac: hex::encode(proof.mac),
            input: hex::encode(&proof.input),
        });
        Ok(Report {
            row,
            incarnation: JOURNAL.into(),
            order: grant.claim.order().map(str::to_owned),
            fence: grant.fence,
            card: grant.card,
            giver: None,
            receiver: Some(grant.card),
            step: Step::Give,
            attempt: 1,
            tickets: grant.tickets.iter().map(|ticket| ticket.ticket).collect(),
            records: Vec::new(),
            serial: None,
            code: None,
            outcome: ReportedOutcome::Done,
            before: Some(serde_json::to_value(&done.before)?),
            after: Some(serde_json::to_value(&done.after)?),
            proof,
            at: self.storage.clock().now(),
        })
    }

    /// Puts something on a card that no order stands behind, and keeps it as the platform keeps what it is told of (M26).
    async fn hand_out(&self, name: &str, card: CardUid, item: Item) -> anyhow::Result<()> {
        let facts = self.facts(item.event).await?;
        let ticket = self.storage.write(|unit| tickets::next_id(unit)).await?;
        let (issuer_key, key) = self.keys.signing();
        let signed = TicketBody {
            issuer_key,
            ticket,
            event: item.event,
            issuer: ISSUER,
            seller: item.seller,
            epoch: 1,
            entrance: 0,
            kind: item.kind,
            price_class: 0,
            flags: item.flags,
            seat: item.seat,
        }
        .sign(key);
        let binding = self.keys.binding(item.event).for_terminal(self.kiosk.id);
        let bound = binding.bind(signed.clone(), card, 1);
        let handover = HandoverId::random();
        let operation = OperationId {
            handover,
            step: Step::Give,
            attempt: 1,
        };
        let new = NewTicket {
            record: bound.to_bytes().to_vec(),
            event: card_event(&facts.on_card()),
        };
        self.put(name, operation, vec![new])?;
        let kiosk = self.kiosk.id;
        self.storage
            .write(move |unit| {
                let generation = Generation { epoch: 1, hop: 1 };
                tickets::keep(unit, &signed, &Standing::on_card(generation, card))?;
                unit.journal(&Entry {
                    kind: "issued",
                    event: Some(signed.body.event.0),
                    tickets: &[ticket],
                    seller: Some(signed.body.seller.0),
                    terminal: Some(kiosk.0),
                    card: Some(&card.to_string()),
                    note: Some(&handover.to_string()),
                    ..Entry::default()
                })
            })
            .await?;
        Ok(())
    }

    /// Somebody went in with a ticket.
    fn enter(&self, name: &str, slot: u8) -> anyhow::Result<()> {
        let local = LocalKeys::new(&self.keys.cards);
        on_reader(self.tray, name, |card| {
            let mut gate = GateCard::open(card, &local)?;
            gate.read(|_| true)?;
            gate.mark_entered(slot, WENT_IN)?;
            Ok(())
        })
    }
}
