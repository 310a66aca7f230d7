//! Printing a paper, and knowing whether it came out.
//!
//! A network printer says "taken" long before anything is on paper, and a roll may end in the middle of a slip. So a print has
//! three ends: [`PrintOutcome::Printed`] only by the printer's own word after the cut, [`PrintOutcome::NotPrinted`] only while no
//! dot of it has left the terminal, and [`PrintOutcome::Unconfirmed`] for everything between. Nothing here prints twice by itself.

pub mod answers;
mod commands;
mod device_node;
mod escpos_printer;
mod file;
mod link;
mod memory;
mod serial;
mod status;
mod stream;
mod tcp;
mod usb;

pub use escpos_printer::{Connect, EscPosPrinter, Patience};
pub use file::FilePrinter;
pub(crate) use file::{highest_number, write_whole};
pub use memory::{MemoryPrinter, MemoryPrinterHandle};
pub use serial::{SerialConnector, serial_printer};
pub use stream::StreamDriver;
pub use tcp::{TcpConnector, network_printer};
pub use usb::{UsbConnector, usb_printer};

use crate::raster::Raster;

/// What is wrong inside a printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrinterFault {
    /// The cutter is blocked.
    Cutter,
    /// The head is too hot; it comes back by itself.
    Overheated,
    /// Must be switched off and repaired.
    Unrecoverable,
    /// Off line for a reason it does not name.
    Other,
}

/// How a printer stands, in the order of what staff must look at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrinterCondition {
    /// Prints.
    Ready,
    /// Prints, but the roll ends soon.
    PaperLow,
    /// No paper.
    PaperOut,
    /// The cover is open.
    CoverOpen,
    /// Something inside is broken.
    Fault(PrinterFault),
    /// Connected, but gives no answer.
    Mute,
    /// Switched off, unplugged or not where it should be.
    Off,
}

impl PrinterCondition {
    /// Whether a print can be started.
    pub fn can_print(self) -> bool {
        matches!(self, Self::Ready | Self::PaperLow)
    }
}

/// How a print ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use]
pub enum PrintOutcome {
    /// The printer said, after the cut, that this very paper is out.
    Printed,
    /// Nothing was sent; it is safe to try again.
    NotPrinted(PrinterCondition),
    /// Something was sent and the printer did not confirm it: all, a part or nothing may be on paper. Staff decides.
    Unconfirmed(PrinterCondition),
}

/// What a printer says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrinterInfo {
    /// Where it is or what it calls itself.
    pub name: String,
    /// No real paper comes out of it, which every screen must say.
    pub simulated: bool,
}

/// A printer of papers.
pub trait Printer: Send {
    /// Where it is, and whether it is a real one.
    fn info(&mut self) -> PrinterInfo;

    /// Asks how it stands. Blocks for the driver's time-outs at most.
    fn status(&mut self) -> PrinterCondition;

    /// Prints one paper and cuts it. Blocks until the printer confirms or the driver's time-outs have passed; sends it once.
    fn print(&mut self, paper: &Raster) -> PrintOutcome;
}

impl<P: Printer + ?Sized> Printer for Box<P> {
    fn info(&mut self) -> PrinterInfo {
        (**self).info()
    }

    fn status(&mut self) -> PrinterCondition {
        (**self).status()
    }

    fn print(&mut self, paper: &Raster) -> PrintOutcome {
        (**self).print(paper)
    }
}
