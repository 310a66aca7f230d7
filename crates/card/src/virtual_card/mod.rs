//! A virtual MIFARE DESFire EV2: commands, rights, memory, commit and tearing as on the chip, in process or as an executable.
//!
//! What it is checked against: published vectors and the recorded conversations of a physical EV3 (`crates/card/tests`). What is
//! modelled and not compared with a chip: memory taken by settings ([`memory`]), the transaction MAC on EV2 ([`commands`]), times
//! ([`air`]). Not there: value files, delegated applications, key sets, CommitReaderID, D40 and LRP messaging.

mod access;
pub mod air;
pub mod chip;
mod cipher;
mod commands;
mod ev1;
pub mod fault;
mod frame;
pub mod image;
mod machine;
pub mod memory;
mod session;
mod status;
mod transaction;
mod transport;
pub mod vpcd;

use std::path::Path;

pub use air::{Counters, Timing};
pub use chip::{Chip, KeyKind};
pub use fault::{Direction, Fault};
pub use machine::{Randomness, SystemRandomness};
pub use memory::CardSize;
pub use status::Status;

use image::{Image, ImageError};
use machine::{Machine, Volatile, WrittenInPlace};

/// What comes of one exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchange {
    /// The card answered.
    Answer(Vec<u8>),
    /// The card left the field during this exchange; these bytes of its answer had arrived.
    Torn(Vec<u8>),
    /// The card is in the field and does not answer.
    Mute,
    /// The card is not in the field.
    Gone,
}

/// A virtual card: memory, power, faults to come, an image file where one is wanted.
pub struct VirtualCard {
    machine: Machine,
    powered: bool,
    image: Option<Image>,
    fault: Option<Fault>,
    exchange: u32,
    counters: Counters,
    timing: Timing,
}

impl VirtualCard {
    /// A blank card in memory whose card key is sixteen zero bytes of this kind. It lies in the field.
    pub fn blank(uid: [u8; 7], size: CardSize, master: KeyKind) -> Self {
        Self::holding(Chip::blank(uid, size, master))
    }

    /// A card in memory that holds this; copies of a prepared card begin so. It lies in the field.
    pub fn in_memory(chip: Chip) -> Self {
        Self::with_chip(chip, None)
    }

    /// A card in memory that holds this. It lies in the field.
    pub fn holding(chip: Chip) -> Self {
        Self::with_chip(chip, None)
    }

    /// A card out of its image file, or where there is no such file yet a blank card that is kept there from now on.
    ///
    /// # Errors
    /// The file cannot be read or written, or is no image of a version this program knows.
    pub fn open(path: &Path, blank: impl FnOnce() -> Chip) -> Result<Self, ImageError> {
        let image = Image::at(path);
        let chip = match image.load()? {
            Some(chip) => chip,
            None => {
                let chip = blank();
                image.save(&chip)?;
                chip
            }
        };
        Ok(Self::with_chip(chip, Some(image)))
    }

    fn with_chip(chip: Chip, image: Option<Image>) -> Self {
        Self {
            machine: Machine::new(chip, Box::new(SystemRandomness)),
            powered: true,
            image,
            fault: None,
            exchange: 0,
            counters: Counters::default(),
            timing: Timing::Off,
        }
    }

    /// Takes random numbers from somewhere else, for tests that replay a conversation.
    pub fn set_randomness(&mut self, randomness: Box<dyn Randomness>) {
        self.machine.randomness = randomness;
    }

    /// Spends the time on answers that a chip and the air would take.
    pub fn set_timing(&mut self, timing: Timing) {
        self.timing = timing;
    }

    /// Sets the fault that will strike, or none. Exchanges count from 1 with every [`Self::power_on`].
    pub fn set_fault(&mut self, fault: Option<Fault>) {
        self.fault = fault;
    }

    /// The fault still to strike.
    pub fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// Committed memory.
    pub fn chip(&self) -> &Chip {
        &self.machine.chip
    }

    /// Exchanges, bytes on air and modelled time since the card was made or [`Self::reset_counters`].
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Starts counting anew.
    pub fn reset_counters(&mut self) {
        self.counters = Counters::default();
    }

    /// The card is laid on a reader: exchanges count from 1.
    pub fn power_on(&mut self) {
        self.power_off();
        self.powered = true;
        self.exchange = 0;
    }

    /// The reader resets the card, which stays in the field.
    pub fn reset(&mut self) {
        self.machine.volatile = Volatile::default();
    }

    /// The card leaves the field: session and transaction are lost.
    pub fn power_off(&mut self) {
        self.machine.volatile = Volatile::default();
        self.powered = false;
    }

    /// Whether the card lies in the field.
    pub fn is_powered(&self) -> bool {
        self.powered
    }

    /// One exchange of command and answer.
    pub fn transmit(&mut self, apdu: &[u8]) -> Exchange {
        if !self.powered {
            return Exchange::Gone;
        }
        self.exchange += 1;
        let Some(fault) = self
            .fault
            .take_if(|fault| fault.exchange() == self.exchange)
        else {
            let answer = self.execute(apdu);
            self.spend(apdu, &answer);
            return Exchange::Answer(answer);
        };
        match fault {
            Fault::Mute { .. } => {
                self.machine.volatile = Volatile::default();
                self.fault = Some(fault);
                self.exchange -= 1;
                Exchange::Mute
            }
            Fault::Tear {
                byte,
                direction: Direction::Command,
                ..
            } => {
                self.tear_command(apdu, byte);
                self.power_off();
                Exchange::Torn(Vec::new())
            }
            Fault::Tear {
                byte,
                direction: Direction::Response,
                ..
            } => {
                let mut answer = self.execute(apdu);
                self.power_off();
                answer.truncate(byte);
                Exchange::Torn(answer)
            }
        }
    }

    /// Carries out a command and keeps what it changed. A card whose memory cannot be kept says so and changes nothing.
    fn execute(&mut self, apdu: &[u8]) -> Vec<u8> {
        let before = self.machine.chip.clone();
        let answer = self.machine.answer(apdu);
        if self.machine.chip == before || self.save() {
            return answer;
        }
        self.machine.chip = before;
        self.machine.volatile = Volatile::default();
        vec![0x91, Status::Memory.byte()]
    }

    /// The power goes when `byte` bytes of the command have arrived. Nothing happens, except that a standard file may already hold
    /// the bytes that came through: the chip gives no promise for those, so the worst case is modelled.
    fn tear_command(&mut self, apdu: &[u8], byte: usize) {
        let before = self.machine.chip.clone();
        let arrived = self
            .machine
            .volatile
            .incoming
            .as_ref()
            .map_or(0, |chain| chain.data.len());
        let first = arrived == 0;
        self.machine.answer(apdu);
        let written = self.machine.volatile.written.take();
        self.machine.chip = before;
        let Some(WrittenInPlace {
            aid,
            file,
            offset,
            data,
        }) = written
        else {
            return;
        };
        let header = commands::WRITE_HEADER;
        let in_frame = byte.saturating_sub(frame::overhead(apdu) + if first { header } else { 0 });
        let landed = (arrived.saturating_sub(header) + in_frame).min(data.len());
        if let Ok(chip::File {
            body: chip::Body::Standard { data: content },
            ..
        }) = self.machine.chip.file_mut(aid, file)
        {
            content[offset..offset + landed].copy_from_slice(&data[..landed]);
        }
        self.save();
    }

    /// Keeps the memory in the image file, if there is one; false where that failed.
    fn save(&self) -> bool {
        let Some(image) = &self.image else {
            return true;
        };
        match image.save(&self.machine.chip) {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(%error, "the virtual card's memory could not be kept");
                false
            }
        }
    }

    fn spend(&mut self, apdu: &[u8], answer: &[u8]) {
        let time = self.counters.count(self.timing, apdu, answer);
        if !time.is_zero() {
            std::thread::sleep(time);
        }
    }
}
