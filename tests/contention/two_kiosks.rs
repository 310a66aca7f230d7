//! The same seat chosen at two kiosks.

use anyhow::Result;

use crate::support::{SOON, World, moves};

#[test]
fn the_slower_customer_is_told_and_chooses_again() -> Result<()> {
    let world = World::open()?;
    let mut slow = world.kiosk("kiosk-1")?;
    let mut quick = world.kiosk("kiosk-2")?;
    moves::open_picture(&mut slow)?;
    moves::open_picture(&mut quick)?;
    let at = moves::touch_free_seat(&mut slow)?;
    // Both screens are alike, so the same touch means the same seat.
    moves::touch(&mut quick, at)?;
    quick.tap("1 seat, ")?;
    quick.wait("Please check", SOON)?;

    slow.wait("1 seat, ", SOON)?;
    slow.tap("1 seat, ")?;
    slow.wait("Just taken by somebody else:", SOON)?;
    slow.gone("1 seat, ", SOON)?;

    moves::touch_free_seat(&mut slow)?;
    slow.tap("1 seat, ")?;
    slow.wait("Please check", SOON)
}
