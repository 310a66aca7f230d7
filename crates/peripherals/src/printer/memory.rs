//! A printer in memory for tests, with faults to pull.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{PrintOutcome, Printer, PrinterCondition, PrinterInfo};
use crate::raster::Raster;

#[derive(Debug)]
struct State {
    condition: PrinterCondition,
    outcomes: VecDeque<PrintOutcome>,
    papers: Vec<Raster>,
    asked: usize,
}

/// Keeps the papers it printed. Its [`handle`](MemoryPrinter::handle) stays with the test.
#[derive(Debug)]
pub struct MemoryPrinter(MemoryPrinterHandle);

/// The test's end of a [`MemoryPrinter`].
#[derive(Debug, Clone)]
pub struct MemoryPrinterHandle(Arc<Mutex<State>>);

impl Default for MemoryPrinter {
    fn default() -> Self {
        Self(MemoryPrinterHandle(Arc::new(Mutex::new(State {
            condition: PrinterCondition::Ready,
            outcomes: VecDeque::new(),
            papers: Vec::new(),
            asked: 0,
        }))))
    }
}

impl MemoryPrinter {
    /// The test's end.
    pub fn handle(&self) -> MemoryPrinterHandle {
        self.0.clone()
    }
}

impl MemoryPrinterHandle {
    /// How it stands from now on.
    pub fn set_condition(&self, condition: PrinterCondition) {
        self.lock().condition = condition;
    }

    /// Ends the next print this way, whatever the condition; several calls queue up.
    pub fn end_next_print(&self, outcome: PrintOutcome) {
        self.lock().outcomes.push_back(outcome);
    }

    /// Papers that came out whole, oldest first.
    pub fn papers(&self) -> Vec<Raster> {
        self.lock().papers.clone()
    }

    /// How often a print was asked for, whatever came of it.
    pub fn prints_asked(&self) -> usize {
        self.lock().asked
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Printer for MemoryPrinter {
    fn info(&mut self) -> PrinterInfo {
        PrinterInfo {
            name: "memory".into(),
            simulated: true,
        }
    }

    fn status(&mut self) -> PrinterCondition {
        self.0.lock().condition
    }

    fn print(&mut self, paper: &Raster) -> PrintOutcome {
        let mut state = self.0.lock();
        state.asked += 1;
        let condition = state.condition;
        let outcome = state
            .outcomes
            .pop_front()
            .unwrap_or(if condition.can_print() {
                PrintOutcome::Printed
            } else {
                PrintOutcome::NotPrinted(condition)
            });
        if outcome == PrintOutcome::Printed {
            state.papers.push(paper.clone());
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_pulled_from_outside() {
        let mut printer = MemoryPrinter::default();
        let handle = printer.handle();
        let paper = Raster::new(8, 1);
        assert_eq!(printer.print(&paper), PrintOutcome::Printed);

        handle.set_condition(PrinterCondition::CoverOpen);
        assert_eq!(
            printer.print(&paper),
            PrintOutcome::NotPrinted(PrinterCondition::CoverOpen)
        );

        handle.set_condition(PrinterCondition::Ready);
        handle.end_next_print(PrintOutcome::Unconfirmed(PrinterCondition::Mute));
        assert_eq!(
            printer.print(&paper),
            PrintOutcome::Unconfirmed(PrinterCondition::Mute)
        );
        assert_eq!((handle.papers().len(), handle.prints_asked()), (1, 3));
    }
}
