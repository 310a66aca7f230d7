//! A terminal, its keys and a ticket, for the tests of the devices.

use std::sync::Arc;

use kippu_api::{
    orders::EventOnCard,
    stick::{Header, Kind, PlatformId, seal_json},
    terminals::{OfflineEvent, OfflineKeys},
};
use kippu_handover::seal::JournalKey;
use kippu_ticket::{
    binding::EventBindingKey,
    ids::{CardUid, EventId, IssuerId, SellerId, TerminalId, TicketId},
    record::{SignedTicket, TicketBody, TicketFlags, TicketKind},
    seat::SeatAddress,
    sign::SigningKey,
};

use super::{
    keys::{LocalRing, Owner},
    vault::Vault,
};

pub(super) const CARD: CardUid = CardUid([4, 1, 2, 3, 4, 5, 6]);
pub(super) const EVENT: EventId = EventId(7);
/// Write key all cards' own ones are derived from.
pub(super) const WRITE_KEY: [u8; 16] = [2; 16];

pub(super) fn owner() -> Owner {
    Owner {
        terminal: TerminalId(12),
        device_key: [5; 32],
        platform_key: SigningKey::from_bytes(&[9; 32]).public(),
    }
}

pub(super) fn vault(folder: &tempfile::TempDir) -> Vault {
    Vault::new(folder.path(), JournalKey::from_bytes([3; 32]))
}

pub(super) fn event_key() -> EventBindingKey {
    EventBindingKey::from_bytes([8; 16])
}

pub(super) fn event() -> EventOnCard {
    EventOnCard {
        event: EVENT,
        name: "Hamlet".into(),
        venue: "Hall".into(),
        doors_open: 1_790_000_400,
        starts: 1_790_003_700,
        utc_offset_minutes: 540,
    }
}

pub(super) fn keys(issued_at: i64, valid_until: i64) -> OfflineKeys {
    OfflineKeys {
        terminal: TerminalId(12),
        incarnation: 1,
        issued_at,
        valid_until,
        write_key: hex::encode(WRITE_KEY),
        events: vec![OfflineEvent {
            event: event(),
            binding_key: hex::encode(event_key().for_terminal(TerminalId(12)).to_bytes()),
        }],
    }
}

pub(super) fn sealed(keys: &OfflineKeys, terminal: TerminalId) -> Vec<u8> {
    let header = Header {
        kind: Kind::Keys,
        terminal,
        platform: PlatformId::of(&owner().platform_key),
        incarnation: "1".into(),
        rows: (0, 0),
    };
    seal_json(&header, keys, &owner().device_key).unwrap()
}

pub(super) fn ring_with_keys(folder: &tempfile::TempDir) -> Arc<LocalRing> {
    let ring = LocalRing::load(vault(folder), owner());
    assert!(
        ring.install(&sealed(&keys(1, i64::MAX), TerminalId(12)))
            .unwrap()
    );
    ring
}

pub(super) fn signed() -> SignedTicket {
    TicketBody {
        issuer_key: 1,
        ticket: TicketId(1),
        event: EVENT,
        issuer: IssuerId(3),
        seller: SellerId(4),
        epoch: 1,
        entrance: 3,
        kind: TicketKind::Seat,
        price_class: 0,
        flags: TicketFlags::default(),
        seat: SeatAddress::new(1, "stalls", "7", "12").unwrap(),
    }
    .sign(&SigningKey::from_bytes(&[9; 32]))
}

/// The ticket as it lies on this card.
pub(super) fn record(card: CardUid) -> Vec<u8> {
    event_key()
        .for_terminal(TerminalId(1))
        .bind(signed(), card, 1)
        .to_bytes()
        .to_vec()
}
