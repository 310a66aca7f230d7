//! A ticket becomes paper: the printer is sure, sure of nothing, or not sure at all; people answer, and answer otherwise.

use kippu_handover::{
    machine::Hands,
    outcome::{Outcome, Settled},
    paper::{PaperEnd, PaperFault},
    row::Destination,
};
use kippu_ticket::{ids::TicketId, paper::PaperTicket};

use crate::{
    assignment::{cards, site_of},
    platform::{Call, Holder, Net},
    site::{A, ANY_CARD, B, Site, Wish, binding_key},
};

const PAPER: Wish<'_> = Wish::Move(&[1], Destination::Paper);

/// Taken from the card, nothing printed.
fn taken() -> Site {
    let mut site = site_of(&cards());
    let outcome = site.lay(A, PAPER).unwrap();
    assert_eq!(outcome, Some(Outcome::PrinterNeeded(PaperFault::Away)));
    assert_eq!(site.live(A), [2]);
    site
}

fn print(site: &mut Site) -> Outcome {
    let id = site.open_id();
    site.with(|machine, printer| machine.advance(id, Hands::printer(printer), &mut |_| ()))
        .unwrap()
}

fn answer(site: &mut Site, serial: u64, came_out: bool) -> Settled {
    let id = site.with(|machine, _| {
        let rows = machine.open_handovers()?;
        Ok(rows[0].id)
    });
    let id = id.unwrap();
    site.with(|machine, _| machine.settle_print(id, serial, came_out))
        .unwrap()
}

#[test]
fn a_confirmed_paper_carries_the_ticket_one_hop_on_under_its_serial() {
    let mut site = taken();
    let Outcome::Ended(summary) = print(&mut site) else {
        panic!("not ended")
    };
    assert_eq!(summary.printed, [TicketId(1)]);
    let job = &site.printer.jobs[0];
    let paper = PaperTicket::from_bytes(&job.paper).unwrap();
    binding_key().verify_paper(&paper).unwrap();
    assert_eq!((paper.serial, paper.hop), (job.serial, 2));
    assert_eq!(job.event.name, "La Traviata");
    assert_eq!(site.platform.holders(), [(1, Holder::Paper(paper.serial))]);
    site.assert_settled(&[2], &[]);
}

#[test]
fn a_print_that_gave_nothing_is_void_and_the_next_has_another_serial() {
    let mut site = taken();
    site.printer.ends = vec![PaperEnd::Nothing(PaperFault::OutOfPaper)];
    assert_eq!(
        print(&mut site),
        Outcome::PrinterNeeded(PaperFault::OutOfPaper)
    );
    assert!(matches!(print(&mut site), Outcome::Ended(_)));
    let serials: Vec<_> = site.printer.jobs.iter().map(|job| job.serial).collect();
    assert_ne!(serials[0], serials[1]);
    assert_eq!(*site.platform.void_serials.borrow(), [serials[0]]);
    assert_eq!(site.platform.holders(), [(1, Holder::Paper(serials[1]))]);
}

#[test]
fn an_unconfirmed_paper_waits_for_people_and_nothing_is_printed_again() {
    let mut site = taken();
    site.printer.ends = vec![PaperEnd::Unconfirmed(PaperFault::Away)];
    let asked = print(&mut site);
    let Outcome::AskPeople { ticket, serial } = asked else {
        panic!("{asked:?}")
    };
    assert_eq!(ticket, TicketId(1));
    // Restarted, with a printer that would print, and asked for something else: the same question.
    assert_eq!(print(&mut site), Outcome::AskPeople { ticket, serial });
    let id = site.open_id();
    let to_giver = site
        .with(|machine, _| machine.redirect(id, Destination::Giver))
        .unwrap();
    assert_eq!(to_giver, Outcome::AskPeople { ticket, serial });
    assert_eq!(site.printer.jobs.len(), 1);
    assert_eq!(answer(&mut site, serial + 1, true), Settled::NoSuchPaper);
    assert_eq!(answer(&mut site, serial, true), Settled::Now);
    assert_eq!(site.platform.holders(), [(1, Holder::Paper(serial))]);
    let id = site
        .with(|machine, _| {
            Ok((
                machine.settle_print(id, serial, true)?,
                machine.settle_print(id, serial, false)?,
            ))
        })
        .unwrap();
    assert_eq!(id, (Settled::Same, Settled::Otherwise));
    assert_eq!(*site.platform.void_serials.borrow(), [] as [u64; 0]);
    site.assert_settled(&[2], &[]);
}

#[test]
fn a_paper_that_did_not_come_out_is_void_and_the_ticket_may_go_elsewhere() {
    let mut site = taken();
    site.printer.ends = vec![PaperEnd::Unconfirmed(PaperFault::Fault)];
    let Outcome::AskPeople { serial, .. } = print(&mut site) else {
        panic!("no question")
    };
    let id = site.open_id();
    assert_eq!(answer(&mut site, serial, false), Settled::Now);
    assert_eq!(*site.platform.void_serials.borrow(), [serial]);
    // Whoever says the opposite afterwards is not heard.
    assert_eq!(answer(&mut site, serial, true), Settled::Otherwise);
    site.with(|machine, _| machine.redirect(id, ANY_CARD))
        .unwrap();
    site.until_ended(Wish::Nothing, B);
    site.assert_settled(&[2], &[1]);
    assert_eq!(site.printer.jobs.len(), 1);
}

#[test]
fn a_printer_that_is_not_ready_and_a_platform_that_is_away_begin_nothing() {
    let mut site = taken();
    site.printer.not_ready = Some(PaperFault::CoverOpen);
    assert_eq!(
        print(&mut site),
        Outcome::PrinterNeeded(PaperFault::CoverOpen)
    );
    site.printer.not_ready = None;
    site.platform.fails(Call::Paper, Net::ReplyLost);
    assert_eq!(print(&mut site), Outcome::PlatformAway);
    let row = &site.open_rows()[0];
    assert_eq!((row.pending.as_ref(), row.attempts), (None, 1), "the take");
    assert!(site.printer.jobs.is_empty());
    assert!(matches!(print(&mut site), Outcome::Ended(_)));
}
