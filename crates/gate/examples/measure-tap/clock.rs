//! Times in milliseconds.

use std::{fs, time::Instant};

/// CPU time of this thread, where the system tells (Linux): other work on the machine does not count in it.
pub fn cpu_ms() -> Option<f64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let ns: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(ns / 1e6)
}

/// Mean time of a round since then.
pub fn mean_ms(began: Instant, rounds: u32) -> f64 {
    ms(began) / f64::from(rounds)
}

/// Time since then.
pub fn ms(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

/// The value that this part of all values does not exceed.
pub fn quantile(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = (part * values.len() as f64).ceil() as usize;
    values
        .get(index.saturating_sub(1))
        .copied()
        .unwrap_or(f64::NAN)
}
