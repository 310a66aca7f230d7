//! The printer itself, with no network and no files: bytes in, answers and papers out, faults from outside.

use std::collections::VecDeque;

use super::MODEL_NAME;
use super::decoder::{Decoder, Instruction, LINE_DOTS};
use super::real_time::{RealTime, Watch};
use crate::raster::{PAPER_DOTS, Raster};

/// Something that goes wrong or right again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The roll ends; what is waiting stays waiting.
    PaperOut,
    /// Somebody opens the cover.
    CoverOpen,
    /// It prints and says nothing.
    Mute,
    /// It takes bytes, and neither prints nor answers.
    Hang,
    /// The cutter is blocked.
    Jam,
    /// It prints and answers, but not to process ids: an older model.
    NoProcessIds,
}

/// A paper that came out, or the part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Its dots.
    pub raster: Raster,
    /// Text mode's characters.
    pub text: String,
    /// The bytes that made it.
    pub bytes: Vec<u8>,
    /// Whether it was cut, so nothing of it is missing.
    pub whole: bool,
}

/// How much paper is on the roll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Roll {
    Endless,
    Dots(u32),
    Empty,
}

/// A receipt printer.
#[derive(Debug)]
pub struct Machine {
    decoder: Decoder,
    watch: Watch,
    waiting: VecDeque<u8>,
    sheet: Paper,
    papers: Vec<Paper>,
    answers: Vec<u8>,
    roll: Roll,
    low: bool,
    cover_open: bool,
    jammed: bool,
    mute: bool,
    hung: bool,
    no_process_ids: bool,
    later: Option<(u64, Fault)>,
    automatic_mask: u8,
    automatic_sent: [u8; 4],
    noise: Vec<u8>,
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            decoder: Decoder::default(),
            watch: Watch::default(),
            waiting: VecDeque::new(),
            sheet: blank_sheet(),
            papers: Vec::new(),
            answers: Vec::new(),
            roll: Roll::Endless,
            low: false,
            cover_open: false,
            jammed: false,
            mute: false,
            hung: false,
            no_process_ids: false,
            later: None,
            automatic_mask: 0,
            automatic_sent: [0; 4],
            noise: Vec::new(),
        }
    }
}

impl Machine {
    /// Takes bytes from the terminal.
    pub fn receive(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.waiting.push_back(*byte);
            match self.watch.byte(*byte) {
                Some(RealTime::AskStatus(n)) => self.answer(&[self.status_byte(n)]),
                Some(RealTime::ClearBuffers) => self.clear_buffers(),
                None => {}
            }
            self.work();
        }
    }

    /// What it wants to send since the last call.
    pub fn take_answers(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.answers)
    }

    /// Papers that came out since the last call.
    pub fn take_papers(&mut self) -> Vec<Paper> {
        std::mem::take(&mut self.papers)
    }

    /// Something goes wrong now.
    pub fn break_now(&mut self, fault: Fault) {
        match fault {
            Fault::PaperOut => {
                self.roll = Roll::Empty;
                self.release(false);
            }
            Fault::CoverOpen => self.cover_open = true,
            Fault::Mute => self.mute = true,
            Fault::Hang => self.hung = true,
            Fault::Jam => self.jammed = true,
            Fault::NoProcessIds => self.no_process_ids = true,
        }
        self.report_change();
    }

    /// Something goes wrong when that many more bytes of print data have been obeyed.
    pub fn break_after(&mut self, bytes: u64, fault: Fault) {
        if bytes == 0 {
            self.break_now(fault);
        } else {
            self.later = Some((bytes, fault));
        }
    }

    /// A fault is mended; what was waiting goes on.
    pub fn mend(&mut self, fault: Fault) {
        match fault {
            Fault::PaperOut => {
                self.roll = Roll::Endless;
                self.low = false;
            }
            Fault::CoverOpen => self.cover_open = false,
            Fault::Mute => self.mute = false,
            Fault::Hang => self.hung = false,
            Fault::Jam => self.jammed = false,
            Fault::NoProcessIds => self.no_process_ids = false,
        }
        self.report_change();
        self.work();
    }

    /// Puts in a roll of that many millimetres.
    pub fn load(&mut self, millimetres: u32) {
        self.roll = Roll::Dots(millimetres.saturating_mul(8));
        self.report_change();
        self.work();
    }

    /// The roll's near-end sensor.
    pub fn set_low(&mut self, low: bool) {
        self.low = low;
        self.report_change();
    }

    /// Bytes it sends before every answer; none to end it.
    pub fn set_noise(&mut self, noise: Vec<u8>) {
        self.noise = noise;
    }

    /// Whether it has stopped printing.
    fn offline(&self) -> bool {
        self.cover_open || self.jammed || self.roll == Roll::Empty
    }

    /// Obeys what is waiting until nothing is left or something stops it.
    fn work(&mut self) {
        while !self.offline() && !self.hung {
            let Some(byte) = self.waiting.pop_front() else {
                return;
            };
            let real_time_before = self.decoder.in_real_time_command();
            let instructions = self.decoder.byte(byte);
            if real_time_before || self.decoder.in_real_time_command() {
                continue;
            }
            self.sheet.bytes.push(byte);
            for instruction in instructions {
                self.obey(instruction);
            }
            if let Some((left, fault)) = self.later {
                self.later = (left > 1).then(|| (left - 1, fault));
                if left == 1 {
                    self.break_now(fault);
                }
            }
        }
    }

    fn obey(&mut self, instruction: Instruction) {
        match instruction {
            Instruction::Reset => {}
            Instruction::Row(row) => {
                let stride = self.sheet.raster.stride();
                let mut dots = row;
                dots.resize(stride, 0);
                self.print_dots(&Raster::from_rows(PAPER_DOTS, dots));
            }
            Instruction::Character(byte) => self.sheet.text.push(char::from(byte)),
            Instruction::LineFeed => {
                self.sheet.text.push('\n');
                self.print_dots(&Raster::new(PAPER_DOTS, LINE_DOTS));
            }
            Instruction::Feed(dots) => self.print_dots(&Raster::new(PAPER_DOTS, dots)),
            Instruction::Cut => self.release(true),
            Instruction::Process(_) if self.no_process_ids => {}
            Instruction::Process([a, b, c, d]) => {
                self.answer(&[0x37, 0x22, a, b, c, d, 0]);
            }
            Instruction::AutomaticStatus(mask) => {
                self.automatic_mask = mask;
                if mask != 0 {
                    self.automatic_sent = self.automatic_bytes();
                    self.answer(&self.automatic_sent.clone());
                }
            }
            Instruction::AskName => {
                let name = [b"_", MODEL_NAME.as_bytes(), b"\0"].concat();
                self.answer(&name);
            }
        }
    }

    /// Puts dots on the paper as far as the roll reaches.
    fn print_dots(&mut self, dots: &Raster) {
        let Roll::Dots(left) = self.roll else {
            self.sheet.raster.append(dots);
            return;
        };
        let fits = left.min(dots.height());
        let bytes = fits as usize * dots.stride();
        let part = Raster::from_rows(PAPER_DOTS, dots.rows()[..bytes].to_vec());
        self.sheet.raster.append(&part);
        self.roll = Roll::Dots(left - fits);
        if fits == left {
            self.break_now(Fault::PaperOut);
        }
    }

    /// Lets go of the paper in the mouth; a blank one does not count.
    fn release(&mut self, whole: bool) {
        let mut paper = std::mem::replace(&mut self.sheet, blank_sheet());
        paper.whole = whole;
        let has_something = paper.raster.height() > 0 || !paper.text.is_empty();
        if has_something {
            self.papers.push(paper);
        } else {
            self.sheet.bytes = paper.bytes;
        }
    }

    fn clear_buffers(&mut self) {
        self.waiting.clear();
        self.decoder = Decoder::default();
        self.release(false);
        self.sheet.bytes.clear();
        self.answer(&[0x37, 0x25, 0x00]);
    }

    fn answer(&mut self, bytes: &[u8]) {
        if !self.mute && !self.hung {
            self.answers.extend_from_slice(&self.noise);
            self.answers.extend_from_slice(bytes);
        }
    }

    fn report_change(&mut self) {
        let now = self.automatic_bytes();
        if self.automatic_mask != 0 && now != self.automatic_sent {
            self.automatic_sent = now;
            self.answer(&now);
        }
    }

    fn status_byte(&self, n: u8) -> u8 {
        let paper_out = self.roll == Roll::Empty;
        let flags = match n {
            1 => u8::from(self.offline()) << 3,
            2 => {
                u8::from(self.cover_open) << 2
                    | u8::from(paper_out) << 5
                    | u8::from(self.jammed) << 6
            }
            3 => u8::from(self.jammed) << 3,
            _ => {
                let low = self.low || paper_out;
                (u8::from(low) * 0b0000_1100) | (u8::from(paper_out) * 0b0110_0000)
            }
        };
        0b0001_0010 | flags
    }

    fn automatic_bytes(&self) -> [u8; 4] {
        let paper_out = self.roll == Roll::Empty;
        let low = self.low || paper_out;
        [
            0b0001_0000 | u8::from(self.offline()) << 3 | u8::from(self.cover_open) << 5,
            u8::from(self.jammed) << 3,
            (u8::from(low) * 0b0011) | (u8::from(paper_out) * 0b1100),
            0x0F,
        ]
    }
}

fn blank_sheet() -> Paper {
    Paper {
        raster: Raster::new(PAPER_DOTS, 0),
        text: String::new(),
        bytes: Vec::new(),
        whole: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two rows, the second black, a cut and a process id.
    fn job() -> Vec<u8> {
        let mut job = b"\x1B@\x1Dv0\x00\x48\x00\x02\x00".to_vec();
        job.extend([0; 72]);
        job.extend([0xFF; 72]);
        job.extend(b"\x1DVA\x00\x1D(H\x06\x0000abcd");
        job
    }

    #[test]
    fn a_job_gives_a_paper_and_its_confirmation() {
        let mut machine = Machine::default();
        machine.receive(&job());
        let papers = machine.take_papers();
        assert_eq!(papers.len(), 1);
        assert!(papers[0].whole);
        assert_eq!(papers[0].raster.black_dots(), 576);
        assert_eq!(machine.take_answers(), b"\x37\x22abcd\0");
    }

    #[test]
    fn no_byte_at_which_paper_ends_before_the_cut_is_confirmed() {
        let job = job();
        let cut_ends = job.len() - 11;
        for bytes in 0..job.len() {
            let mut machine = Machine::default();
            machine.break_after(bytes as u64, Fault::PaperOut);
            machine.receive(&job);
            let confirmed = !machine.take_answers().is_empty();
            assert!(!confirmed, "paper out after {bytes} bytes");
            let whole = machine.take_papers().iter().any(|paper| paper.whole);
            assert_eq!(whole, bytes >= cut_ends, "paper out after {bytes} bytes");
        }
    }

    #[test]
    fn a_new_roll_goes_on_unless_the_buffers_were_cleared() {
        for clear in [false, true] {
            let mut machine = Machine::default();
            machine.break_after(100, Fault::PaperOut);
            machine.receive(&job());
            if clear {
                machine.receive(b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08");
                assert_eq!(machine.take_answers(), [0x37, 0x25, 0]);
            }
            machine.mend(Fault::PaperOut);
            let confirmed = !machine.take_answers().is_empty();
            assert_eq!(confirmed, !clear);
        }
    }

    #[test]
    fn a_short_roll_ends_where_its_millimetres_end() {
        let mut machine = Machine::default();
        machine.load(1);
        let mut job = b"\x1Dv0\x00\x48\x00\x14\x00".to_vec();
        job.extend([0xFF; 72 * 20]);
        machine.receive(&job);
        let papers = machine.take_papers();
        assert_eq!(papers[0].raster.height(), 8);
        assert!(!papers[0].whole);
    }

    #[test]
    fn changes_are_reported_unasked_once_wanted() {
        let mut machine = Machine::default();
        machine.break_now(Fault::CoverOpen);
        assert!(machine.take_answers().is_empty());
        machine.mend(Fault::CoverOpen);
        machine.receive(b"\x1Da\x0E");
        assert_eq!(machine.take_answers(), [0x10, 0, 0, 0x0F]);
        machine.break_now(Fault::CoverOpen);
        assert_eq!(machine.take_answers(), [0x38, 0, 0, 0x0F]);
    }
}
