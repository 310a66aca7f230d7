//! A cell's world: a folder copied from a template, a platform, a kiosk on one reader, and cards that are laid by starting their process.
//! Where money moves also a register, a printer, and a line to the platform on which messages are lost.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use kippu_card::{
    pcsc::PcscReader,
    reader::{Reader as _, ReaderState},
};
use kippu_stage::{
    hand::Hand,
    line::Line,
    process::{Process, binary},
};
use tempfile::TempDir;

use crate::grid::{Cell, Errand, Tear, Which};

const PATIENCE: Duration = Duration::from_secs(30);
/// The reader of every lane.
const READER: &str = "Kippu Reader 1";
/// Memory that passes for a disk: a cell is killed, its disk is not, and thousands of cells would wear and wait for a real one.
const MEMORY: &str = "/dev/shm";
/// One look at the reader.
const LOOK: Duration = Duration::from_millis(50);
/// What a cell copies from the template.
const PARTS: [&str; 2] = ["platform", "tray"];
/// The kiosk of every cell.
const KIOSK: &str = "kiosk-1";
/// The register beside it.
const REGISTER: &str = "register-1";
/// The demo's card with tickets, and one with room for them.
pub const GIVER: &str = "dora-4k";
pub const RECEIVER: &str = "ben-8k";

/// Demo data made once; every cell starts from a copy.
pub struct Template(TempDir);

impl Template {
    pub fn make() -> Result<Self> {
        let folder = folder()?;
        let seeded = Command::new(binary("platform-center")?)
            .args(["seed", "demo", "--tray"])
            .arg(folder.path().join("tray"))
            .arg("--data")
            .arg(folder.path().join("platform"))
            .output()?;
        ensure!(
            seeded.status.success(),
            "seed demo: {}",
            String::from_utf8_lossy(&seeded.stderr)
        );
        Ok(Self(folder))
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        self.0.path()
    }
}

/// A folder that goes with its owner; in memory where there is such a place.
pub fn folder() -> Result<TempDir> {
    let memory = Path::new(MEMORY);
    Ok(if memory.is_dir() {
        tempfile::tempdir_in(memory)?
    } else {
        tempfile::tempdir()?
    })
}

/// One cell's world.
pub struct World {
    folder: PathBuf,
    port: u16,
    /// Watches the reader as the kiosk does: people are slower than it, so no card is laid before the last is seen to be gone.
    reader: PcscReader,
    platform: Option<Process>,
    url: String,
    /// Between the platform and everybody, where messages are lost.
    line: Option<Line>,
    printer: Option<(Process, String)>,
    register: Option<Hand>,
    card: Option<(Which, Process)>,
    laid: Instant,
    /// Armed for the first laying of its card.
    tear: Option<Tear>,
    /// Exchanges in the last whole laying of each card.
    pub exchanges: [u32; 2],
    /// How often a card was taken off and laid again because nothing happened.
    pub laid_again: u32,
}

impl World {
    /// A copy of the template in `folder`, its platform running.
    pub fn open(template: &Path, folder: &Path, port: u16, cell: Cell) -> Result<Self> {
        for part in PARTS {
            copy(&template.join(part), &folder.join(part))?;
        }
        let mut world = Self {
            folder: folder.to_owned(),
            port,
            reader: PcscReader::new(Some(READER.to_owned())),
            platform: None,
            url: String::new(),
            line: None,
            printer: None,
            register: None,
            card: None,
            laid: Instant::now(),
            tear: cell.tear,
            exchanges: [0; 2],
            laid_again: 0,
        };
        world.start_platform()?;
        if cell.errand != Errand::Give {
            world.start_printer()?;
            let line = Line::to(&world.url)?;
            if let Some(loss) = cell.lost {
                line.lose(loss);
            }
            world.line = Some(line);
        }
        Ok(world)
    }

    fn start_printer(&mut self) -> Result<()> {
        fs::create_dir_all(self.papers())?;
        let mut command = Command::new(binary("virtual-printer")?);
        command
            .args(["--listen", "127.0.0.1:0", "--out"])
            .arg(self.papers());
        let mut printer = Process::start("virtual-printer", &mut command, &self.log("printer"))?;
        let address = printer.line_after("listening on ", PATIENCE)?;
        self.printer = Some((printer, address));
        Ok(())
    }

    /// Where terminals find the platform.
    fn address(&self) -> &str {
        self.line.as_ref().map_or(&self.url, Line::url)
    }

    /// First lines of the requests so far that can change something.
    pub fn requests(&self) -> Vec<String> {
        self.line.as_ref().map(Line::changing).unwrap_or_default()
    }

    /// The register, which runs from the first time somebody goes there.
    pub fn register(&mut self) -> Result<&mut Hand> {
        let hand = match self.register.take() {
            Some(hand) => hand,
            None => {
                let mut command = self.terminal("register", REGISTER)?;
                let process = Process::start(REGISTER, &mut command, &self.log(REGISTER))?;
                Hand::new(REGISTER, process)
            }
        };
        Ok(self.register.insert(hand))
    }

    /// A terminal of some kind, by the name of its configuration.
    fn terminal(&self, kind: &str, name: &str) -> Result<Command> {
        let mut command = Command::new(binary("kippu")?);
        command
            .args([kind, "--headless", "--platform", self.address()])
            .arg("--terminal")
            .arg(
                self.platform_data()
                    .join("terminals")
                    .join(format!("{name}.toml")),
            )
            .arg("--data")
            .arg(self.folder.join(name));
        Ok(command)
    }

    /// Starts the platform where it does not run, at its old address.
    pub fn start_platform(&mut self) -> Result<()> {
        if self.platform.is_some() {
            return Ok(());
        }
        let listen = match self.url.strip_prefix("http://") {
            Some(address) => address.to_owned(),
            None => "127.0.0.1:0".to_owned(),
        };
        let mut command = Command::new(binary("platform-center")?);
        command
            .args(["serve", "--listen", &listen, "--data"])
            .arg(self.platform_data());
        let mut platform = Process::start("platform-center", &mut command, &self.log("platform"))?;
        self.url = platform.line_after("listening on ", PATIENCE)?;
        self.platform = Some(platform);
        Ok(())
    }

    /// Pulls the platform's plug.
    pub fn stop_platform(&mut self) {
        self.platform = None;
    }

    /// Starts the kiosk; to be killed at a point, if not 0; counting its points in a file, if asked.
    pub fn start_kiosk(&self, kill: u32, count_in: Option<&Path>) -> Result<Hand> {
        let mut command = self.terminal("kiosk", KIOSK)?;
        command.arg("--reader").arg(format!("pcsc:{READER}"));
        if let Some((_, address)) = &self.printer {
            command.arg("--printer").arg(format!("tcp:{address}"));
        }
        if kill > 0 {
            command.env("KIPPU_KILL_AT", kill.to_string());
        }
        if let Some(file) = count_in {
            command.env("KIPPU_KILL_COUNT", file);
        }
        let process = Process::start(KIOSK, &mut command, &self.log(KIOSK))?;
        Ok(Hand::new(KIOSK, process))
    }

    /// Lays a card; one that lies there is taken first.
    pub fn lay(&mut self, which: Which) -> Result<()> {
        if self.card.as_ref().is_some_and(|(lies, _)| *lies == which) {
            return Ok(());
        }
        self.take()?;
        let mut command = Command::new(binary("virtual-card")?);
        command
            .args(["--reader", &format!("127.0.0.1:{}", self.port), "--image"])
            .arg(self.image(which));
        if let Some(tear) = self.tear.take_if(|tear| tear.card == which) {
            command.args([
                "--tear-at-exchange",
                &tear.exchange.to_string(),
                "--direction",
                if tear.heard { "response" } else { "command" },
            ]);
        }
        let mut process = Process::start("virtual-card", &mut command, &self.log("card"))?;
        process.line_after("lying on ", PATIENCE)?;
        self.card = Some((which, process));
        self.laid = Instant::now();
        Ok(())
    }

    /// Takes the card off and lays it again.
    pub fn lay_again(&mut self, which: Which) -> Result<()> {
        self.laid_again += 1;
        self.take()?;
        self.lay(which)
    }

    /// Which card lies there; one that was torn away does not.
    pub fn lies(&mut self) -> Result<Option<Which>> {
        if let Some((_, process)) = &mut self.card
            && process.line_after("torn away", Duration::ZERO).is_ok()
        {
            self.card = None;
            self.until_gone()?;
        }
        Ok(self.card.as_ref().map(|(which, _)| *which))
    }

    /// How long ago a card was laid.
    pub fn lain(&self) -> Duration {
        self.laid.elapsed()
    }

    /// Until the reader has seen that no card lies there.
    fn until_gone(&mut self) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        while self.reader.poll(LOOK) != ReaderState::Absent {
            ensure!(
                Instant::now() < end,
                "the reader does not see that its card is gone"
            );
        }
        Ok(())
    }

    /// Takes the card that lies there, and notes how many exchanges it had.
    pub fn take(&mut self) -> Result<()> {
        let Some((which, mut process)) = self.card.take() else {
            return Ok(());
        };
        // One that was torn away in this moment has ended by itself.
        if process.send("lift").is_ok() {
            while let Ok(line) = process.line(PATIENCE) {
                if let Some((count, _)) = line.split_once(" exchanges") {
                    self.exchanges[which as usize] =
                        count.parse().context("a count of exchanges")?;
                    break;
                }
            }
        }
        self.until_gone()
    }

    /// The folder of all cards.
    pub fn tray(&self) -> PathBuf {
        self.folder.join("tray")
    }

    /// Where papers come out.
    pub fn papers(&self) -> PathBuf {
        self.folder.join("papers")
    }

    /// The file of a card's memory.
    pub fn image(&self, which: Which) -> PathBuf {
        let name = match which {
            Which::Giver => GIVER,
            Which::Receiver => RECEIVER,
        };
        self.tray().join(format!("{name}.card"))
    }

    /// The platform's data.
    pub fn platform_data(&self) -> PathBuf {
        self.folder.join("platform")
    }

    fn log(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.log"))
    }
}

/// Copies a folder of plain files and folders.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target).with_context(|| entry.path().display().to_string())?;
        }
    }
    Ok(())
}
