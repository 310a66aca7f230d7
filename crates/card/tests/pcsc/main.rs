//! The PC/SC road: the virtual card's executable on a virtual reader, pcscd between, this crate's reader on the other side.
//!
//! Needs the lab: `script/pcsc-lab 2 -- cargo nextest run -p kippu-card --run-ignored only --test-threads 1 -E 'binary(pcsc)'`

mod oracle;
#[path = "../support/tickets.rs"]
mod tickets;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use kippu_card::capability::{CardFault, ChangeFault, Progress, TicketCard};
use kippu_card::format::format_blank;
use kippu_card::gate::GateCard;
use kippu_card::keys::Role;
use kippu_card::open::{identify, open, open_free};
use kippu_card::pcsc::PcscReader;
use kippu_card::reader::{CardToken, Reader, ReaderState};
use kippu_card::transaction_mac;
use kippu_card::transport::{Transport, TransportFault};
use kippu_ticket::ids::CardUid;
use tickets::{UID, change, keys, live, master_keys};

/// Longest wait for a notice of pcscd.
const PATIENCE: Duration = Duration::from_secs(20);

/// A torn card's process ends at once; one that is still there after this long lies on the reader.
const LEAVING: Duration = Duration::from_secs(1);

/// A reader of the lab and the port its cards dial.
struct Place {
    port: u16,
    reader: PcscReader,
}

impl Place {
    fn number(number: usize) -> Self {
        let ports = std::env::var("KIPPU_VPCD_PORTS").expect("runs in script/pcsc-lab only");
        let port = ports
            .split(' ')
            .nth(number - 1)
            .expect("a reader of this number")
            .parse()
            .unwrap();
        Self {
            port,
            reader: PcscReader::new(Some(format!("Kippu Reader {number}"))),
        }
    }

    /// Lays a card down and waits for the notice.
    fn lay(&mut self, image: &Path, uid: CardUid, arguments: &[&str]) -> LyingCard {
        self.until_absent();
        let card = LyingCard::lay(self.port, image, uid, arguments);
        self.until_present();
        card
    }

    fn until_present(&mut self) -> CardToken {
        loop {
            match self.reader.poll(PATIENCE) {
                ReaderState::Present(token) => return token,
                ReaderState::Absent => {}
                ReaderState::Gone => panic!("the reader is gone"),
            }
        }
    }

    fn until_absent(&mut self) {
        while self.reader.poll(PATIENCE) != ReaderState::Absent {}
    }

    fn connect(&mut self) -> Box<dyn Transport> {
        self.reader.connect().unwrap()
    }
}

/// The virtual card's process; the card is lifted when this is dropped.
struct LyingCard {
    process: Child,
    output: BufReader<ChildStdout>,
}

impl LyingCard {
    /// Whether the card tore itself away. The answer that reached the reader before may be here earlier than the process's end.
    fn has_left(&mut self) -> bool {
        let end = Instant::now() + LEAVING;
        loop {
            if self.process.try_wait().unwrap().is_some() {
                return true;
            }
            if Instant::now() > end {
                return false;
            }
            std::thread::yield_now();
        }
    }

    fn lay(port: u16, image: &Path, uid: CardUid, arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_virtual-card"))
            .args([
                "--reader",
                &format!("127.0.0.1:{port}"),
                "--uid",
                &uid.to_string(),
                "--size",
                "2k",
            ])
            .args(["--card-key", "des", "--image"])
            .arg(image)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut card = Self { process, output };
        assert_eq!(card.line(), format!("lying on 127.0.0.1:{port}"));
        card
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

impl Drop for LyingCard {
    fn drop(&mut self) {
        // Both fail only where the card has been torn away already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A formatted card with tickets 1 and 2 on it, as an image file.
fn ticket_card(place: &mut Place, image: &Path) {
    let keys = keys();
    let _card = place.lay(image, UID, &[]);
    format_blank(&mut place.connect(), &master_keys()).unwrap();
    let mut session = open(place.connect(), &keys, Role::Write).unwrap();
    session
        .apply(&change(0, &[1, 2], &[], UID), &mut |_| {})
        .unwrap();
}

#[test]
#[ignore = "needs script/pcsc-lab"]
fn a_blank_card_becomes_a_ticket_card_and_passes_a_gate() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("a.card");
    let keys = keys();
    let mut kiosk = Place::number(1);
    assert!(kiosk.reader.describe().simulated);
    let card = kiosk.lay(&image, UID, &[]);
    assert_eq!(identify(&mut kiosk.connect()).unwrap().uid, UID);
    assert_eq!(open_free(kiosk.connect()).err(), Some(CardFault::Blank));
    format_blank(&mut kiosk.connect(), &master_keys()).unwrap();
    let committed = open(kiosk.connect(), &keys, Role::Write)
        .unwrap()
        .apply(&change(0, &[1, 2], &[], UID), &mut |_| {})
        .unwrap();
    transaction_mac::verify(&master_keys(), UID, &committed.proof.unwrap()).unwrap();
    assert_eq!(
        live(&open_free(kiosk.connect()).unwrap().read().unwrap()),
        [1, 2]
    );
    drop(card);
    kiosk.until_absent();

    let mut door = Place::number(2);
    let _card = door.lay(&image, UID, &[]);
    let mut gate = GateCard::open(door.connect(), &keys).unwrap();
    gate.mark_entered(0, 1).unwrap();
    let seen = gate.read(|_| true).unwrap();
    assert_eq!(
        seen.tickets
            .iter()
            .map(|ticket| ticket.entered)
            .collect::<Vec<_>>(),
        [1, 0]
    );
}

#[test]
#[ignore = "needs script/pcsc-lab"]
fn another_card_and_the_same_card_again_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let other = CardUid([0x04, 0x99, 0x88, 0x77, 0x66, 0x55, 0x44]);
    let mut kiosk = Place::number(1);
    let mut tokens = Vec::new();
    for (name, uid) in [("a.card", UID), ("a.card", UID), ("b.card", other)] {
        kiosk.until_absent();
        let _card = LyingCard::lay(kiosk.port, &folder.path().join(name), uid, &[]);
        tokens.push(kiosk.until_present());
        assert_eq!(identify(&mut kiosk.connect()).unwrap().uid, uid);
    }
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 3);
}

#[test]
#[ignore = "needs script/pcsc-lab"]
fn a_service_that_was_restarted_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = Place::number(1);
    kiosk.until_absent();
    let file = std::env::var("KIPPU_PCSCD_PID").expect("runs in script/pcsc-lab only");
    let service = std::fs::read_to_string(file).unwrap();
    let ended = Command::new("kill").arg(service.trim()).status().unwrap();
    assert!(ended.success());
    while kiosk.reader.poll(PATIENCE) != ReaderState::Gone {}
    assert!(kiosk.reader.connect().is_err(), "nothing lies there");

    // The readers come back one by one; then a card is read as before.
    kiosk.until_absent();
    let _card = kiosk.lay(&folder.path().join("a.card"), UID, &[]);
    assert_eq!(identify(&mut kiosk.connect()).unwrap().uid, UID);
}

/// Every exchange of a ticket write, torn on both sides of it. The bytes within are torn in process, by `ticket_card.rs`.
#[test]
#[ignore = "needs script/pcsc-lab"]
fn a_ticket_write_torn_at_any_exchange_is_all_or_nothing_and_honest() {
    let folder = tempfile::tempdir().unwrap();
    let (before, image) = (
        folder.path().join("before.card"),
        folder.path().join("a.card"),
    );
    let keys = keys();
    let mut kiosk = Place::number(1);
    ticket_card(&mut kiosk, &before);
    let wanted = change(1, &[3, 4], &[1], UID);
    let (mut unknown, mut done) = (0, 0);
    for exchange in 1.. {
        let mut finished = 0;
        for (direction, byte) in [("command", "5"), ("response", "1")] {
            let at = format!("exchange {exchange}, {direction}, byte {byte}");
            std::fs::copy(&before, &image).unwrap();
            let number = exchange.to_string();
            let tear = [
                "--tear-at-exchange",
                &number,
                "--direction",
                direction,
                "--byte",
                byte,
            ];
            let mut card = kiosk.lay(&image, UID, &tear);
            let mut committing = false;
            let result = open(kiosk.connect(), &keys, Role::Write)
                .map_err(ChangeFault::NotDone)
                .and_then(|mut session| {
                    session.apply(&wanted, &mut |progress| {
                        committing |= progress == Progress::Committing
                    })
                });
            let torn = result.is_err() || card.has_left();
            if torn {
                assert_eq!(card.line(), "torn away", "{at}");
            }
            drop(card);

            let _card = kiosk.lay(&image, UID, &[]);
            let found = live(&open_free(kiosk.connect()).unwrap().read().unwrap());
            let new = match found[..] {
                [1, 2] => false,
                [2, 3, 4] => true,
                _ => panic!("{at}: {found:?} is neither the old card nor the new one"),
            };
            match result {
                Err(ChangeFault::NotDone(CardFault::Torn)) => assert!(!new, "{at}"),
                Err(ChangeFault::Unknown(CardFault::Torn)) => {
                    assert!(committing, "{at}");
                    unknown += 1;
                }
                Ok(_) => {
                    assert!(new, "{at}");
                    done += 1;
                    finished += usize::from(!torn);
                }
                other => panic!("{at}: {other:?}"),
            }
        }
        if finished == 2 {
            println!("{} exchanges, torn on both sides each", exchange - 1);
            break;
        }
    }
    assert_eq!(unknown, 2, "the commit, torn on both sides");
    assert!(done > 2, "exchanges after the commit");
}

#[test]
#[ignore = "needs script/pcsc-lab"]
fn a_mute_card_is_told_from_a_torn_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = Place::number(1);
    let card = kiosk.lay(
        &folder.path().join("a.card"),
        UID,
        &["--mute-at-exchange", "2"],
    );
    let mut transport = kiosk.connect();
    let free_memory = [0x90, 0x6E, 0, 0, 0];
    assert!(transport.transmit(&free_memory).is_ok());
    assert_eq!(transport.transmit(&free_memory), Err(TransportFault::Mute));
    drop(transport);
    drop(card);
    // The reader serves the next card.
    let _card = kiosk.lay(&folder.path().join("b.card"), UID, &[]);
    assert!(kiosk.connect().transmit(&free_memory).is_ok());
}
