//! Tickets wait at the platform and are picked up with the code, once.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use kippu_stage::hand::Hand;

use super::swap::{GIVER, NEARLY_FULL, take};
pub use crate::support::moves::enter_code;
use crate::support::{SOON, World, moves, papers};

/// The code on the screen.
pub fn code_on(kiosk: &mut Hand) -> Result<String> {
    let labels = kiosk.labels()?;
    let is_code = |label: &&str| {
        label.len() == 14
            && label
                .bytes()
                .all(|byte| byte == b'-' || byte.is_ascii_digit())
    };
    let code = labels.split(" | ").find(is_code);
    code.map(str::to_owned).with_context(|| labels.clone())
}

/// The code on a slip, as a scanner reads it.
pub fn code_of(slip: &Path) -> Result<String> {
    let codes = papers::scan(slip)?;
    let digits = codes
        .iter()
        .find_map(|code| code.strip_prefix("QR-Code:"))
        .with_context(|| format!("{codes:?}"))?;
    ensure!(digits.len() == 12, "{digits}");
    Ok([&digits[..4], &digits[4..8], &digits[8..]].join("-"))
}

/// The code with its last digit mistyped.
pub fn mistyped(code: &str) -> Result<String> {
    let (rest, last) = code.split_at(code.len() - 1);
    let last: u8 = last.parse()?;
    Ok(format!("{rest}{}", (last + 1) % 10))
}

/// Parks two tickets because the other card is too full; the code.
pub fn park(world: &World, kiosk: &mut Hand) -> Result<String> {
    take(kiosk, 2)?;
    moves::lift(kiosk, GIVER)?;
    moves::lay(kiosk, NEARLY_FULL)?;
    kiosk.tap("Keep them for pick-up")?;
    kiosk.wait("We keep your 2 tickets for pick-up", SOON)?;
    let code = code_on(kiosk)?;
    let slip = papers::wait_for(&world.theatre.papers(), 1)?;
    ensure!(code_of(&slip[0])? == code);
    kiosk.tap("Finish")?;
    moves::lift(kiosk, NEARLY_FULL)?;
    kiosk.tap("English")?;
    Ok(code)
}

#[test]
fn a_card_too_full_and_the_code_brings_them_onto_another_card_at_another_kiosk_once() -> Result<()>
{
    let world = World::open()?;
    let mut first = world.kiosk("kiosk-1")?;
    let code = park(&world, &mut first)?;

    let mut second = world.kiosk("kiosk-2")?;
    enter_code(&mut second, &code)?;
    second.tap("Ready for pick-up")?;
    moves::lay(&mut second, "aoi-4k")?;
    second
        .wait("Take your card", SOON)
        .or_else(|_| second.wait("Finish", SOON))?;
    moves::lift(&mut second, "aoi-4k")?;
    ensure!(world.live_on("aoi-4k")?.len() == 2);

    enter_code(&mut first, &code)?;
    first.wait("Was picked up already", SOON)
}

#[test]
fn a_mistyped_code_is_noticed_before_anything_is_asked() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    let code = park(&world, &mut kiosk)?;
    enter_code(&mut kiosk, &mistyped(&code)?)?;
    kiosk.wait("One digit is not right. Please compare.", SOON)?;
    let labels = kiosk.labels()?;
    ensure!(!labels.contains("Ready for pick-up"), "{labels}");
    ensure!(labels.contains("Enter the slip number or code"), "{labels}");
    Ok(())
}
