//! What lies on cards before a run begins: a voucher and a membership that no order stands behind, known to the platform as what it was told (M26).

use futures_executor::block_on;
use kippu_api::orders::EventOnCard;
use kippu_card::{
    capability::{Change, NewTicket, TicketCard as _},
    keys::{LocalKeys, Role},
    open::open,
    virtual_card::Chip,
};
use kippu_ticket::{
    ids::{CardUid, EventId, Generation, HandoverId, OperationId, Step, TicketId},
    record::{SignedTicket, TicketBody, TicketFlags, TicketKind},
    seat::SeatAddress,
};
use platform_center::{
    keys::{ISSUER, ISSUER_KEY, Keys},
    storage::Database,
    tickets::{making::card_event, record as tickets, standing::Standing},
};

use crate::{
    cards,
    furnish::{EVENTS, KIOSKS, SELLER},
};

/// The items: ticket, kind, event, and the card it lies on.
pub const ITEMS: [(TicketId, TicketKind, EventId, usize); 2] = [
    (TicketId(900_000_001), TicketKind::Voucher, EVENTS[0], 0),
    (TicketId(900_000_002), TicketKind::Membership, EVENTS[1], 3),
];

/// Whether a ticket is one of them.
pub fn is_item(ticket: TicketId) -> bool {
    ITEMS.iter().any(|(item, ..)| *item == ticket)
}

/// The life they are in.
const HELD: Generation = Generation { epoch: 1, hop: 1 };

/// Has the platform keep them as being on their cards.
///
/// # Errors
/// It does not.
pub fn keep(storage: &Database, keys: &Keys) -> anyhow::Result<()> {
    for (ticket, kind, event, card) in ITEMS {
        let signed = signed(keys, ticket, kind, event)?;
        let standing = Standing::on_card(HELD, cards::number(card));
        let kept = storage.write(move |unit| tickets::keep(unit, &signed, &standing));
        block_on(kept).map_err(|refusal| anyhow::anyhow!("an item was refused: {refusal}"))?;
    }
    Ok(())
}

/// Writes the items to their cards, as another terminal once did.
///
/// # Errors
/// A card does not take one.
pub fn hand_out(chips: &mut [Chip], keys: &Keys, events: &[EventOnCard]) -> anyhow::Result<()> {
    let local = LocalKeys::new(&keys.cards);
    for ((ticket, kind, event, card), facts) in ITEMS.into_iter().zip(events) {
        let mut card_there = cards::card(&chips[card]);
        card_there.power_on();
        let number = CardUid(chips[card].uid);
        let signed = signed(keys, ticket, kind, event)?;
        let (_, terminal, _) = KIOSKS[0];
        let binding = keys.binding(event).for_terminal(terminal);
        let mut session = open(Box::new(&mut card_there), &local, Role::Write)?;
        let change = Change {
            operation: OperationId {
                handover: HandoverId([0xEE; 16]),
                step: Step::Give,
                attempt: 1,
            },
            expected_sequence: session.read()?.directory.sequence,
            add: vec![NewTicket {
                record: binding.bind(signed, number, HELD.hop).to_bytes().to_vec(),
                event: card_event(facts),
            }],
            nullify: Vec::new(),
        };
        session.apply(&change, &mut |_| {})?;
        drop(session);
        card_there.power_off();
        chips[card].clone_from(card_there.chip());
    }
    Ok(())
}

fn signed(
    keys: &Keys,
    ticket: TicketId,
    kind: TicketKind,
    event: EventId,
) -> anyhow::Result<SignedTicket> {
    Ok(TicketBody {
        issuer_key: ISSUER_KEY,
        ticket,
        event,
        issuer: ISSUER,
        seller: SELLER,
        epoch: 1,
        entrance: 0,
        kind,
        price_class: 0,
        flags: TicketFlags::default(),
        seat: SeatAddress::new(0, "", "", "")?,
    }
    .sign(&keys.issuer))
}
