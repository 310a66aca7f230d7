//! What is left of a customer in the kiosk's files once the session is over: nothing that can be read.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use kippu_api::orders::OrderState;

use crate::support::{CARD, SOON, World, moves};

/// Every file below a folder, with its content.
fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            files(&path, found)?;
        } else {
            found.push((path.display().to_string(), fs::read(&path)?));
        }
    }
    Ok(())
}

fn holds(content: &[u8], secret: &[u8]) -> bool {
    content.windows(secret.len()).any(|window| window == secret)
}

#[test]
fn nothing_readable_of_a_customer_is_left_in_the_kiosk() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    moves::choose_best(&mut kiosk, 2)?;
    let slip = moves::order(&mut kiosk, CARD)?;
    moves::lift(&mut kiosk, CARD)?;
    let order = world.order_by_slip(&slip)?;
    world.pay(&order)?;
    kiosk.wait("Lay your card again", SOON)?;
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    moves::lift(&mut kiosk, CARD)?;
    moves::finish(&mut kiosk)?;
    world.wait_for_state(&order, OrderState::Issued)?;

    let uid = world.uid(CARD)?;
    let contents = world.card(CARD)?;
    let seat = &order.seats[0];
    let mut secrets: Vec<(&str, Vec<u8>)> = vec![
        ("the slip's number", slip.clone().into_bytes()),
        ("the card's number", uid.to_string().into_bytes()),
        (
            "the card's number",
            uid.to_string().to_lowercase().into_bytes(),
        ),
        ("the card's bytes", uid.0.to_vec()),
        ("the order", order.order.clone().into_bytes()),
        ("the seat's block", seat.block.clone().into_bytes()),
        ("the event", "銀河鉄道の夜".into()),
    ];
    for ticket in &contents.tickets {
        secrets.push(("a ticket", ticket.record[..32].to_vec()));
        secrets.push(("a ticket", hex::encode(&ticket.record[..16]).into_bytes()));
    }
    // What is looked for can be found: the platform keeps it.
    let mut kept = Vec::new();
    files(&world.theatre.platform_data(), &mut kept)?;
    ensure!(
        kept.iter()
            .any(|(_, content)| holds(content, slip.as_bytes()))
    );
    // Running and stopped: what it holds open, and what it leaves.
    for running in [true, false] {
        if !running {
            kiosk.command("quit")?;
            ensure!(kiosk.has_ended(std::time::Duration::from_secs(SOON)));
        }
        let mut found = Vec::new();
        files(&world.theatre.data_of("kiosk-1"), &mut found)?;
        found.push(("its log".into(), fs::read(world.theatre.log_of("kiosk-1"))?));
        ensure!(found.len() > 3, "the kiosk's files are not there");
        for (file, content) in &found {
            for (what, secret) in &secrets {
                ensure!(secret.len() > 3, "{what} is too short to be looked for");
                ensure!(!holds(content, secret), "{what} stands in {file}");
            }
        }
    }
    Ok(())
}
