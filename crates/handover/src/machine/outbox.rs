//! Reports that wait, and a platform that was restored from a backup (R15).

use super::{Machine, ask::release_request};
use crate::{
    outcome::{MachineFault, Sent},
    platform::{PlatformPort, Reply},
    rules::Rules,
    store::{Receipt, Store},
    transition,
};

impl<S: Store, P: PlatformPort, R: Rules> Machine<'_, S, P, R> {
    /// Sends what waits in the outbox, oldest first; stops where the platform cannot be reached. Where the platform turns out to be another
    /// incarnation than the one that was told everything, everything is queued again first. Call it whenever there may be a network.
    ///
    /// # Errors
    /// The journal cannot be used; what was not marked as sent is sent again.
    pub fn send_reports(&mut self) -> Result<Sent, MachineFault> {
        // Before the first message if its answer is known already: what waits is then sent once.
        self.queue_for_another_platform()?;
        let mut sent = self.send_waiting()?;
        if self.queue_for_another_platform()? {
            sent = self.send_waiting()?;
        }
        let Some(incarnation) = self.platform.incarnation() else {
            return Ok(sent);
        };
        if self.store.known_platform()?.told.as_ref() == Some(&incarnation) {
            return Ok(sent);
        }
        if sent.waiting == 0
            && self.release_again()?
            && matches!(self.platform.resent(&incarnation), Reply::Done(()))
        {
            self.store.told(&incarnation)?;
        }
        Ok(sent)
    }

    /// Queues everything again where the platform is another than the one that was told, or is being told, everything.
    fn queue_for_another_platform(&mut self) -> Result<bool, MachineFault> {
        let Some(incarnation) = self.platform.incarnation() else {
            return Ok(false);
        };
        let known = self.store.known_platform()?;
        let another = [&known.told, &known.telling]
            .iter()
            .all(|known| known.as_ref() != Some(&incarnation));
        if another {
            // First what no report says yet: a crash in between says it once more.
            self.tell_what_is_here()?;
            self.store.resend_all(&incarnation)?;
        }
        Ok(another)
    }

    /// Tickets that were granted to this journal, or taken over by it, stand in no report of it before they go on. A platform that was restored
    /// may have forgotten that it gave them away.
    fn tell_what_is_here(&mut self) -> Result<(), MachineFault> {
        for mut row in self.store.open_rows()? {
            let of_here = row.incarnation == self.store.incarnation();
            let report = transition::still_here(&row, (self.ambient.now)());
            if let Some(report) = report.filter(|_| of_here) {
                self.put(&mut row, Some(&report))?;
            }
        }
        Ok(())
    }

    /// Released rows are no reports: the platform that may have lost them gets them again. False where it could not be reached.
    fn release_again(&mut self) -> Result<bool, MachineFault> {
        for row in self.store.released_rows()? {
            let Some(request) = release_request(&row) else {
                continue;
            };
            match self.platform.release(row.id, &request) {
                // A final refusal: another terminal has gone on with it, and the platform knows.
                Reply::Done(_) => {}
                Reply::Refused(problem) if problem.code.is_final() => {}
                Reply::Refused(_) | Reply::Unreachable | Reply::Unknown => return Ok(false),
            }
        }
        Ok(true)
    }

    fn send_waiting(&mut self) -> Result<Sent, MachineFault> {
        let mut sent = Sent::default();
        let waiting = self.store.unsent()?;
        let total = waiting.len();
        for outgoing in waiting {
            let receipt = match self.platform.report(outgoing.handover, &outgoing.report) {
                Reply::Done(_) => Receipt::Accepted,
                Reply::Refused(problem) if problem.code.is_final() => {
                    Receipt::Refused(problem.title)
                }
                Reply::Refused(_) | Reply::Unreachable | Reply::Unknown => break,
            };
            self.store.mark_sent(outgoing.report.row, &receipt)?;
            match receipt {
                Receipt::Accepted => sent.accepted += 1,
                Receipt::Refused(_) => sent.refused += 1,
            }
        }
        sent.waiting = total - sent.accepted - sent.refused;
        Ok(sent)
    }
}
