//! What a run measured, and how it is printed.

use std::time::Duration;

use anyhow::Context as _;

/// One run.
pub struct Row {
    /// Where: storage, or HTTP with how many nodes.
    pub at: String,
    /// Customers at the same time, at most.
    pub clients: usize,
    /// Customers that came a second; `None`: whenever there was room, or all at once.
    pub offered: Option<f64>,
    /// From the first customer's coming to the last one's leaving.
    pub elapsed: Duration,
    /// Seconds of the platform's processes.
    pub cpu: f64,
    /// Seconds of the database server's.
    pub database_cpu: f64,
    /// Syncs of the log.
    pub syncs: Option<u64>,
    /// Each sale, from the moment at which its customer came.
    pub took: Vec<Duration>,
}

impl Row {
    /// The head of the table of rows.
    pub const HEAD: &str = "| at | customers | come a second | sales | sales a second | p50, ms | p99, ms | slowest, ms | CPU s per 1,000: platform | database | sales per fsync |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|";

    /// Prints it as a row of a Markdown table.
    pub fn print(mut self) {
        self.took.sort_unstable();
        let sold = self.took.len() as f64;
        let at = |share: f64| {
            let place = (sold * share) as usize;
            let found = self.took.get(place.min(self.took.len().saturating_sub(1)));
            found.map_or(f64::NAN, |took| took.as_secs_f64() * 1e3)
        };
        let offered = self
            .offered
            .map_or("–".into(), |offered| format!("{offered:.0}"));
        let per_sync = self
            .syncs
            .map_or("–".into(), |syncs| format!("{:.1}", sold / syncs as f64));
        println!(
            "| {} | {} | {offered} | {sold} | {:.0} | {:.0} | {:.0} | {:.0} | {:.3} | {:.3} | {per_sync} |",
            self.at,
            self.clients,
            sold / self.elapsed.as_secs_f64(),
            at(0.5),
            at(0.99),
            at(1.0),
            self.cpu / sold * 1e3,
            self.database_cpu / sold * 1e3,
        );
    }
}

/// User and system time of a process in seconds, from Linux' `/proc/PID/stat` (hundredths of a second).
pub fn cpu_of(process: u32) -> anyhow::Result<f64> {
    let (_, ticks) = stat(process)?;
    Ok(ticks as f64 / 100.0)
}

/// The same of a process with all its children, those that have ended included.
pub fn cpu_of_family(process: u32) -> anyhow::Result<f64> {
    let mut ticks = 0;
    for entry in std::fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(number) = name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // A process may end while the list is read.
        if let Ok((parent, own)) = stat(number)
            && (parent == process || number == process)
        {
            ticks += own;
        }
    }
    Ok(ticks as f64 / 100.0)
}

/// A process' parent, and its ticks with those of the children it has waited for.
fn stat(process: u32) -> anyhow::Result<(u32, u64)> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let rest = text.rsplit(')').next().context("no stat")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let field = |place: usize| -> anyhow::Result<u64> {
        Ok(fields.get(place).context("a short stat")?.parse()?)
    };
    let parent = u32::try_from(field(1)?)?;
    let ticks = (11..=14).map(field).sum::<anyhow::Result<u64>>()?;
    Ok((parent, ticks))
}
