//! What status bytes mean: from the four `DLE EOT` answers, or from four bytes of automatic status, to one condition.

use escpos::errors::PrinterError;
use escpos::utils::{RealTimeStatusRequest, RealTimeStatusResponse as Bit};

use super::{PrinterCondition, PrinterFault};

/// The questions that together tell the condition, in the order they are asked.
pub const QUESTIONS: [RealTimeStatusRequest; 4] = [
    RealTimeStatusRequest::Printer,
    RealTimeStatusRequest::OfflineCause,
    RealTimeStatusRequest::ErrorCause,
    RealTimeStatusRequest::RollPaperSensor,
];

/// What is known of a printer while its answers come in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Findings {
    offline: bool,
    cover_open: bool,
    paper_out: bool,
    paper_low: bool,
    fault: Option<PrinterFault>,
}

impl Findings {
    /// Adds the answer to one question.
    ///
    /// # Errors
    /// The byte is no status byte.
    pub fn add(&mut self, question: RealTimeStatusRequest, answer: u8) -> Result<(), PrinterError> {
        let bits = Bit::parse(question, answer)?;
        let is = |bit: Bit| bits.get(&bit).copied().unwrap_or(false);
        match question {
            RealTimeStatusRequest::Printer => self.offline = !is(Bit::Online),
            RealTimeStatusRequest::OfflineCause => {
                self.cover_open = !is(Bit::CoverClosed);
                self.paper_out |= is(Bit::PrintingStopsDueToPaperEnd);
            }
            RealTimeStatusRequest::ErrorCause => {
                self.fault = worst_fault(
                    is(Bit::AutocutterErrorOccurred),
                    is(Bit::UnrecoverableErrorOccurred),
                    is(Bit::AutoRecoverableErrorOccurred),
                );
            }
            RealTimeStatusRequest::RollPaperSensor => {
                self.paper_low = !is(Bit::RollPaperNearEndSensorPaperAdequate);
                self.paper_out |= !is(Bit::RollPaperEndSensorPaperPresent);
            }
            _ => {}
        }
        Ok(())
    }

    /// Reads the four bytes a printer sends by itself (`GS a`).
    pub fn from_automatic(bytes: [u8; 4]) -> Self {
        let [state, error, paper, _] = bytes;
        Self {
            offline: state & 1 << 3 != 0,
            cover_open: state & 1 << 5 != 0,
            paper_out: paper & 0b1100 != 0,
            paper_low: paper & 0b0011 != 0,
            fault: worst_fault(
                error & 1 << 3 != 0,
                error & 1 << 5 != 0,
                error & 1 << 6 != 0,
            ),
        }
    }

    /// The one condition to act on: what a hand can mend comes first.
    pub fn condition(self) -> PrinterCondition {
        if self.cover_open {
            PrinterCondition::CoverOpen
        } else if self.paper_out {
            PrinterCondition::PaperOut
        } else if let Some(fault) = self.fault {
            PrinterCondition::Fault(fault)
        } else if self.offline {
            PrinterCondition::Fault(PrinterFault::Other)
        } else if self.paper_low {
            PrinterCondition::PaperLow
        } else {
            PrinterCondition::Ready
        }
    }
}

fn worst_fault(cutter: bool, unrecoverable: bool, overheated: bool) -> Option<PrinterFault> {
    if unrecoverable {
        Some(PrinterFault::Unrecoverable)
    } else if cutter {
        Some(PrinterFault::Cutter)
    } else {
        overheated.then_some(PrinterFault::Overheated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PrinterCondition::*;

    fn asked(answers: [u8; 4]) -> PrinterCondition {
        let mut findings = Findings::default();
        for (question, answer) in QUESTIONS.into_iter().zip(answers) {
            findings.add(question, answer).unwrap();
        }
        findings.condition()
    }

    #[test]
    fn four_answers_make_one_condition() {
        assert_eq!(asked([0x12, 0x12, 0x12, 0x12]), Ready);
        assert_eq!(asked([0x12, 0x12, 0x12, 0x1E]), PaperLow);
        assert_eq!(asked([0x1A, 0x32, 0x12, 0x7E]), PaperOut);
        assert_eq!(asked([0x1A, 0x16, 0x12, 0x12]), CoverOpen);
        assert_eq!(
            asked([0x1A, 0x36, 0x12, 0x7E]),
            CoverOpen,
            "the cover first, then the roll"
        );
        assert_eq!(asked([0x1A, 0x52, 0x1A, 0x12]), Fault(PrinterFault::Cutter));
        assert_eq!(
            asked([0x1A, 0x52, 0x32, 0x12]),
            Fault(PrinterFault::Unrecoverable)
        );
        assert_eq!(
            asked([0x1A, 0x52, 0x52, 0x12]),
            Fault(PrinterFault::Overheated)
        );
        assert_eq!(asked([0x1A, 0x12, 0x12, 0x12]), Fault(PrinterFault::Other));
    }

    #[test]
    fn automatic_status_says_the_same() {
        let condition = |bytes| Findings::from_automatic(bytes).condition();
        assert_eq!(condition([0x10, 0, 0, 0x0F]), Ready);
        assert_eq!(condition([0x10, 0, 0x03, 0x0F]), PaperLow);
        assert_eq!(condition([0x18, 0, 0x0F, 0x0F]), PaperOut);
        assert_eq!(condition([0x38, 0, 0, 0x0F]), CoverOpen);
        assert_eq!(
            condition([0x18, 0x08, 0, 0x0F]),
            Fault(PrinterFault::Cutter)
        );
        assert_eq!(condition([0x18, 0, 0, 0x0F]), Fault(PrinterFault::Other));
    }

    #[test]
    fn a_byte_of_another_pattern_is_no_answer() {
        assert!(Findings::default().add(QUESTIONS[0], 0x37).is_err());
    }
}
