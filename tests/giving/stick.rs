//! A kiosk without network: tickets go from card to card with its own keys, and its reports travel on a USB stick.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use kippu_api::{
    operator::{Listed, ToldInView},
    parcels::PassageKind,
    stick::{Kind, PlatformId, Reports, open_json, peek, seal_json},
};
use kippu_ticket::{
    ids::{Step, TerminalId, TicketId},
    sign::PublicKey,
};
use tempfile::TempDir;

use super::swap::{GIVER, RECEIVER, take};
use crate::support::{SOON, World, moves, operator::Operator};

/// The demo's kiosk that may have keys of its own.
const OWN_KEYS: &str = "kiosk-2";

/// A world whose platform is away, the tickets that went from card to card meanwhile, and the file on the stick.
struct Cut {
    world: World,
    given: Vec<TicketId>,
    stick: TempDir,
}

impl Cut {
    fn off() -> Result<Self> {
        let mut world = World::open()?;
        let stick = tempfile::tempdir()?;
        let mut kiosk = world.theatre.kiosk_with_stick(OWN_KEYS, stick.path())?;
        kiosk.tap("English")?;
        // Only a clerk whom the platform knew here of late comes in without it.
        moves::staff_list(&mut kiosk)?;
        moves::log_out(&mut kiosk)?;
        world.theatre.stop_platform();

        take(&mut kiosk, 2)?;
        moves::lift(&mut kiosk, GIVER)?;
        moves::lay(&mut kiosk, RECEIVER)?;
        kiosk.wait("2 tickets are on card B", SOON)?;
        kiosk.wait("No connection: the report follows by itself.", SOON)?;
        moves::lift(&mut kiosk, RECEIVER)?;
        moves::finish(&mut kiosk)?;
        let given = world.live_on(RECEIVER)?;
        ensure!(given.len() == 2, "{given:?}");

        moves::staff_list(&mut kiosk)?;
        kiosk.wait("2 reports to send", SOON)?;
        kiosk.tap("This kiosk")?;
        kiosk.tap("Save to stick")?;
        kiosk.tap("Save now")?;
        kiosk.wait("2 reports are on it.", SOON)?;
        // It must not tell the platform by itself while the file is tried.
        kiosk.kill();
        Ok(Self {
            world,
            given,
            stick,
        })
    }

    fn file(&self) -> Result<PathBuf> {
        let entry = fs::read_dir(self.stick.path())?.next().context("a file")?;
        Ok(entry?.path())
    }

    fn import(&self, file: &Path) -> Result<String> {
        let file = file.to_string_lossy();
        self.world
            .theatre
            .platform_command(&["import-reports", &file])
    }

    /// Imports bytes that shall be refused; what was said.
    fn refused(&self, bytes: &[u8]) -> Result<String> {
        let file = self.stick.path().join("other.kst");
        fs::write(&file, bytes)?;
        let refused = self.import(&file).err().context("it was imported")?;
        Ok(refused.to_string())
    }

    /// What the platform says of the two tickets on the receiver's card: each time they came, and whether the card proved it.
    fn arrivals(&mut self) -> Result<Vec<Option<bool>>> {
        self.world.theatre.start_platform()?;
        let uid = self.world.uid(RECEIVER)?;
        let client = self.world.client("kiosk-1")?;
        let history = self.world.run(client.card_history(uid))?;
        self.world.theatre.stop_platform();
        let arrived = history.iter().filter(|passage| {
            passage.what == PassageKind::Received && self.given.contains(&passage.ticket)
        });
        Ok(arrived.map(|passage| passage.proved).collect())
    }

    /// The kiosk's secret and the platform it belongs to, as its configuration has them.
    fn device(&self) -> Result<([u8; 32], PlatformId)> {
        let folder = self.world.theatre.platform_data().join("terminals");
        let text = fs::read_to_string(folder.join(format!("{OWN_KEYS}.toml")))?;
        let table: toml::Table = text.parse()?;
        let bytes = |name: &str| -> Result<[u8; 32]> {
            let text = table.get(name).and_then(|value| value.as_str());
            let mut bytes = [0; 32];
            hex::decode_to_slice(text.context("a key")?, &mut bytes)?;
            Ok(bytes)
        };
        let platform = PublicKey::from_bytes(&bytes("platform_key")?)?;
        Ok((bytes("device_key")?, PlatformId::of(&platform)))
    }

    /// Reports the platform was told and no card ever confirmed, as the operator sees them.
    fn unproved(&mut self) -> Result<Vec<ToldInView>> {
        self.world.theatre.start_platform()?;
        let operator = Operator::of(&self.world)?;
        let listed: Listed<ToldInView> = operator.get(&self.world, "/unproved")?;
        Ok(listed.rows)
    }
}

#[test]
fn reports_of_a_giving_without_network_count_once_by_stick_and_by_line() -> Result<()> {
    let mut cut = Cut::off()?;
    ensure!(cut.arrivals()?.is_empty(), "nobody has told the platform");
    let file = cut.file()?;
    ensure!(
        cut.import(&file)?
            .contains("2 new reports, 0 known already")
    );
    let booked = [Some(true), Some(true)];
    ensure!(cut.arrivals()? == booked);
    ensure!(
        cut.import(&file)?
            .contains("imported before; nothing was changed")
    );
    ensure!(cut.arrivals()? == booked);

    // The line is back: the kiosk tells the same by itself.
    cut.world.theatre.start_platform()?;
    let mut kiosk = cut.world.kiosk(OWN_KEYS)?;
    moves::staff_list(&mut kiosk)?;
    kiosk.wait("All reports are sent", SOON)?;
    kiosk.kill();
    cut.world.theatre.stop_platform();
    ensure!(cut.arrivals()? == booked);
    Ok(())
}

#[test]
fn files_cut_off_changed_forged_or_of_another_platform_change_nothing() -> Result<()> {
    let mut cut = Cut::off()?;
    let bytes = fs::read(cut.file()?)?;
    let (key, platform) = cut.device()?;
    let header = peek(&bytes)?;
    let (_, reports): (_, Reports) =
        open_json(&bytes, Kind::Reports, platform, header.terminal, &key)?;
    let mut changed = bytes.clone();
    *changed.last_mut().context("bytes")? ^= 1;
    let mut elsewhere = header.clone();
    elsewhere.platform = PlatformId([9; 8]);
    let files = [
        (bytes[..bytes.len() - 1].to_vec(), "is cut off"),
        (changed, "was changed, or was not made by this terminal"),
        (
            seal_json(&header, &reports, &[3; 32])?,
            "was changed, or was not made by this terminal",
        ),
        (
            seal_json(&elsewhere, &reports, &key)?,
            "belongs to another platform",
        ),
        (b"tickets".to_vec(), "This is not a stick file"),
    ];
    for (bytes, why) in files {
        let said = cut.refused(&bytes)?;
        ensure!(
            said.contains(why) && said.contains("Nothing was changed"),
            "{said}"
        );
    }
    ensure!(cut.arrivals()?.is_empty());
    Ok(())
}

#[test]
fn a_report_whose_proof_no_card_made_is_shown_to_the_operator() -> Result<()> {
    let mut cut = Cut::off()?;
    let bytes = fs::read(cut.file()?)?;
    let (key, platform) = cut.device()?;
    let header = peek(&bytes)?;
    let terminal: TerminalId = header.terminal;
    let (_, mut reports): (_, Reports) =
        open_json(&bytes, Kind::Reports, platform, terminal, &key)?;
    let given = reports
        .reports
        .iter_mut()
        .find(|told| told.report.step == Step::Give)
        .context("a giving")?;
    let proof = given.report.proof.as_mut().context("a proof")?;
    proof.mac = "00".repeat(8);
    let file = cut.stick.path().join("forged.kst");
    fs::write(&file, seal_json(&header, &reports, &key)?)?;
    cut.import(&file)?;
    let unproved = cut.unproved()?;
    ensure!(
        unproved.len() == 1
            && unproved[0].step == Step::Give
            && unproved[0].proved == Some(false)
            && unproved[0].card == cut.world.uid(RECEIVER)?,
        "{unproved:?}"
    );
    Ok(())
}
