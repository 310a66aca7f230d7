//! Another card than the one that is asked for: said by its name, and nothing happens to it.

use std::fs;

use anyhow::{Context, Result, ensure};

use super::swap::{GIVER, NEARLY_FULL, put_one_on_nearly_full, take};
use crate::support::{SOON, World, moves};

/// A card that has nothing to do with the giving.
const THIRD: &str = "chiyo-2k";

#[test]
fn where_the_giver_is_asked_for_neither_the_receiver_nor_a_third_will_do() -> Result<()> {
    let world = World::open()?;
    let before = (
        world.live_on(GIVER)?.len(),
        world.live_on(NEARLY_FULL)?.len(),
    );
    let mut kiosk = world.kiosk("kiosk-1")?;
    put_one_on_nearly_full(&mut kiosk)?;
    for (card, said) in [
        (NEARLY_FULL, "This is card B"),
        (THIRD, "This is a third card"),
    ] {
        moves::lay(&mut kiosk, card)?;
        kiosk.wait(said, SOON)?;
        kiosk.wait("Only the card ending 0007 helps now.", SOON)?;
        kiosk.wait("Your ticket is safe in this kiosk", SOON)?;
        moves::lift(&mut kiosk, card)?;
    }
    moves::lay(&mut kiosk, GIVER)?;
    kiosk.wait("The ticket is on card B", SOON)?;
    moves::lift(&mut kiosk, GIVER)?;
    ensure!(world.live_on(THIRD)?.is_empty());
    let after = (
        world.live_on(GIVER)?.len(),
        world.live_on(NEARLY_FULL)?.len(),
    );
    ensure!(
        after == (before.0 - 1, before.1 + 1),
        "{before:?} {after:?}"
    );
    Ok(())
}

#[test]
fn cards_that_cannot_receive_are_told_apart_and_the_tickets_wait_for_one_that_can() -> Result<()> {
    let world = World::open()?;
    make_older(&world, THIRD)?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    take(&mut kiosk, 2)?;
    moves::lift(&mut kiosk, GIVER)?;
    let cards = [
        ("blank-4k", "This card is not set up yet"),
        ("foreign-4k", "This card is from another system"),
        (THIRD, "This card has to be renewed"),
    ];
    for (card, said) in cards {
        moves::lay(&mut kiosk, card)?;
        kiosk.wait(said, SOON)?;
        kiosk.wait("Your 2 tickets are safe in this kiosk.", SOON)?;
        moves::lift(&mut kiosk, card)?;
    }
    moves::lay(&mut kiosk, "aoi-4k")?;
    kiosk.wait("2 tickets are on card B", SOON)?;
    moves::lift(&mut kiosk, "aoi-4k")?;
    ensure!(world.live_on("aoi-4k")?.len() == 2);
    Ok(())
}

#[test]
fn cards_that_cannot_give_are_told_apart() -> Result<()> {
    let world = World::open()?;
    make_older(&world, THIRD)?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    let cards = [
        ("blank-4k", "This card is not set up yet"),
        ("foreign-4k", "This card is from another system"),
        (THIRD, "This card has to be renewed"),
        ("aoi-4k", "There is no ticket on this card"),
    ];
    kiosk.tap("Give to someone")?;
    kiosk.wait("Lay the giving card", SOON)?;
    for (card, said) in cards {
        moves::lay(&mut kiosk, card)?;
        kiosk.wait(said, SOON)?;
        moves::lift(&mut kiosk, card)?;
    }
    Ok(())
}

/// The card as a release before this one would have prepared it: the first byte of its directory is the layout's version.
fn make_older(world: &World, card: &str) -> Result<()> {
    let image = world.theatre.tray().join(format!("{card}.card"));
    let mut content: serde_json::Value = serde_json::from_slice(&fs::read(&image)?)?;
    let directory = content
        .pointer_mut("/chip/applications/0/files/0/body/data")
        .context("the directory")?;
    let bytes = directory.as_str().context("bytes")?.to_owned();
    let rest = bytes.strip_prefix("01").context("this release's version")?;
    *directory = format!("00{rest}").into();
    Ok(fs::write(&image, serde_json::to_vec(&content)?)?)
}
