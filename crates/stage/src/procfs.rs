//! What Linux tells of a process that runs.

use std::fs;

use anyhow::{Context, Result};

/// Resident memory in MiB: now, and the most so far.
///
/// # Errors
/// The process is gone.
pub fn memory(process: u32) -> Result<(f64, f64)> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))
        .with_context(|| format!("process {process} is gone"))?;
    let mib = |field: &str| -> Result<f64> {
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let kib: f64 = line
            .and_then(|rest| rest.split_whitespace().next())
            .context("the system does not say how much memory is used")?
            .parse()?;
        Ok(kib / 1024.0)
    };
    Ok((mib("VmRSS:")?, mib("VmHWM:")?))
}

/// User and system time of all its threads so far, in seconds. The system counts in nanoseconds for each thread that still runs.
///
/// # Errors
/// The process is gone.
pub fn cpu_seconds(process: u32) -> Result<f64> {
    let mut ns = 0_u64;
    let threads = fs::read_dir(format!("/proc/{process}/task"))
        .with_context(|| format!("process {process} is gone"))?;
    for thread in threads {
        // A thread may end while it is looked at.
        let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) else {
            continue;
        };
        ns += text
            .split_whitespace()
            .next()
            .context("no schedstat")?
            .parse::<u64>()?;
    }
    Ok(ns as f64 / 1e9)
}
