//! A printer on a serial port, real or made of USB: 8 data bits, no parity, 1 stop bit, hardware handshake.
//!
//! The handshake (RTS/CTS) is not left out: without it a printer whose buffer is full loses a part of the picture and confirms the paper all the
//! same. A cable without these wires prints nothing, which is seen when it is installed.

use std::{
    io,
    path::{Path, PathBuf},
};

use escpos::errors::Result;
use rustix::termios::{
    ControlModes, OptionalActions, QueueSelector, tcflush, tcgetattr, tcsetattr,
};

use super::{Connect, EscPosPrinter, Patience, device_node::DeviceNode, stream::StreamDriver};

/// Opens a serial port, again whenever it was lost.
#[derive(Debug, Clone)]
pub struct SerialConnector {
    path: PathBuf,
    /// Bits a second.
    baud: u32,
}

impl SerialConnector {
    fn open(&self) -> io::Result<DeviceNode> {
        let port = DeviceNode::open(&self.path)?;
        let mut settings = tcgetattr(&port)?;
        settings.make_raw();
        settings.control_modes.remove(ControlModes::CSTOPB);
        settings
            .control_modes
            .insert(ControlModes::CLOCAL | ControlModes::CREAD | ControlModes::CRTSCTS);
        settings.set_speed(self.baud)?;
        tcsetattr(&port, OptionalActions::Now, &settings)?;
        // An answer to somebody before would be taken for one to the first question.
        tcflush(&port, QueueSelector::IFlush)?;
        Ok(port)
    }
}

impl Connect for SerialConnector {
    type Driver = StreamDriver<DeviceNode>;

    fn name(&self) -> String {
        format!("serial:{}@{}", self.path.display(), self.baud)
    }

    fn connect(&self) -> Result<Self::Driver> {
        Ok(StreamDriver::new(self.name(), self.open()?))
    }
}

/// A printer on the serial port with this device file, at so many bits a second. Opens it when it is first needed.
pub fn serial_printer(
    path: &Path,
    baud: u32,
    patience: Patience,
) -> EscPosPrinter<SerialConnector> {
    let connector = SerialConnector {
        path: path.to_owned(),
        baud,
    };
    EscPosPrinter::new(connector, patience)
}
