//! Where a printer is, as the command line names it.

use std::{path::PathBuf, str::FromStr};

use anyhow::{Context, Result};
use kippu_peripherals::printer::{
    FilePrinter, Patience, Printer, network_printer, serial_printer, usb_printer,
};

/// Bits a second of a serial printer where none are named; as its makers deliver most of them.
const BAUD: u32 = 38_400;

/// Where a printer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrinterAddress {
    /// `tcp:HOST:PORT`: on the network.
    Tcp(String),
    /// `usb:VENDOR:PRODUCT`: on USB, by the numbers `lsusb` shows.
    Usb {
        /// Vendor.
        vendor: u16,
        /// Product.
        product: u16,
    },
    /// `serial:/dev/ttyS0` or `serial:/dev/ttyS0@9600`: on a serial port.
    Serial {
        /// The port's device file.
        port: PathBuf,
        /// Bits a second.
        baud: u32,
    },
    /// `file:DIR`: no printer; papers are pictures in a folder, and the screen says so.
    Folder(PathBuf),
}

impl FromStr for PrinterAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let address = match text.split_once(':') {
            Some(("tcp", address)) => tcp(address),
            Some(("usb", numbers)) => usb(numbers),
            Some(("serial", port)) => serial(port),
            Some(("file", folder)) if !folder.is_empty() => Some(Self::Folder(folder.into())),
            _ => None,
        };
        address.ok_or_else(|| {
            "expected tcp:HOST:PORT, usb:VENDOR:PRODUCT (both hexadecimal, as lsusb shows them), \
             serial:/dev/PORT[@BAUD] or file:DIR"
                .into()
        })
    }
}

fn tcp(address: &str) -> Option<PrinterAddress> {
    address
        .contains(':')
        .then(|| PrinterAddress::Tcp(address.to_owned()))
}

fn usb(numbers: &str) -> Option<PrinterAddress> {
    let number = |digits: &str| {
        let whole = digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        u16::from_str_radix(digits, 16).ok().filter(|_| whole)
    };
    let (vendor, product) = numbers.split_once(':')?;
    Some(PrinterAddress::Usb {
        vendor: number(vendor)?,
        product: number(product)?,
    })
}

fn serial(port: &str) -> Option<PrinterAddress> {
    let (port, baud) = match port.rsplit_once('@') {
        Some((port, baud)) => (port, baud.parse().ok().filter(|baud| *baud > 0)?),
        None => (port, BAUD),
    };
    port.starts_with('/').then(|| PrinterAddress::Serial {
        port: port.into(),
        baud,
    })
}

impl PrinterAddress {
    /// The printer there. One that is off is connected to as soon as it is on.
    ///
    /// # Errors
    /// The folder of `file:` cannot be made.
    pub fn open(&self) -> Result<Box<dyn Printer>> {
        let patience = Patience::default();
        Ok(match self {
            Self::Tcp(address) => Box::new(network_printer(address, patience)),
            Self::Usb { vendor, product } => Box::new(usb_printer(*vendor, *product, patience)),
            Self::Serial { port, baud } => Box::new(serial_printer(port, *baud, patience)),
            Self::Folder(folder) => {
                Box::new(FilePrinter::open(folder).context("the folder for papers")?)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_all_kinds_are_read() {
        let read = |text: &str| text.parse::<PrinterAddress>();
        assert_eq!(
            read("tcp:[::1]:9100"),
            Ok(PrinterAddress::Tcp("[::1]:9100".into()))
        );
        assert_eq!(
            read("usb:04b8:0E15"),
            Ok(PrinterAddress::Usb {
                vendor: 0x04B8,
                product: 0x0E15
            })
        );
        let port = PathBuf::from("/dev/serial/by-id/usb-Printer:1-if00");
        assert_eq!(
            read("serial:/dev/serial/by-id/usb-Printer:1-if00"),
            Ok(PrinterAddress::Serial {
                port: port.clone(),
                baud: 38_400
            })
        );
        assert_eq!(
            read("serial:/dev/serial/by-id/usb-Printer:1-if00@9600"),
            Ok(PrinterAddress::Serial { port, baud: 9_600 })
        );
        assert_eq!(
            read("file:papers"),
            Ok(PrinterAddress::Folder("papers".into()))
        );
    }

    #[test]
    fn anything_else_is_refused_with_what_is_expected() {
        for wrong in [
            "",
            "tcp:host",
            "192.168.1.9:9100",
            "usb:04b8",
            "usb:4b8:0e15",
            "usb:04b8:+e15",
            "usb:04b8:xxxx",
            "serial:ttyS0",
            "serial:/dev/ttyS0@",
            "serial:/dev/ttyS0@0",
            "serial:/dev/ttyS0@fast",
            "file:",
        ] {
            let refused = wrong.parse::<PrinterAddress>();
            assert!(
                refused.is_err_and(|why| why.contains("tcp:HOST:PORT")),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_folder_is_a_simulated_printer() {
        let folder = tempfile::tempdir().unwrap();
        let address = PrinterAddress::Folder(folder.path().join("papers"));
        assert!(address.open().unwrap().info().simulated);
    }
}
