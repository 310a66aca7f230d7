//! When the kiosk speaks, and what it keeps to itself.

use anyhow::{Result, ensure};

use super::blind::Blind;
use crate::support::{CARD, SOON, World, moves};

#[test]
fn it_says_nothing_until_somebody_wants_it_to() -> Result<()> {
    let world = World::open()?;
    let mut blind = Blind::before(&world)?;
    blind.kiosk().tap("English")?;
    blind.kiosk().tap("Buy tickets")?;
    blind.kiosk().wait("Choose an event", SOON)?;
    ensure!(blind.heard()?.is_empty());
    blind.kiosk().tap("Speech")?;
    blind.hears("Choose an event")?;
    Ok(())
}

#[test]
fn a_headset_makes_it_speak_and_pulled_out_it_is_silent() -> Result<()> {
    let world = World::open()?;
    let mut blind = Blind::before(&world)?;
    blind.headset(true)?;
    blind.hears("チケットを買う")?;
    blind.headset(false)?;
    blind.kiosk().tap("English")?;
    blind.kiosk().wait("What would you like to do?", SOON)?;
    ensure!(
        blind
            .heard()?
            .iter()
            .all(|phrase| !phrase.contains("What would"))
    );
    Ok(())
}

/// Whoever has the slip's number can fetch the tickets: a store full of people does not hear it.
#[test]
fn a_slip_number_is_read_out_in_private_only() -> Result<()> {
    let world = World::open()?;
    let mut blind = Blind::at(&world)?;
    blind.kiosk().tap("Buy tickets")?;
    blind.choose("銀河鉄道の夜")?;
    blind.choose("Best seats")?;
    blind.choose("Find 2 seats")?;
    blind.choose("Go on to pay")?;
    blind.hears("Lay your card")?;
    blind.lays(CARD)?;
    blind.hears("The number stands on the screen. With a headset it is read out.")?;
    let slip = moves::slip_number(blind.kiosk())?;
    let spelled = spelled(&slip);
    ensure!(
        !blind
            .heard()?
            .iter()
            .any(|phrase| phrase.contains(&spelled))
    );
    blind.headset(true)?;
    blind.strike('#')?;
    blind.hears(&spelled)?;
    Ok(())
}

#[test]
fn the_next_customer_finds_it_silent_and_in_japanese() -> Result<()> {
    let world = World::open()?;
    let mut blind = Blind::at(&world)?;
    blind.choose("See my card")?;
    blind.hears("Lay your card")?;
    blind.strike('*')?;
    blind.kiosk().wait("チケットを買う", SOON)?;
    blind.kiosk().wait("音声", SOON)?;
    blind.strike('1')?;
    ensure!(blind.heard()?.is_empty());
    Ok(())
}

fn spelled(slip: &str) -> String {
    let groups = slip.split('-').map(|group| {
        let digits: Vec<_> = group.chars().map(String::from).collect();
        digits.join(" ")
    });
    groups.collect::<Vec<_>>().join(", ")
}
