//! A printer at the other end of a stream of bytes: the driver for the `escpos` crate that all connections share.
//!
//! The crate's own drivers have one time-out for connecting, reading and writing, and turn "nothing came yet" and "the printer is gone" into
//! the same text. Both must be told apart to know whether a paper came out.

use std::{
    io::{self, ErrorKind, Read, Write},
    sync::Mutex,
    time::{Duration, Instant},
};

use escpos::driver::Driver;
use escpos::errors::{PrinterError, Result};

/// Longest a single read or write may block; waiting longer is the caller's loop.
pub(super) const SLICE: Duration = Duration::from_millis(50);
/// Longest wait for the printer to take more bytes; longer than a cut and a full buffer need.
const WRITE_PATIENCE: Duration = Duration::from_secs(5);

/// A connection to a printer. Reading answers `Ok(0)` when nothing has come, an error when the printer is gone.
///
/// The stream's own calls block for tens of milliseconds at most, and then fail with `WouldBlock` or `TimedOut`; a read that ends with
/// nothing says that the other side has closed.
#[derive(Debug)]
pub struct StreamDriver<S> {
    name: String,
    stream: Mutex<S>,
}

impl<S> StreamDriver<S> {
    /// A driver over a stream that is open.
    pub(super) fn new(name: String, stream: S) -> Self {
        Self {
            name,
            stream: Mutex::new(stream),
        }
    }
}

impl<S: Read + Write> Driver for StreamDriver<S> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn write(&self, data: &[u8]) -> Result<()> {
        let mut stream = self.stream.lock()?;
        let mut rest = data;
        let mut moved = Instant::now();
        while !rest.is_empty() {
            match stream.write(rest) {
                Ok(0) => return Err(closed()),
                Ok(length) => {
                    rest = &rest[length..];
                    moved = Instant::now();
                }
                Err(error) if is_pause(&error) && moved.elapsed() < WRITE_PATIENCE => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn read(&self, buf: &mut [u8]) -> Result<usize> {
        match self.stream.lock()?.read(buf) {
            Ok(0) => Err(closed()),
            Ok(length) => Ok(length),
            Err(error) if is_pause(&error) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    fn flush(&self) -> Result<()> {
        Ok(self.stream.lock()?.flush()?)
    }
}

fn closed() -> PrinterError {
    PrinterError::Io("the printer closed the connection".into())
}

fn is_pause(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    /// Takes two bytes a time, with a pause before each, and gives these.
    struct Slow {
        taken: Vec<u8>,
        pause: bool,
        gives: VecDeque<io::Result<&'static [u8]>>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.pause = !self.pause;
            if self.pause {
                return Err(ErrorKind::WouldBlock.into());
            }
            let length = bytes.len().min(2);
            self.taken.extend_from_slice(&bytes[..length]);
            Ok(length)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Read for Slow {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let given = self.gives.pop_front().unwrap_or(Ok(&[]))?;
            into[..given.len()].copy_from_slice(given);
            Ok(given.len())
        }
    }

    #[test]
    fn a_slow_printer_gets_every_byte_once() {
        let driver = StreamDriver::new(
            "slow".into(),
            Slow {
                taken: Vec::new(),
                pause: false,
                gives: VecDeque::new(),
            },
        );
        driver.write(b"seven!!").unwrap();
        assert_eq!(driver.stream.lock().unwrap().taken, b"seven!!");
    }

    #[test]
    fn nothing_yet_is_not_gone() {
        let gives = [
            Err(ErrorKind::TimedOut.into()),
            Ok(b"\x12".as_slice()),
            Ok(b"".as_slice()),
        ];
        let driver = StreamDriver::new(
            "slow".into(),
            Slow {
                taken: Vec::new(),
                pause: false,
                gives: gives.into(),
            },
        );
        let mut bytes = [0; 8];
        assert_eq!(driver.read(&mut bytes).unwrap(), 0);
        assert_eq!(driver.read(&mut bytes).unwrap(), 1);
        assert!(driver.read(&mut bytes).is_err(), "closed");
    }
}
