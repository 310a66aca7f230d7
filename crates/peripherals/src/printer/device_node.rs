//! A device file that bytes go to and come from, with time-outs: a serial port or a printer of the kernel's USB printer driver.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Read, Write},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::fs::OpenOptionsExt,
    },
    path::Path,
    thread,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::OFlags,
    termios::{QueueSelector, tcflush},
};

use super::stream::SLICE;

/// An open device file. Each call waits for [`SLICE`] at most and then fails with `TimedOut`; other errors mean that the device is gone.
#[derive(Debug)]
pub struct DeviceNode(File);

impl DeviceNode {
    /// Opens it for both directions.
    ///
    /// # Errors
    /// It is not there, another program has it, or this user may not.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        // Not to wait for a modem's carrier, and never to become the terminal this process can be stopped from.
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(flags.bits() as i32)
            .open(path)?;
        Ok(Self(file))
    }

    /// Waits until it can be read or written. Whether it hung up: then what it still has may be read.
    fn wait(&self, wanted: PollFlags) -> io::Result<bool> {
        let mut watched = [PollFd::new(&self.0, wanted)];
        let slice = Timespec::try_from(SLICE).map_err(io::Error::other)?;
        if poll(&mut watched, Some(&slice))? == 0 {
            return Err(ErrorKind::TimedOut.into());
        }
        let happened = watched[0].revents();
        let hung = happened.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL);
        if hung && !happened.intersects(wanted) {
            return Err(ErrorKind::NotConnected.into());
        }
        Ok(hung)
    }
}

impl Drop for DeviceNode {
    /// What a serial printer that stopped has not taken is thrown away: closing would wait for it, and it might come out later.
    fn drop(&mut self) {
        // Only terminals, which serial ports are, keep such bytes.
        let _ = tcflush(&self.0, QueueSelector::OFlush);
    }
}

impl AsFd for DeviceNode {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl Read for DeviceNode {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let hung = self.wait(PollFlags::IN)?;
        match self.0.read(bytes)? {
            0 if hung => Err(ErrorKind::NotConnected.into()),
            0 => {
                // USB printers may send packets with nothing in them, without end.
                thread::sleep(SLICE);
                Err(ErrorKind::TimedOut.into())
            }
            length => Ok(length),
        }
    }
}

impl Write for DeviceNode {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.wait(PollFlags::OUT)? {
            return Err(ErrorKind::NotConnected.into());
        }
        self.0.write(bytes)
    }

    /// What was written is the kernel's to send.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
