//! A printer on the network: a driver for the `escpos` crate over TCP.
//!
//! The crate's own network driver has one time-out for connecting, reading and writing, and turns "nothing came yet" and "the
//! printer is gone" into the same text. Both must be told apart to know whether a paper came out.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Mutex;
use std::time::Duration;

use escpos::driver::Driver;
use escpos::errors::{PrinterError, Result};

use super::{Connect, EscPosPrinter, Patience};

/// Longest wait for the connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest wait for the printer to take more bytes; longer than a cut and a full buffer need.
const WRITE_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest a single read blocks; waiting longer is the caller's loop.
const READ_SLICE: Duration = Duration::from_millis(50);

/// A connection to a printer. Reading answers `Ok(0)` when nothing has come, an error when the printer is gone.
#[derive(Debug)]
pub struct TcpDriver {
    name: String,
    stream: Mutex<TcpStream>,
}

impl TcpDriver {
    /// Connects to `HOST:PORT`.
    ///
    /// # Errors
    /// No such host, nobody listens, or no answer within two seconds an address.
    pub fn open(address: &str) -> std::io::Result<Self> {
        let mut last = std::io::Error::new(ErrorKind::NotFound, "no address of that name");
        for candidate in address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&candidate, CONNECT_TIMEOUT) {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    stream.set_write_timeout(Some(WRITE_TIMEOUT))?;
                    stream.set_read_timeout(Some(READ_SLICE))?;
                    return Ok(Self {
                        name: format!("tcp:{address}"),
                        stream: Mutex::new(stream),
                    });
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

impl Driver for TcpDriver {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn write(&self, data: &[u8]) -> Result<()> {
        Ok(self.stream.lock()?.write_all(data)?)
    }

    fn read(&self, buf: &mut [u8]) -> Result<usize> {
        match self.stream.lock()?.read(buf) {
            Ok(0) => Err(PrinterError::Io("the printer closed the connection".into())),
            Ok(length) => Ok(length),
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
                ) =>
            {
                Ok(0)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn flush(&self) -> Result<()> {
        Ok(self.stream.lock()?.flush()?)
    }
}

/// Connects to a printer by its address, again whenever the connection is lost.
#[derive(Debug, Clone)]
pub struct TcpConnector {
    address: String,
}

impl Connect for TcpConnector {
    type Driver = TcpDriver;

    fn name(&self) -> String {
        format!("tcp:{}", self.address)
    }

    fn connect(&self) -> Result<TcpDriver> {
        Ok(TcpDriver::open(&self.address)?)
    }
}

/// A printer at `HOST:PORT` (usually port 9100). Connects when it is first needed.
pub fn network_printer(address: &str, patience: Patience) -> EscPosPrinter<TcpConnector> {
    let connector = TcpConnector {
        address: address.to_owned(),
    };
    EscPosPrinter::new(connector, patience)
}
