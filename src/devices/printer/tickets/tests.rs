use kippu_handover::row::Event;
use kippu_peripherals::printer::{MemoryPrinter, MemoryPrinterHandle};
use kippu_ticket::ids::{TerminalId, TicketId};

use super::*;
use crate::devices::{
    mailbox::Mailbox,
    printer::PrinterActor,
    samples::{CARD, event, event_key, record, signed},
};

fn job() -> PaperJob {
    let paper = event_key()
        .for_terminal(TerminalId(1))
        .bind_paper(signed(), 77, 2);
    PaperJob {
        ticket: TicketId(1),
        serial: 77,
        record: record(CARD),
        paper: paper.to_bytes().to_vec(),
        event: Event::from(&event()),
    }
}

fn printer() -> (TicketPrinter, MemoryPrinterHandle) {
    let printer = MemoryPrinter::default();
    let handle = printer.handle();
    let place = super::super::Place {
        store: "Store".into(),
        zone: "UTC".into(),
        terminal: "kiosk-1".into(),
    };
    let actor = PrinterActor::start(Box::new(printer), place, Mailbox::new(|| ()));
    (actor.for_tickets(), handle)
}

#[test]
fn the_end_is_what_the_printer_says() {
    let (mut port, printer) = printer();
    assert_eq!(port.ready(), Ok(()));
    assert_eq!(port.print(&job()), PaperEnd::Printed);
    assert_eq!(printer.papers().len(), 1);
    for (outcome, expected) in [
        (
            PrintOutcome::Unconfirmed(Condition::PaperOut),
            PaperEnd::Unconfirmed(PaperFault::OutOfPaper),
        ),
        (
            PrintOutcome::NotPrinted(Condition::CoverOpen),
            PaperEnd::Nothing(PaperFault::CoverOpen),
        ),
    ] {
        printer.end_next_print(outcome);
        assert_eq!(port.print(&job()), expected);
    }
}

#[test]
fn a_printer_that_cannot_print_says_so_before_anything_is_sent() {
    let (mut port, printer) = printer();
    printer.set_condition(Condition::PaperOut);
    assert_eq!(port.ready(), Err(PaperFault::OutOfPaper));
    printer.set_condition(Condition::Off);
    assert_eq!(port.ready(), Err(PaperFault::Away));
    assert_eq!(printer.prints_asked(), 0);
}

#[test]
fn what_is_no_ticket_is_not_printed() {
    let (mut port, printer) = printer();
    let broken = PaperJob {
        paper: b"nonsense".to_vec(),
        ..job()
    };
    assert_eq!(port.print(&broken), PaperEnd::Nothing(PaperFault::Fault));
    assert_eq!(printer.prints_asked(), 0);
}

#[test]
fn a_paper_nobody_waits_for_any_more_never_comes_out() {
    let (jobs, inbox) = mpsc::channel();
    let mut port = TicketPrinter {
        patience: Duration::ZERO,
        ..TicketPrinter::new(jobs)
    };
    assert_eq!(port.print(&job()), PaperEnd::Nothing(PaperFault::Away));
    let mut printer = MemoryPrinter::default();
    let handle = printer.handle();
    let Ok(Job::Ticket(late)) = inbox.recv() else {
        panic!("no paper was asked for");
    };
    late.print(&mut printer, Typesetter::load().ok().as_mut());
    assert_eq!(handle.prints_asked(), 0);
}

#[test]
fn a_paper_that_was_begun_and_whose_end_nobody_tells_is_unconfirmed() {
    let (jobs, inbox) = mpsc::channel::<Job>();
    let mut port = TicketPrinter::new(jobs);
    // A printer's thread that begins a paper and is gone.
    let dying = std::thread::spawn(move || match inbox.recv() {
        Ok(Job::Ticket(job)) => job.claimed.store(true, Ordering::Release),
        _ => panic!("no paper was asked for"),
    });
    assert_eq!(port.print(&job()), PaperEnd::Unconfirmed(PaperFault::Away));
    dying.join().unwrap();
}
