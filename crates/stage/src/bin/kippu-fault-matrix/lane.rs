//! A lane: this program again in a laboratory of its own, which tries the cells it is told one after another and says how each ended.

use std::{
    io::{self, BufRead, Write},
    path::Path,
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use kippu_stage::process::Process;

use crate::{
    cell::{self, Ended},
    grid::{Cell, Errand, Extent},
};

/// What asks for the walk of an errand without a fault.
const MEASURE: &str = "measure ";
/// How many starts of a kiosk, each with patience of its own, may lie between two lines.
const PATIENCE: Duration = Duration::from_secs(900);
/// For a lane that has nothing more to do.
const END_PATIENCE: Duration = Duration::from_secs(30);

/// One lane, from outside.
pub struct Lane {
    process: Process,
}

/// How a cell went in a lane.
pub struct Tried {
    /// Its end, or what is wrong.
    pub ended: Result<Ended, String>,
    /// How often people took a card off and laid it again because nothing happened.
    pub laid_again: u32,
}

impl Lane {
    /// Starts one; it copies `template` for every cell.
    pub fn start(lab: &Path, template: &Path, keep: Option<&Path>) -> Result<Self> {
        let mut command = Command::new(lab);
        command
            .args(["1", "--"])
            .arg(std::env::current_exe().context("own path")?)
            .arg("--lane")
            .arg(template);
        if let Some(keep) = keep {
            command.arg("--keep").arg(keep);
        }
        let process = Process::start("lane", &mut command, &template.join("lanes.log"))?;
        Ok(Self { process })
    }

    /// Has it walk without a fault.
    pub fn measure(&mut self, errand: Errand) -> Result<Extent> {
        let answer = self.ask(&format!("{MEASURE}{}", errand.word()))?;
        match answer.split_once(' ') {
            Some(("extent", extent)) => extent.parse(),
            _ => bail!("{answer}"),
        }
    }

    /// Has it try a cell. An error is one of the lane's own.
    pub fn try_out(&mut self, cell: Cell) -> Result<Tried> {
        let answer = self.ask(&cell.to_string())?;
        let (laid_again, rest) = answer.split_once(' ').context(answer.clone())?;
        let ended = match rest.split_once(' ') {
            Some(("ended", word)) => Ok(Ended::of(word).context(answer.clone())?),
            Some(("failed", why)) => Err(why.to_owned()),
            _ => bail!("{answer}"),
        };
        Ok(Tried {
            ended,
            laid_again: laid_again.parse().context(answer.clone())?,
        })
    }

    fn ask(&mut self, line: &str) -> Result<String> {
        self.process.send(line)?;
        self.process.line(PATIENCE)
    }

    /// Lets it end.
    pub fn finish(self) {
        self.process.finish(END_PATIENCE);
    }
}

/// The lane's own side: obeys until nobody says anything any more.
pub fn be(template: &Path, keep: Option<&Path>) -> Result<()> {
    let port = std::env::var("KIPPU_VPCD_PORTS")
        .context("a lane runs inside script/pcsc-lab")?
        .trim()
        .parse()
        .context("KIPPU_VPCD_PORTS")?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let answer = if let Some(errand) = line.strip_prefix(MEASURE) {
            match cell::measure(template, port, errand.parse()?) {
                Ok(extent) => format!("extent {}", extent.numbers()),
                Err(error) => format!("failed {error:#}"),
            }
        } else {
            let (ended, laid_again) = cell::try_out(template, port, line.parse()?, keep);
            match ended {
                Ok(ended) => format!("{laid_again} ended {}", ended.word()),
                Err(error) => format!("{laid_again} failed {error:#}"),
            }
        };
        let mut out = io::stdout();
        writeln!(out, "{}", answer.replace('\n', " "))?;
        out.flush()?;
    }
    Ok(())
}
