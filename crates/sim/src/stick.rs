//! Reports carried to the platform on a USB stick.

use kippu_api::stick::{self, HandoverReport, Header, PlatformId, Reports};
use kippu_handover::store::{Outgoing, Store as _};

use crate::{
    audit::Finding,
    chance,
    furnish::{self, KIOSKS},
    platform::Message,
    roads::Road,
    world::World,
};

impl World<'_> {
    /// A clerk carries what waits in a kiosk to the platform on a stick. The reports still wait in the journal, and come again by network.
    ///
    /// # Errors
    /// A file cannot be made, or the platform cannot be asked.
    pub fn carry_reports(&mut self, kiosk: usize) -> anyhow::Result<()> {
        let unsent = self.on_disk(kiosk, |store| store.unsent());
        let unsent = unsent.unwrap_or_default();
        // A file tells of one journal.
        let of_one = |a: &Outgoing, b: &Outgoing| a.report.incarnation == b.report.incarnation;
        for own in unsent.chunk_by(of_one) {
            self.carry_file(kiosk, own)?;
        }
        Ok(())
    }

    /// One file, which is sometimes pulled out too early.
    fn carry_file(&mut self, kiosk: usize, own: &[Outgoing]) -> anyhow::Result<()> {
        let (Some(first), Some(last)) = (own.first(), own.last()) else {
            return Ok(());
        };
        let (_, terminal, _) = KIOSKS[kiosk];
        let header = Header {
            kind: stick::Kind::Reports,
            terminal,
            platform: PlatformId::of(&self.stage.issuer),
            incarnation: first.report.incarnation.clone(),
            rows: (first.report.row, last.report.row),
        };
        let reports = own.iter().map(|outgoing| HandoverReport {
            handover: outgoing.handover,
            report: outgoing.report.clone(),
        });
        let reports = Reports {
            reports: reports.collect(),
        };
        let mut file = stick::seal_json(&header, &reports, &furnish::GATE_KEY)?;
        let pulled_out = chance::one_in(6);
        if pulled_out {
            file.truncate(chance::below(file.len()));
        }
        let answer = self.platform.call(&Message {
            method: "POST",
            path: "/operator/reports".into(),
            token: furnish::OPERATOR_TOKEN.into(),
            body: Some(file),
            key: None,
            life: None,
        })?;
        self.faults.note(&answer.status.to_le_bytes());
        self.faults.say(|| {
            let words = String::from_utf8_lossy(&answer.body).into_owned();
            format!("{} reports of kiosk {kiosk} by stick: {words}", own.len())
        });
        match (pulled_out, answer.status) {
            (false, 200) => self.roads.walked(Road::ByStick, own.len()),
            (true, 400) => {}
            (_, status) => self.findings.push(Finding::Stuck {
                why: format!("a stick file, pulled out {pulled_out}, was answered {status}"),
            }),
        }
        Ok(())
    }
}
