//! What a customer reads on the paper that came out last.

use std::{fs, process::Command};

use anyhow::{Context, Result};

use super::digits;
use crate::world::World;

/// Digits of the code of tickets that wait or of money that is due; a slip number has fewer.
const CODE: usize = 12;

/// A number on a slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// Of a slip that is to be paid.
    Slip,
    /// Of tickets that wait, or money that is due.
    Code,
}

/// The number on the newest paper that has one of this kind.
pub fn newest(world: &World, wanted: Number) -> Result<Option<String>> {
    let mut papers: Vec<_> = fs::read_dir(world.papers())?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    papers.retain(|path| path.extension().is_some_and(|ending| ending == "png"));
    papers.sort();
    for paper in papers.iter().rev() {
        let seen = Command::new("zbarimg")
            .args(["--quiet", "--raw", "--nodbus"])
            .arg(paper)
            .output()
            .context("zbarimg (package zbar-tools) reads codes as people read numbers")?;
        let text = String::from_utf8_lossy(&seen.stdout).into_owned();
        let kind = |line: &&str| match digits(line).len() {
            0 => None,
            CODE => Some(Number::Code),
            _ => Some(Number::Slip),
        };
        if let Some(number) = text.lines().find(|line| kind(line) == Some(wanted)) {
            return Ok(Some(number.to_owned()));
        }
    }
    Ok(None)
}
