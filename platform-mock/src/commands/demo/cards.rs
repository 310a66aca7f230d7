//! The demo's virtual cards: empty ones of each size, two for what is sold later, one nearly full, one blank, one of another system.

use std::{path::Path, time::Duration};

use anyhow::anyhow;
use kippu_card::{
    capability::{CardEvent, Change, NewTicket, TicketCard as _},
    format::format_blank,
    keys::{LocalKeys, MasterKeys, Role},
    open,
    reader::{Reader as _, ReaderState},
    transport::Transport,
    tray::Tray,
    virtual_card::{CardSize, KeyKind},
};
use kippu_ticket::{
    ids::{CardUid, EventId, HandoverId, OperationId, SellerId, Step, TerminalId, TicketId},
    record::{TicketBody, TicketFlags, TicketKind},
    seat::SeatAddress,
};
use platform_center::keys::{ISSUER, ISSUER_KEY, Keys};

/// Reader of this process on which cards lie while they are made.
const READER: &str = "platform-center";
/// An event of the past, on the nearly full card only.
const PAST: EventId = EventId(900);
const DAY: i64 = 24 * 3600;

/// Makes the cards in a tray's folder.
pub fn lay_out(folder: &Path, keys: &Keys, now: i64) -> anyhow::Result<Tray> {
    let tray = Tray::open(folder)?;
    let cards = [
        ("aoi-4k", 1, CardSize::K4),
        ("ben-8k", 2, CardSize::K8),
        ("chiyo-2k", 3, CardSize::K2),
        ("nearly-full-2k", 4, CardSize::K2),
        ("dora-4k", 7, CardSize::K4),
        ("finn-4k", 8, CardSize::K4),
    ];
    for (name, number, size) in cards {
        tray.add(name, uid(number), size, KeyKind::Des)?;
        format(&tray, name, &keys.cards)?;
    }
    fill(&tray, "nearly-full-2k", keys, now)?;
    tray.add("blank-4k", uid(5), CardSize::K4, KeyKind::Des)?;
    tray.add("foreign-4k", uid(6), CardSize::K4, KeyKind::Des)?;
    format(&tray, "foreign-4k", &MasterKeys::random())?;
    Ok(tray)
}

/// NXP's first byte, then digits people can tell apart.
pub fn uid(number: u8) -> CardUid {
    CardUid([0x04, 0x4B, 0x50, 0x00, 0x00, 0x00, number])
}

fn format(tray: &Tray, name: &str, keys: &MasterKeys) -> anyhow::Result<()> {
    on_reader(tray, name, |mut card| {
        format_blank(&mut card, keys)?;
        Ok(())
    })
}

/// Writes tickets of a past event until one place is left.
fn fill(tray: &Tray, name: &str, keys: &Keys, now: i64) -> anyhow::Result<()> {
    let local = LocalKeys::new(&keys.cards);
    on_reader(tray, name, |card| {
        let mut session = open::open(card, &local, Role::Write)?;
        let contents = session.read()?;
        let tickets =
            (1..contents.room()).map(|number| past_ticket(keys, contents.uid, number, now));
        let change = Change {
            operation: OperationId {
                handover: HandoverId::random(),
                step: Step::Give,
                attempt: 1,
            },
            expected_sequence: contents.directory.sequence,
            add: tickets.collect::<anyhow::Result<_>>()?,
            nullify: Vec::new(),
        };
        session.apply(&change, &mut |_| {})?;
        Ok(())
    })
}

fn past_ticket(keys: &Keys, card: CardUid, number: usize, now: i64) -> anyhow::Result<NewTicket> {
    let body = TicketBody {
        issuer_key: ISSUER_KEY,
        ticket: TicketId(900_000 + u64::try_from(number)?),
        event: PAST,
        issuer: ISSUER,
        seller: SellerId(1),
        epoch: 1,
        entrance: 0,
        kind: TicketKind::Seat,
        price_class: 0,
        flags: TicketFlags::default(),
        seat: SeatAddress::new(0, "stalls", "A", &number.to_string())?,
    };
    let bound =
        keys.binding(PAST)
            .for_terminal(TerminalId(11))
            .bind(body.sign(&keys.issuer), card, 1);
    let starts = now / 1_000_000 - 30 * DAY;
    let event = CardEvent {
        event: PAST,
        name: "夏の星まつり".into(),
        venue: "星見ホール".into(),
        doors_open: starts - 3600,
        starts,
        utc_offset_minutes: 540,
    };
    Ok(NewTicket {
        record: bound.to_bytes().to_vec(),
        event,
    })
}

/// Does something with a card of the tray.
pub fn on_reader<T>(
    tray: &Tray,
    name: &str,
    work: impl FnOnce(Box<dyn Transport>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    tray.lay(name, READER)?;
    let mut reader = tray.reader(READER);
    let done = match reader.poll(Duration::ZERO) {
        ReaderState::Present(_) => reader.connect().map_err(anyhow::Error::from).and_then(work),
        ReaderState::Absent | ReaderState::Gone => {
            Err(anyhow!("the card {name} does not lie on its reader"))
        }
    };
    tray.lift(READER);
    done
}
