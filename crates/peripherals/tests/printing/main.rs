//! The ESC/POS driver against the virtual printer, over TCP, with every fault pulled.

mod serial;

use std::io::Write;
use std::time::Duration;

use kippu_peripherals::printer::{
    EscPosPrinter, Patience, PrintOutcome, Printer, PrinterCondition, PrinterFault, TcpConnector,
    network_printer,
};
use kippu_peripherals::raster::{PAPER_DOTS, Raster};
use kippu_peripherals::virtual_printer::{Control, Fault, VirtualPrinter};

/// Long enough for a loaded machine; only waited out when something is wrong or silent.
const PAPER_COMES: Duration = Duration::from_secs(20);

const IMPATIENT: Patience = Patience {
    answer: Duration::from_millis(400),
    confirm: Duration::from_millis(2_500),
    probe: Duration::from_millis(500),
};

/// Lets a loaded machine take its time where an answer is sure to come.
const PATIENT: Patience = Patience {
    answer: Duration::from_secs(10),
    confirm: Duration::from_secs(20),
    probe: Duration::from_secs(5),
};

struct Lab {
    virtual_printer: VirtualPrinter,
    driver: EscPosPrinter<TcpConnector>,
    _folder: tempfile::TempDir,
}

impl Lab {
    fn new(patience: Patience) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let virtual_printer = VirtualPrinter::start("127.0.0.1:0", folder.path()).unwrap();
        let driver = network_printer(&virtual_printer.address().to_string(), patience);
        Self {
            virtual_printer,
            driver,
            _folder: folder,
        }
    }

    fn act(&self, line: &str) {
        self.virtual_printer.control(&Control::parse(line).unwrap());
    }
}

/// A paper whose dots hold all byte values, real-time commands among them.
fn busy_paper(height: u32) -> Raster {
    let mut state = height;
    let mut rows: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take((PAPER_DOTS / 8 * height) as usize)
    .collect();
    rows[100..103].copy_from_slice(&[0x10, 0x04, 0x01]);
    rows[200..203].copy_from_slice(&[0x10, 0x04, 0x04]);
    Raster::from_rows(PAPER_DOTS, rows)
}

#[test]
fn a_paper_comes_out_as_it_was_sent() {
    let mut lab = Lab::new(PATIENT);
    for height in [3, 128, 129, 700] {
        let paper = busy_paper(height);
        assert_eq!(lab.driver.print(&paper), PrintOutcome::Printed);
        let (path, printed) = lab.virtual_printer.next_paper(PAPER_COMES).unwrap();
        assert_eq!(printed.raster, paper);
        assert!(printed.whole);
        assert!(path.is_file() && path.with_extension("bin").is_file());
    }
}

#[test]
fn it_knows_that_the_printer_is_simulated() {
    let mut lab = Lab::new(PATIENT);
    assert!(lab.driver.info().simulated);
}

#[test]
fn conditions_are_seen_and_nothing_is_sent() {
    let mut lab = Lab::new(PATIENT);
    for (line, mend, condition) in [
        ("paper-out", "paper-in", PrinterCondition::PaperOut),
        ("cover-open", "cover-close", PrinterCondition::CoverOpen),
        (
            "jam",
            "unjam",
            PrinterCondition::Fault(PrinterFault::Cutter),
        ),
    ] {
        lab.act(line);
        assert_eq!(lab.driver.status(), condition);
        assert_eq!(
            lab.driver.print(&busy_paper(10)),
            PrintOutcome::NotPrinted(condition)
        );
        lab.act(mend);
        assert_eq!(lab.driver.status(), PrinterCondition::Ready);
    }
    lab.act("paper-low");
    assert_eq!(lab.driver.status(), PrinterCondition::PaperLow);
    let paper = busy_paper(10);
    assert_eq!(lab.driver.print(&paper), PrintOutcome::Printed);
    let (_, printed) = lab.virtual_printer.next_paper(PAPER_COMES).unwrap();
    assert_eq!(printed.raster, paper, "nothing came out before it");
}

#[test]
fn a_printer_that_is_off_prints_nothing_and_comes_back() {
    let mut lab = Lab::new(PATIENT);
    assert_eq!(lab.driver.status(), PrinterCondition::Ready);
    lab.act("off");
    assert_eq!(lab.driver.status(), PrinterCondition::Off);
    assert_eq!(
        lab.driver.print(&busy_paper(4)),
        PrintOutcome::NotPrinted(PrinterCondition::Off)
    );
    lab.act("on");
    assert_eq!(lab.driver.print(&busy_paper(4)), PrintOutcome::Printed);
}

#[test]
fn nobody_listening_is_off() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let mut driver = network_printer(&address, IMPATIENT);
    assert_eq!(driver.status(), PrinterCondition::Off);
    assert_eq!(
        network_printer("no host of that name:9100", IMPATIENT).status(),
        PrinterCondition::Off
    );
}

#[test]
fn paper_ending_anywhere_in_the_slip_is_never_called_printed() {
    let mut lab = Lab::new(PATIENT);
    let paper = busy_paper(60);
    let picture = 60 * u64::from(PAPER_DOTS) / 8;
    // Before the picture's head, inside it, inside rows, at row ends, at the last row, inside the cut.
    let places = [
        1,
        2,
        6,
        12,
        20,
        50,
        85,
        86,
        1_000,
        2_222,
        picture,
        picture + 13,
        picture + 15,
    ];
    for bytes in places {
        lab.act(&format!("after {bytes} paper-out"));
        let outcome = lab.driver.print(&paper);
        assert_eq!(
            outcome,
            PrintOutcome::Unconfirmed(PrinterCondition::PaperOut),
            "after {bytes} bytes"
        );
        assert_eq!(lab.driver.status(), PrinterCondition::PaperOut);

        lab.act("paper-in");
        assert_eq!(lab.driver.print(&paper), PrintOutcome::Printed);
        let next_whole = std::iter::from_fn(|| lab.virtual_printer.next_paper(PAPER_COMES))
            .find(|(_, printed)| printed.whole)
            .unwrap();
        assert_eq!(
            next_whole.1.raster, paper,
            "no rest of the torn slip comes out with the next, after {bytes} bytes"
        );
    }
}

#[test]
fn a_roll_that_ends_with_the_slip_prints_a_part() {
    let mut lab = Lab::new(PATIENT);
    lab.act("paper-mm 5");
    assert_eq!(
        lab.driver.print(&busy_paper(100)),
        PrintOutcome::Unconfirmed(PrinterCondition::PaperOut)
    );
    let (path, part) = lab.virtual_printer.next_paper(PAPER_COMES).unwrap();
    assert!(!part.whole);
    assert_eq!(part.raster.height(), 40);
    assert!(path.to_string_lossy().ends_with("-part.png"));
}

#[test]
fn a_cover_opened_in_the_middle_is_unconfirmed() {
    let mut lab = Lab::new(PATIENT);
    lab.act("after 500 cover-open");
    assert_eq!(
        lab.driver.print(&busy_paper(50)),
        PrintOutcome::Unconfirmed(PrinterCondition::CoverOpen)
    );
    lab.act("cover-close");
    let paper = busy_paper(20);
    assert_eq!(lab.driver.print(&paper), PrintOutcome::Printed);
    let (_, part) = lab.virtual_printer.next_paper(PAPER_COMES).unwrap();
    assert!(!part.whole);
    let (_, next) = lab.virtual_printer.next_paper(PAPER_COMES).unwrap();
    assert_eq!(next.raster, paper);
}

#[test]
fn half_a_picture_of_a_broken_connection_does_not_swallow_the_next_paper() {
    let mut lab = Lab::new(PATIENT);
    let mut broken = std::net::TcpStream::connect(lab.virtual_printer.address()).unwrap();
    broken
        .write_all(b"\x1Dv0\x00\x48\x00\x64\x00half a row of a hundred")
        .unwrap();
    drop(broken);
    let paper = busy_paper(20);
    assert_eq!(lab.driver.print(&paper), PrintOutcome::Printed);
    let (_, printed) = lab.virtual_printer.next_paper(PAPER_COMES).unwrap();
    assert_eq!(printed.raster, paper);
}

#[test]
fn silence_is_never_a_confirmation() {
    for fault in ["mute", "hang"] {
        let mut lab = Lab::new(IMPATIENT);
        lab.act(&format!("after 700 {fault}"));
        assert_eq!(
            lab.driver.print(&busy_paper(50)),
            PrintOutcome::Unconfirmed(PrinterCondition::Mute),
            "{fault}"
        );
        assert_eq!(lab.driver.status(), PrinterCondition::Mute);
        assert_eq!(
            lab.driver.print(&busy_paper(50)),
            PrintOutcome::NotPrinted(PrinterCondition::Mute)
        );
    }
}

#[test]
fn a_model_that_knows_no_process_ids_is_never_believed() {
    let mut lab = Lab::new(IMPATIENT);
    lab.act("no-ids");
    let paper = busy_paper(50);
    assert_eq!(
        lab.driver.print(&paper),
        PrintOutcome::Unconfirmed(PrinterCondition::Ready)
    );
    let (_, printed) = lab.virtual_printer.next_paper(PAPER_COMES).unwrap();
    assert_eq!(printed.raster, paper, "it is out, and only a person saw it");
    assert_eq!(lab.driver.status(), PrinterCondition::Ready);
}

#[test]
fn a_muted_print_may_be_on_paper_all_the_same() {
    let mut lab = Lab::new(IMPATIENT);
    lab.act("after 700 mute");
    let paper = busy_paper(50);
    assert_eq!(
        lab.driver.print(&paper),
        PrintOutcome::Unconfirmed(PrinterCondition::Mute)
    );
    let (_, printed) = lab.virtual_printer.next_paper(PAPER_COMES).unwrap();
    assert_eq!(printed.raster, paper);
}

#[test]
fn noise_on_the_line_is_sorted_out() {
    for noise in [
        "00",
        "ff37",
        "3722",
        "372230",
        "11133722303030",
        "5f5f",
        "001f80",
    ] {
        let mut lab = Lab::new(PATIENT);
        lab.act(&format!("noise {noise}"));
        let outcome = lab.driver.print(&busy_paper(30));
        assert_eq!(outcome, PrintOutcome::Printed, "noise {noise}");
    }
}

#[test]
fn switched_off_in_the_middle_is_unconfirmed() {
    let mut lab = Lab::new(IMPATIENT);
    lab.virtual_printer
        .control(&Control::BreakAfter(300, Fault::Hang));
    let outcome = std::thread::scope(|scope| {
        let printing = scope.spawn(|| lab.driver.print(&busy_paper(50)));
        lab.virtual_printer.control(&Control::Power(false));
        printing.join().unwrap()
    });
    assert!(
        !matches!(outcome, PrintOutcome::Printed),
        "depending on the moment nothing or a part was sent: {outcome:?}"
    );
}
