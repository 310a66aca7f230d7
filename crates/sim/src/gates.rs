//! Gates: the real tap and the real scan with a bundle of the platform, a log of their own, and the merging of logs.

use kippu_gate::{
    bundle::{self, Bundle},
    log::{EntranceLog, Record},
    outcome::Outcome,
    paper::scan,
    tap::tap,
};
use kippu_ticket::{ids::TerminalId, paper::PaperTicket};

use crate::{
    audit::Finding,
    cards::{Laid, aim_at_commit, lay, take_away},
    chance,
    furnish::{GATE_KEY, token},
    platform::Message,
    world::World,
};

/// A gate.
pub struct GateStation {
    name: &'static str,
    terminal: TerminalId,
    log: Option<EntranceLog>,
    bundle: Option<Bundle>,
    /// Recalls or void papers may be newer than its bundle.
    pub stale: bool,
}

impl GateStation {
    /// A gate that has not opened yet.
    pub fn new(name: &'static str, terminal: TerminalId) -> Self {
        Self {
            name,
            terminal,
            log: None,
            bundle: None,
            stale: true,
        }
    }
}

impl World<'_> {
    /// Somebody lays a card at a gate.
    ///
    /// # Errors
    /// The gate's log or bundle cannot be made.
    pub fn tap_at(&mut self, gate: usize, card: usize) -> anyhow::Result<()> {
        self.prepare_gate(gate)?;
        let (station, faults) = (&mut self.gates[gate], &self.faults);
        let (Some(bundle), Some(log)) = (&station.bundle, &mut station.log) else {
            return Ok(());
        };
        let keys = bundle.key_store();
        let chip = &mut self.cards[card];
        lay(chip, faults);
        let laid_with = chip.fault();
        let laid = Laid {
            card: chip,
            faults,
            at_commit: aim_at_commit(faults),
        };
        let tapped = tap(Box::new(laid), &keys, bundle, log, chance::now())?;
        take_away(&mut self.cards[card], laid_with, faults);
        faults.say(|| {
            let word = tapped.outcome.word();
            format!("card {card} at {}: {word}", station.name)
        });
        self.came_in(gate, &tapped.outcome, false)
    }

    /// Somebody shows a paper at a gate.
    ///
    /// # Errors
    /// The gate's log or bundle cannot be made.
    pub fn scan_at(&mut self, gate: usize, record: &[u8]) -> anyhow::Result<()> {
        let Ok(paper) = PaperTicket::from_bytes(record) else {
            return Ok(());
        };
        self.prepare_gate(gate)?;
        let station = &mut self.gates[gate];
        let (Some(bundle), Some(log)) = (&station.bundle, &mut station.log) else {
            return Ok(());
        };
        let scanned = scan(&paper.to_code(), bundle, log, chance::now())?;
        self.faults.say(|| {
            let word = scanned.outcome.word();
            format!("paper {:016x} at {}: {word}", paper.serial, station.name)
        });
        self.came_in(gate, &scanned.outcome, true)
    }

    fn came_in(&mut self, gate: usize, outcome: &Outcome, paper: bool) -> anyhow::Result<()> {
        self.faults.note(outcome.word().as_bytes());
        let mut shared = paper;
        for admission in outcome.admissions() {
            let ticket = admission.ticket.0;
            self.findings.extend(self.auditor.admitted(ticket));
            shared |= self.wronged.contains(&ticket);
        }
        if outcome.passes() {
            self.check_copies()?;
        }
        // Copies of a paper, and what a wrong clerk made, are bounded by the shared log alone (R16); cards bound themselves.
        if shared && outcome.passes() || chance::one_in(4) {
            self.share_logs(gate)?;
        }
        Ok(())
    }

    /// A gate's rows reach the others.
    fn share_logs(&mut self, gate: usize) -> anyhow::Result<()> {
        let Some(log) = &self.gates[gate].log else {
            return Ok(());
        };
        let rows: Vec<Record> = log.to_upload(u32::MAX)?;
        for other in 0..self.gates.len() {
            if other != gate {
                self.open_log(other)?;
                if let Some(log) = &mut self.gates[other].log {
                    log.merge(&rows)?;
                }
            }
        }
        Ok(())
    }

    /// Every gate's rows reach every gate.
    ///
    /// # Errors
    /// A log cannot be used.
    pub fn share_all_logs(&mut self) -> anyhow::Result<()> {
        (0..self.gates.len()).try_for_each(|gate| self.share_logs(gate))
    }

    fn open_log(&mut self, gate: usize) -> anyhow::Result<()> {
        let station = &mut self.gates[gate];
        if station.log.is_none() {
            station.log = Some(EntranceLog::in_memory(station.terminal)?);
        }
        Ok(())
    }

    /// Opens a gate's log and fetches its newest bundle where recalls or void papers may be newer.
    fn prepare_gate(&mut self, gate: usize) -> anyhow::Result<()> {
        self.open_log(gate)?;
        let station = &mut self.gates[gate];
        if !station.stale && station.bundle.is_some() && !chance::one_in(4) {
            return Ok(());
        }
        let answer = self.platform.call(&Message {
            method: "GET",
            path: "/gates/bundle".into(),
            token: token(station.name),
            body: None,
            key: None,
            life: None,
        })?;
        let fresh = bundle::open(&answer.body, &self.stage.issuer, &GATE_KEY, chance::now());
        match fresh {
            Ok(mut fresh) => {
                if let Some(old) = &station.bundle {
                    fresh.keep_recalls_of(old);
                }
                station.bundle = Some(fresh);
                station.stale = false;
            }
            Err(error) => self.findings.push(Finding::Stuck {
                why: format!("{} has no bundle: {error}", station.name),
            }),
        }
        Ok(())
    }
}
