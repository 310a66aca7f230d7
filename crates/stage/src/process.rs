//! Child processes that end with their owner, by their own id.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// A running binary whose standard output is read line by line; killed and reaped when dropped.
pub struct Process {
    name: String,
    child: Child,
    /// `None` once it was told that nothing more comes.
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Process {
    /// Starts `command`; its standard error goes to `log`.
    pub fn start(name: &str, command: &mut Command, log: &Path) -> Result<Self> {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(log)
            .with_context(|| format!("log {}", log.display()))?;
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| {
                format!("start {name} ({})", command.get_program().to_string_lossy())
            })?;
        let stdin = child.stdin.take().context("standard input was asked for")?;
        let stdout = child
            .stdout
            .take()
            .context("standard output was asked for")?;
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            name: name.into(),
            child,
            stdin: Some(stdin),
            lines,
        })
    }

    /// The system's number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Writes one line to its standard input.
    pub fn send(&mut self, line: &str) -> Result<()> {
        let stdin = self.stdin.as_mut().context("it was told to end")?;
        writeln!(stdin, "{line}")
            .and_then(|()| stdin.flush())
            .with_context(|| format!("{} does not read {line:?}", self.name))
    }

    /// The next line it prints, waiting at most `patience`.
    pub fn line(&mut self, patience: Duration) -> Result<String> {
        match self.lines.recv_timeout(patience) {
            Ok(line) => Ok(line),
            Err(RecvTimeoutError::Timeout) => {
                bail!("{} printed nothing for {patience:?}", self.name)
            }
            Err(RecvTimeoutError::Disconnected) => {
                bail!("{} ended: {:?}", self.name, self.child.wait())
            }
        }
    }

    /// Waits for a line with `marker` and returns what follows it.
    pub fn line_after(&mut self, marker: &str, patience: Duration) -> Result<String> {
        let end = Instant::now() + patience;
        loop {
            let line = self.line(end.saturating_duration_since(Instant::now()))?;
            if let Some((_, rest)) = line.split_once(marker) {
                return Ok(rest.trim().to_owned());
            }
        }
    }

    /// Whether it has ended by itself, or does while it is waited for.
    pub fn has_ended(&mut self, patience: Duration) -> bool {
        let end = Instant::now() + patience;
        // Its output ends with it.
        while self
            .line(end.saturating_duration_since(Instant::now()))
            .is_ok()
        {}
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Ends its standard input and waits until it has ended of that; one that does not in time is killed.
    pub fn finish(mut self, patience: Duration) {
        self.stdin = None;
        self.has_ended(patience);
    }

    /// Kills it at once, as a power cut would, and reaps it.
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // Already gone is as good as killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// Where the built binaries lie: beside the running one, or one folder up for tests.
pub fn binary(name: &str) -> Result<PathBuf> {
    let here = std::env::current_exe().context("own path")?;
    here.ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
        .with_context(|| format!("{name} is not built: run `cargo build --workspace --bins` first"))
}
