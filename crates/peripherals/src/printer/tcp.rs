//! A printer on the network.

use std::{
    io::{self, ErrorKind},
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

use escpos::errors::Result;

use super::{
    Connect, EscPosPrinter, Patience,
    stream::{SLICE, StreamDriver},
};

/// Longest wait for the connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Connects to a printer by its address, again whenever the connection is lost.
#[derive(Debug, Clone)]
pub struct TcpConnector {
    address: String,
}

impl TcpConnector {
    fn open(&self) -> io::Result<TcpStream> {
        let mut last = io::Error::new(ErrorKind::NotFound, "no address of that name");
        for candidate in self.address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&candidate, CONNECT_TIMEOUT) {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    stream.set_write_timeout(Some(SLICE))?;
                    stream.set_read_timeout(Some(SLICE))?;
                    return Ok(stream);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

impl Connect for TcpConnector {
    type Driver = StreamDriver<TcpStream>;

    fn name(&self) -> String {
        format!("tcp:{}", self.address)
    }

    fn connect(&self) -> Result<Self::Driver> {
        Ok(StreamDriver::new(self.name(), self.open()?))
    }
}

/// A printer at `HOST:PORT` (usually port 9100). Connects when it is first needed.
pub fn network_printer(address: &str, patience: Patience) -> EscPosPrinter<TcpConnector> {
    let connector = TcpConnector {
        address: address.to_owned(),
    };
    EscPosPrinter::new(connector, patience)
}
