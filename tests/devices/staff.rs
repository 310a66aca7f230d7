//! A clerk looks after the kiosk: with a card of one's own, a test page, a new roll, and out of service over a power cut.

use anyhow::{Result, ensure};
use kippu_api::{operator::Listed, people::AuditRow};

use crate::support::{SOON, World, moves, operator::Operator, papers};

/// The clerk's own card.
const OWN: &str = "chiyo-2k";

#[test]
fn a_kiosk_is_looked_after_and_taken_out_of_service() -> Result<()> {
    let mut world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    moves::staff_list(&mut kiosk)?;
    kiosk.tap("This kiosk")?;
    kiosk.tap("Log-in card")?;
    kiosk.wait("Lay your own card", SOON)?;
    moves::lay(&mut kiosk, OWN)?;
    kiosk.wait("You can log in with this card from now on.", SOON)?;
    moves::lift(&mut kiosk, OWN)?;

    kiosk.tap("Test page")?;
    kiosk.wait("The test page is out.", SOON)?;
    let page = papers::wait_for(&world.theatre.papers(), 1)?.remove(0);
    ensure!(papers::scan(&page)? == ["CODE-128:TEST", "QR-Code:TEST"]);

    kiosk.tap("New roll")?;
    kiosk.wait("Open the cover", SOON)?;
    world.theatre.tell_printer("cover-open")?;
    kiosk.wait("Put the new roll in", SOON)?;
    world.theatre.tell_printer("cover-close")?;
    kiosk.wait("The paper is in", SOON)?;
    ensure!(papers::pictures(&world.theatre.papers())?.len() == 2);
    kiosk.tap("Done")?;

    kiosk.tap("Take out of service")?;
    kiosk.tap("Cleaning or moving")?;
    kiosk.wait("Out of service", SOON)?;
    kiosk.tap("Back")?;
    kiosk.tap("Log out")?;
    kiosk.tap("English")?;
    kiosk.wait("It is back soon. Another kiosk can help.", SOON)?;

    // The power fails, and it still serves nobody.
    kiosk.kill();
    let mut kiosk = world.kiosk("kiosk-1")?;
    kiosk.wait("It is back soon. Another kiosk can help.", SOON)?;
    kiosk.tap("Staff: log in")?;
    moves::lay(&mut kiosk, OWN)?;
    kiosk.wait("Nothing is open here", SOON)?;
    moves::lift(&mut kiosk, OWN)?;
    kiosk.tap("This kiosk")?;
    kiosk.tap("Back in service")?;
    kiosk.wait("In service", SOON)?;
    kiosk.tap("Back")?;
    moves::log_out(&mut kiosk)?;

    let operator = Operator::of(&world)?;
    for word in [
        "test_printed",
        "paper_changed",
        "out_of_service",
        "back_in_service",
    ] {
        let told: Listed<AuditRow> = operator.get(&world, &format!("/audit?find={word}"))?;
        ensure!(told.rows.len() == 1, "{word}: {:?}", told.rows);
        ensure!(told.rows[0].who.starts_with("clerk 1 "), "{:?}", told.rows);
    }
    Ok(())
}
