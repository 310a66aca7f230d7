//! Status codes the chip answers with (the low byte of `91 xx`).

/// A DESFire status code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// The command was carried out.
    Ok = 0x00,
    /// A commit found nothing to commit.
    NoChanges = 0x0C,
    /// Not enough free memory.
    OutOfMemory = 0x0E,
    /// The command does not exist, or not in this state.
    IllegalCommand = 0x1C,
    /// A MAC, checksum or padding is wrong.
    Integrity = 0x1E,
    /// There is no key of this number.
    NoSuchKey = 0x40,
    /// The command has too many or too few bytes.
    Length = 0x7E,
    /// The settings forbid it for everyone.
    PermissionDenied = 0x9D,
    /// A parameter has a value that makes no sense.
    Parameter = 0x9E,
    /// No such application.
    ApplicationNotFound = 0xA0,
    /// The current authentication does not allow it.
    Authentication = 0xAE,
    /// More frames follow, or are awaited.
    MoreFrames = 0xAF,
    /// Read or write beyond the end of the file.
    Boundary = 0xBE,
    /// A chained command was interrupted by another one.
    CommandAborted = 0xCA,
    /// The limit of applications or files is reached.
    Count = 0xCE,
    /// A file or application of this number exists already.
    Duplicate = 0xDE,
    /// The memory could not be written.
    Memory = 0xEE,
    /// No such file.
    FileNotFound = 0xF0,
}

impl Status {
    /// The byte on the wire.
    pub const fn byte(self) -> u8 {
        self as u8
    }
}
