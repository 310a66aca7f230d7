//! The USB stick, for a kiosk without network: reports that wait go to the platform as a sealed file, keys come from it as another.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use kippu_api::stick::{self, BODY_MAX, HandoverReport, Header, Kind, PlatformId, Reports};
use kippu_handover::store::Outgoing;

use super::{files, keys::Owner};

/// How stick files end.
const EXTENSION: &str = "kst";
/// Reports in one file, so that none is longer than a file may be.
const REPORTS_A_FILE: usize = 5_000;

/// Why nothing, or not all, is on the stick. What was written whole is there; the reports still wait in the journal in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoStick {
    /// There is none.
    Missing,
    /// It has no room.
    Full,
    /// It cannot be written.
    ReadOnly,
    /// It fails otherwise, or was pulled out.
    Fault,
}

/// The folder a stick appears as.
pub struct Stick {
    folder: PathBuf,
    owner: Owner,
}

impl Stick {
    /// The stick of this kiosk.
    pub fn new(folder: &Path, owner: Owner) -> Self {
        Self {
            folder: folder.to_owned(),
            owner,
        }
    }

    /// Writes reports, and says how many. Each file is there whole and synced, or not at all. What a journal still had to tell when it was put
    /// back from a copy goes in files of its own, for a file tells of one incarnation (R14).
    ///
    /// # Errors
    /// See [`NoStick`].
    pub fn save(&self, waiting: &[Outgoing]) -> Result<usize, NoStick> {
        if !self.folder.is_dir() {
            return Err(NoStick::Missing);
        }
        let of_one = |a: &Outgoing, b: &Outgoing| a.report.incarnation == b.report.incarnation;
        let parts = waiting.chunk_by(of_one);
        for part in parts.flat_map(|own| own.chunks(REPORTS_A_FILE)) {
            let rows = (
                part.first().map_or(0, |first| first.report.row),
                part.last().map_or(0, |last| last.report.row),
            );
            let sealed = self.seal(rows, part)?;
            let name = format!(
                "kippu-reports-{}-{}-{}.{EXTENSION}",
                self.owner.terminal, rows.0, rows.1
            );
            files::replace(&self.folder.join(name), &sealed).map_err(no_stick)?;
        }
        Ok(waiting.len())
    }

    fn seal(&self, rows: (u64, u64), part: &[Outgoing]) -> Result<Vec<u8>, NoStick> {
        let incarnation = part.first().map(|first| first.report.incarnation.clone());
        let header = Header {
            kind: Kind::Reports,
            terminal: self.owner.terminal,
            platform: PlatformId::of(&self.owner.platform_key),
            incarnation: incarnation.unwrap_or_default(),
            rows,
        };
        let reports = part
            .iter()
            .map(|outgoing| HandoverReport {
                handover: outgoing.handover,
                report: outgoing.report.clone(),
            })
            .collect();
        stick::seal_json(&header, &Reports { reports }, &self.owner.device_key).map_err(|error| {
            tracing::error!(%error, "reports cannot be put into a file");
            NoStick::Fault
        })
    }

    /// Sealed files of keys for this kiosk that lie on the stick.
    pub fn keys(&self) -> Vec<Vec<u8>> {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return Vec::new();
        };
        entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|end| end == EXTENSION))
            .filter(|path| fs::metadata(path).is_ok_and(|file| file.len() <= BODY_MAX as u64))
            .filter_map(|path| fs::read(path).ok())
            .filter(|sealed| {
                stick::peek(sealed).is_ok_and(|header| {
                    header.kind == Kind::Keys && header.terminal == self.owner.terminal
                })
            })
            .collect()
    }
}

fn no_stick(error: io::Error) -> NoStick {
    tracing::warn!(%error, "the stick");
    match error.kind() {
        io::ErrorKind::NotFound => NoStick::Missing,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => NoStick::Full,
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => NoStick::ReadOnly,
        _ => NoStick::Fault,
    }
}

#[cfg(test)]
mod tests {
    use kippu_api::handovers::{Report, ReportedOutcome};
    use kippu_ticket::ids::{CardUid, HandoverId, Step, TerminalId, TicketId};

    use super::*;
    use crate::devices::samples::owner;

    fn outgoing(row: u64) -> Outgoing {
        Outgoing {
            handover: HandoverId([1; 16]),
            report: Report {
                row,
                incarnation: "x".into(),
                code: None,
                order: None,
                fence: 0,
                card: CardUid([4; 7]),
                giver: None,
                receiver: None,
                step: Step::Take,
                attempt: 1,
                tickets: vec![TicketId(row)],
                records: Vec::new(),
                serial: None,
                outcome: ReportedOutcome::Done,
                before: None,
                after: None,
                proof: None,
                at: 0,
            },
        }
    }

    fn files(folder: &Path) -> Vec<PathBuf> {
        let mut files: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        files
    }

    #[test]
    fn the_platform_opens_what_was_saved() {
        let folder = tempfile::tempdir().unwrap();
        let stick = Stick::new(folder.path(), owner());
        let waiting = [outgoing(3), outgoing(5)];
        assert_eq!(stick.save(&waiting), Ok(2));

        let saved = files(folder.path());
        assert_eq!(saved.len(), 1);
        let (header, reports): (Header, Reports) = stick::open_json(
            &fs::read(&saved[0]).unwrap(),
            Kind::Reports,
            PlatformId::of(&owner().platform_key),
            TerminalId(12),
            &[5; 32],
        )
        .unwrap();
        assert_eq!(header.rows, (3, 5));
        assert_eq!(header.incarnation, waiting[0].report.incarnation);
        let rows: Vec<_> = reports.reports.iter().map(|one| one.report.row).collect();
        assert_eq!(rows, [3, 5]);
    }

    #[test]
    fn what_waits_since_before_a_journal_was_put_back_has_a_file_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let stick = Stick::new(folder.path(), owner());
        let mut waiting = [outgoing(3), outgoing(5), outgoing(6)];
        waiting[0].report.incarnation = "before".into();
        assert_eq!(stick.save(&waiting), Ok(3));
        let headers: Vec<_> = files(folder.path())
            .iter()
            .map(|file| stick::peek(&fs::read(file).unwrap()).unwrap())
            .map(|header| (header.incarnation, header.rows))
            .collect();
        let later = waiting[1].report.incarnation.clone();
        assert_eq!(headers, [("before".into(), (3, 3)), (later, (5, 6))]);
    }

    #[test]
    fn nothing_that_waits_makes_no_file_and_a_missing_stick_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let stick = Stick::new(folder.path(), owner());
        assert_eq!(stick.save(&[]), Ok(0));
        assert!(files(folder.path()).is_empty());
        let gone = Stick::new(&folder.path().join("gone"), owner());
        let waiting = [outgoing(1)];
        assert_eq!(gone.save(&waiting), Err(NoStick::Missing));
    }

    #[test]
    fn faults_of_the_stick_are_told_apart() {
        let told = |kind: io::ErrorKind| no_stick(kind.into());
        assert_eq!(told(io::ErrorKind::StorageFull), NoStick::Full);
        assert_eq!(told(io::ErrorKind::ReadOnlyFilesystem), NoStick::ReadOnly);
        assert_eq!(told(io::ErrorKind::NotFound), NoStick::Missing);
        assert_eq!(told(io::ErrorKind::BrokenPipe), NoStick::Fault);
    }

    #[test]
    fn only_keys_for_this_kiosk_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let stick = Stick::new(folder.path(), owner());
        stick.save(&[outgoing(1)]).unwrap();
        let keys = |terminal| {
            let header = Header {
                kind: Kind::Keys,
                terminal: TerminalId(terminal),
                platform: PlatformId::of(&owner().platform_key),
                incarnation: "1".into(),
                rows: (0, 0),
            };
            stick::seal(&header, b"{}", &[5; 32]).unwrap()
        };
        fs::write(folder.path().join("a.kst"), keys(12)).unwrap();
        fs::write(folder.path().join("b.kst"), keys(13)).unwrap();
        fs::write(folder.path().join("c.txt"), keys(12)).unwrap();
        let found = stick.keys();
        assert_eq!(found.len(), 1);
        assert_eq!(stick::peek(&found[0]).unwrap().terminal, TerminalId(12));
    }
}
