//! The driver over a serial line: a pseudo terminal with the virtual printer's machine at its other end.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read, Write},
    path::PathBuf,
    thread::JoinHandle,
};

use kippu_peripherals::{
    printer::{PrintOutcome, Printer, PrinterCondition, serial_printer},
    virtual_printer::{Fault, Machine, Paper},
};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::{IMPATIENT, PATIENT, busy_paper};

const BAUD: u32 = 38_400;

/// A line and the printer at its end, which stops when nobody has the line open any more.
struct Line {
    port: PathBuf,
    /// Keeps the line open while the driver opens it anew.
    held: File,
    printer: JoinHandle<Vec<Paper>>,
}

impl Line {
    fn new(mut machine: Machine) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let port = PathBuf::from(ptsname(&master, Vec::new()).unwrap().into_string().unwrap());
        let held = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&port)
            .unwrap();
        let mut line = File::from(master);
        let printer = std::thread::spawn(move || {
            let mut papers = Vec::new();
            let mut bytes = [0; 512];
            loop {
                match line.read(&mut bytes) {
                    Ok(0) => return papers,
                    Ok(length) => machine.receive(&bytes[..length]),
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    // A master whose other side is closed reads EIO.
                    Err(_) => return papers,
                }
                papers.extend(machine.take_papers());
                line.write_all(&machine.take_answers()).unwrap();
            }
        });
        Self {
            port,
            held,
            printer,
        }
    }

    fn papers(self) -> Vec<Paper> {
        drop(self.held);
        self.printer.join().unwrap()
    }
}

#[test]
fn papers_come_out_as_they_were_sent() {
    let line = Line::new(Machine::default());
    let mut driver = serial_printer(&line.port, BAUD, PATIENT);
    assert!(driver.info().simulated);
    assert_eq!(driver.status(), PrinterCondition::Ready);
    // All byte values are among the dots: none may mean anything to the line itself.
    let sent = [busy_paper(3), busy_paper(700)];
    for paper in &sent {
        assert_eq!(driver.print(paper), PrintOutcome::Printed);
    }
    drop(driver);
    let printed = line.papers();
    assert!(printed.iter().all(|paper| paper.whole));
    let rasters: Vec<_> = printed.into_iter().map(|paper| paper.raster).collect();
    assert_eq!(rasters, sent);
}

#[test]
fn an_older_model_on_the_line_is_never_believed() {
    let mut machine = Machine::default();
    machine.break_now(Fault::NoProcessIds);
    let line = Line::new(machine);
    let mut driver = serial_printer(&line.port, BAUD, IMPATIENT);
    assert_eq!(
        driver.print(&busy_paper(20)),
        PrintOutcome::Unconfirmed(PrinterCondition::Ready)
    );
    drop(driver);
    assert_eq!(line.papers().len(), 1);
}

#[test]
fn a_port_whose_other_end_is_gone_is_off() {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let port = PathBuf::from(ptsname(&master, Vec::new()).unwrap().into_string().unwrap());
    let mut driver = serial_printer(&port, BAUD, IMPATIENT);
    assert_eq!(driver.status(), PrinterCondition::Mute, "nobody answers");
    drop(master);
    assert_eq!(driver.status(), PrinterCondition::Off, "no such port");
    assert_eq!(
        driver.print(&busy_paper(4)),
        PrintOutcome::NotPrinted(PrinterCondition::Off)
    );
}
