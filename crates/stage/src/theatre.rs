//! A whole small world on loopback in one folder: platform with the demo's events, printer, card tray, and terminals on demand.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, ensure};

use crate::{
    hand::Hand,
    process::{Process, binary},
};

const START_PATIENCE: Duration = Duration::from_secs(60);

/// The running world; everything in it stops when it is dropped.
pub struct Theatre {
    folder: PathBuf,
    platform: Option<Process>,
    platform_url: String,
    printer: Option<Process>,
    printer_address: String,
}

impl Theatre {
    /// Seeds the demo into `folder` and starts platform and printer.
    pub fn open(folder: &Path) -> Result<Self> {
        let mut theatre = Self {
            folder: folder.to_owned(),
            platform: None,
            platform_url: String::new(),
            printer: None,
            printer_address: String::new(),
        };
        std::fs::create_dir_all(theatre.logs()).context("folder for logs")?;
        std::fs::create_dir_all(theatre.papers()).context("folder for papers")?;
        theatre.platform_command(&["seed", "demo", "--tray", &theatre.tray().to_string_lossy()])?;
        theatre.start_platform()?;
        theatre.start_printer(&[])?;
        Ok(theatre)
    }

    /// Runs `platform-center` on this world's data and returns what it printed.
    pub fn platform_command(&self, arguments: &[&str]) -> Result<String> {
        let output = Command::new(binary("platform-center")?)
            .args(arguments)
            .arg("--data")
            .arg(self.platform_data())
            .output()?;
        ensure!(
            output.status.success(),
            "platform-center {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Starts the platform, again at its old address where it ran before.
    pub fn start_platform(&mut self) -> Result<()> {
        let listen = self
            .platform_url
            .strip_prefix("http://")
            .unwrap_or("127.0.0.1:0")
            .to_owned();
        let mut command = Command::new(binary("platform-center")?);
        command
            .arg("serve")
            .arg("--data")
            .arg(self.platform_data())
            .args(["--listen", &listen]);
        let mut process = Process::start(
            "platform-center",
            &mut command,
            &self.logs().join("platform.log"),
        )?;
        self.platform_url = process.line_after("listening on ", START_PATIENCE)?;
        self.platform = Some(process);
        Ok(())
    }

    /// Pulls the platform's plug.
    pub fn stop_platform(&mut self) {
        self.platform = None;
    }

    /// Starts the virtual printer with further arguments, again at its old address where it ran before.
    pub fn start_printer(&mut self, arguments: &[&str]) -> Result<()> {
        let listen = if self.printer_address.is_empty() {
            "127.0.0.1:0".to_owned()
        } else {
            self.printer_address.clone()
        };
        let mut command = Command::new(binary("virtual-printer")?);
        command
            .args(["--listen", &listen])
            .arg("--out")
            .arg(self.papers())
            .args(arguments);
        let mut process = Process::start(
            "virtual-printer",
            &mut command,
            &self.logs().join("printer.log"),
        )?;
        self.printer_address = process.line_after("listening on ", START_PATIENCE)?;
        self.printer = Some(process);
        Ok(())
    }

    /// Says a line to the running printer, such as `paper-out`.
    pub fn tell_printer(&mut self, line: &str) -> Result<()> {
        self.printer
            .as_mut()
            .context("the printer is off")?
            .send(line)
    }

    /// Pulls the printer's plug.
    pub fn stop_printer(&mut self) {
        self.printer = None;
    }

    /// Starts a terminal under the hand: `kind` is `kiosk`, `gate` or `register`, `name` its configuration.
    pub fn terminal(&self, kind: &str, name: &str) -> Result<Hand> {
        self.terminal_via(kind, name, &self.platform_url)
    }

    /// The same with its platform at another address, such as a line that can be held up.
    pub fn terminal_via(&self, kind: &str, name: &str, platform: &str) -> Result<Hand> {
        self.start_terminal(kind, name, platform, &[])
    }

    /// A kiosk whose USB stick appears as this folder.
    pub fn kiosk_with_stick(&self, name: &str, stick: &Path) -> Result<Hand> {
        let stick = stick.to_string_lossy();
        self.start_terminal("kiosk", name, &self.platform_url, &["--stick", &stick])
    }

    /// A kiosk with a card reader instead of the tray.
    ///
    /// # Errors
    /// It does not start.
    pub fn kiosk_on_reader(&self, name: &str, reader: &str) -> Result<Hand> {
        let reader = format!("pcsc:{reader}");
        self.start_terminal("kiosk", name, &self.platform_url, &["--reader", &reader])
    }

    fn start_terminal(
        &self,
        kind: &str,
        name: &str,
        platform: &str,
        further: &[&str],
    ) -> Result<Hand> {
        let mut command = Command::new(binary("kippu")?);
        command
            .args([kind, "--headless", "--platform", platform])
            .arg("--terminal")
            .arg(
                self.platform_data()
                    .join("terminals")
                    .join(format!("{name}.toml")),
            )
            .arg("--data")
            .arg(self.data_of(name));
        if kind != "register" && !further.contains(&"--reader") {
            command.arg("--tray").arg(self.tray());
        }
        if kind == "kiosk" {
            command.args(["--printer", &format!("tcp:{}", self.printer_address)]);
        }
        command.args(further);
        let process = Process::start(name, &mut command, &self.log_of(name))?;
        Ok(Hand::new(name, process))
    }

    /// The platform's data folder.
    pub fn platform_data(&self) -> PathBuf {
        self.folder.join("platform")
    }

    /// The system's number of the platform's process, while it runs.
    pub fn platform_process(&self) -> Option<u32> {
        self.platform.as_ref().map(Process::id)
    }

    /// The platform's address.
    pub fn platform_url(&self) -> &str {
        &self.platform_url
    }

    /// The folder of virtual cards.
    pub fn tray(&self) -> PathBuf {
        self.folder.join("tray")
    }

    /// Where printed papers are saved.
    pub fn papers(&self) -> PathBuf {
        self.folder.join("papers")
    }

    /// The data folder of a terminal.
    pub fn data_of(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What a terminal wrote to its standard error.
    pub fn log_of(&self, name: &str) -> PathBuf {
        self.logs().join(format!("{name}.log"))
    }

    fn logs(&self) -> PathBuf {
        self.folder.join("logs")
    }
}
