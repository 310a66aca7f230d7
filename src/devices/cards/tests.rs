//! The reader's thread without its thread: real virtual cards, a real journal and local keys, and a platform that is away.

use kippu_api::client::Client;
use kippu_card::{
    capability::{Change, NewTicket, SlotState},
    desfire::crypto::Key,
    format::format_blank,
    keys::{LocalKeys, MasterKeys},
    tray::Tray,
    virtual_card::{CardSize, KeyKind},
};
use kippu_handover::{
    decide::CardWanted, facts::Standing, outcome::Outcome, row::Destination, seal::JournalKey,
};
use kippu_ticket::ids::{CardUid, HandoverId, OperationId, Step, TicketId};
use platform_center::tickets::making::card_event;
use tokio::runtime::Runtime;

use super::*;
use crate::{
    devices::samples::{
        CARD as GIVER, EVENT, WRITE_KEY, event, owner, record, ring_with_keys, vault,
    },
    flows::kiosk::input::HandoverNews,
};

const RECEIVER: CardUid = CardUid([4, 9, 9, 9, 9, 9, 9]);
const TICKET: TicketId = TicketId(1);
const ANY_CARD: Destination = Destination::Card {
    card: None,
    only_what_fits: false,
};

/// A kiosk with two cards on its tray, the first with a ticket.
struct Site {
    folder: tempfile::TempDir,
    tray: Tray,
    _runtime: Runtime,
    desk: CardDesk,
    mailbox: Mailbox<Input>,
}

impl Site {
    fn new(with_keys: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tray = Tray::open(&folder.path().join("tray")).unwrap();
        prepare(&tray);
        let runtime = Runtime::new().unwrap();
        // Port 9 of loopback: nobody listens there.
        let client = Client::new("http://127.0.0.1:9", "t").unwrap();
        let platform = BlockingPlatform::new(runtime.handle().clone(), client);
        let mailbox = Mailbox::new(|| ());
        let local = if with_keys {
            ring_with_keys(&folder)
        } else {
            LocalRing::load(vault(&folder), owner())
        };
        let stick = folder.path().join("stick");
        let key = JournalKey::from_bytes([1; 32]);
        let equipment = Equipment {
            reader: Box::new(tray.reader("kiosk")),
            journal: JournalFile::open(&folder.path().join("journal.sqlite"), &key).unwrap(),
            local,
            hurried: platform.clone(),
            platform,
            printer: None,
            stick: Some(Stick::new(&stick, owner())),
        };
        Self {
            desk: CardDesk::new(equipment, mailbox.clone()),
            folder,
            tray,
            _runtime: runtime,
            mailbox,
        }
    }

    fn lay(&self, name: &str) {
        self.tray.lift("kiosk");
        self.tray.lay(name, "kiosk").unwrap();
    }

    /// Does a job and gives its last news.
    fn work(&mut self, job: CardJob) -> CardNews {
        let language = Language::English;
        self.desk.work(Job {
            no: RequestNo(1),
            job,
            language,
        });
        let mut last = None;
        while let Some(input) = self.mailbox.take() {
            if let Input::Card { news, .. } = input {
                last = Some(news);
            }
        }
        last.unwrap()
    }

    fn check(&mut self) -> CardContents {
        match self.work(CardJob::Check) {
            CardNews::Read(Ok(contents)) => *contents,
            other => panic!("{other:?}"),
        }
    }

    fn moved(&mut self, job: CardJob) -> HandoverNews {
        match self.work(job) {
            CardNews::Handover(Ok(news)) => *news,
            other => panic!("{other:?}"),
        }
    }

    fn consent(&mut self, to: Destination) -> HandoverNews {
        self.lay("giver");
        let contents = Box::new(self.check());
        self.moved(CardJob::Consent {
            contents,
            tickets: vec![TICKET],
            to,
        })
    }
}

/// Formats both cards and writes the ticket to the giver's.
fn prepare(tray: &Tray) {
    let keys = MasterKeys {
        master: Key([1; 16]),
        write: Key(WRITE_KEY),
        gate: Key([3; 16]),
        transaction_mac: Key([4; 16]),
    };
    for (name, uid) in [("giver", GIVER), ("receiver", RECEIVER)] {
        tray.add(name, uid, CardSize::K4, KeyKind::Aes).unwrap();
        tray.lay(name, "desk").unwrap();
        let mut transport = tray.reader("desk").connect().unwrap();
        format_blank(&mut *transport, &keys).unwrap();
        drop(transport);
        tray.lift("desk");
    }
    tray.lay("giver", "desk").unwrap();
    let local = LocalKeys::new(&keys);
    let mut reader = tray.reader("desk");
    let mut card = open(reader.connect().unwrap(), &local, Role::Write).unwrap();
    let event = event();
    let change = Change {
        operation: OperationId {
            handover: HandoverId([7; 16]),
            step: Step::Give,
            attempt: 1,
        },
        expected_sequence: card.directory().unwrap().sequence,
        add: vec![NewTicket {
            record: record(GIVER),
            event: card_event(&event),
        }],
        nullify: Vec::new(),
    };
    card.apply(&change, &mut |_| ()).unwrap();
    drop(card);
    tray.lift("desk");
}

fn live(contents: &CardContents) -> usize {
    let live = |ticket: &&kippu_card::capability::CardTicket| ticket.state == SlotState::Live;
    contents.tickets.iter().filter(live).count()
}

#[test]
fn a_ticket_goes_from_card_to_card_with_the_platform_away() {
    let mut site = Site::new(true);
    let taken = site.consent(ANY_CARD);
    assert_eq!(taken.facts.standing, Standing::Kept);
    assert_eq!(taken.card.as_ref().map(live), Some(0));
    assert!(taken.report_waits);
    assert!(matches!(
        taken.outcome,
        Outcome::LayCard {
            why: CardWanted::ToWrite,
            ..
        }
    ));

    site.lay("receiver");
    let handover = taken.facts.handover;
    let given = site.moved(CardJob::Advance { handover });
    assert!(
        matches!(&given.outcome, Outcome::Ended(summary) if summary.given == [TICKET]),
        "{:?}",
        given.outcome
    );
    assert_eq!(given.card.as_ref().map(live), Some(1));
    assert_eq!(given.facts.receiver, Some(RECEIVER));
}

#[test]
fn what_was_taken_goes_back_where_people_want_that() {
    let mut site = Site::new(true);
    let handover = site.consent(ANY_CARD).facts.handover;
    let back = site.moved(CardJob::Redirect {
        handover,
        to: Destination::Giver,
    });
    assert!(
        matches!(&back.outcome, Outcome::Ended(summary) if summary.given_back == [TICKET]),
        "{:?}",
        back.outcome
    );
    assert_eq!(live(&site.check()), 1);
}

#[test]
fn without_local_keys_the_card_cannot_even_be_read() {
    let mut site = Site::new(false);
    site.lay("giver");
    assert!(matches!(
        site.work(CardJob::Check),
        CardNews::Read(Err(CardFault::NoKeys))
    ));
    // What everybody may read needs no key.
    assert!(matches!(
        site.work(CardJob::Look),
        CardNews::Read(Ok(contents)) if live(&contents) == 1
    ));
}

#[test]
fn open_handovers_and_reports_are_told_and_saved() {
    let mut site = Site::new(true);
    let handover = site.consent(ANY_CARD).facts.handover;
    let CardNews::Open { open, unsent } = site.work(CardJob::Open) else {
        panic!("no list");
    };
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].handover, handover);
    assert!(unsent > 0);

    assert!(matches!(
        site.work(CardJob::SaveReports),
        CardNews::Saved(Err(_))
    ));
    std::fs::create_dir(site.folder.path().join("stick")).unwrap();
    assert!(matches!(
        site.work(CardJob::SaveReports),
        CardNews::Saved(Ok(saved)) if saved == unsent
    ));
}

#[test]
fn a_restart_finds_what_was_taken() {
    let mut site = Site::new(true);
    let handover = site.consent(ANY_CARD).facts.handover;
    let Site { folder, desk, .. } = site;
    drop(desk);
    let key = JournalKey::from_bytes([1; 32]);
    let journal = Journal::open(&folder.path().join("journal.sqlite"), &key).unwrap();
    let open = open_facts(&journal).unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(
        (open[0].handover, open[0].standing),
        (handover, Standing::Kept)
    );
}

#[test]
fn the_flow_hears_once_of_events_that_can_be_given_without_network() {
    let mut site = Site::new(true);
    let mut background = Background::default();
    background.go_on(&mut site.desk);
    background.go_on(&mut site.desk);
    let mut told = Vec::new();
    while let Some(input) = site.mailbox.take() {
        if let Input::LocalKeys(events) = input {
            told.push(events);
        }
    }
    assert_eq!(told, [vec![EVENT]]);
}

/// What the flow was told of the journal since it was asked last.
fn storage_told(site: &Site) -> Vec<Storage> {
    let mut told = Vec::new();
    while let Some(input) = site.mailbox.take() {
        if let Input::Storage(storage) = input {
            told.push(storage);
        }
    }
    told
}

#[test]
fn the_flow_hears_that_nothing_can_be_kept_and_that_it_can_again() {
    let mut site = Site::new(true);
    let mut background = Background::default();
    background.tell_storage(&mut site.desk);
    background.tell_storage(&mut site.desk);
    assert_eq!(storage_told(&site), [Storage::Ready]);
    // The journal's folder is out of reach, as on a disk that was taken away.
    let (here, away) = (
        site.folder.path(),
        site.folder.path().with_extension("away"),
    );
    std::fs::rename(here, &away).unwrap();
    background.look_again(&mut site.desk);
    assert_eq!(storage_told(&site), [Storage::Broken]);
    std::fs::rename(&away, here).unwrap();
    background.look_again(&mut site.desk);
    assert_eq!(storage_told(&site), [Storage::Ready]);
}
