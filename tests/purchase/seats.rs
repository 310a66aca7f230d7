//! Seats chosen on the picture.

use anyhow::{Result, ensure};

use crate::support::{CARD, World, moves};

#[test]
fn a_touched_seat_is_the_ordered_one() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    moves::open_picture(&mut kiosk)?;
    let at = moves::touch_free_seat(&mut kiosk)?;
    kiosk.tap("1 seat, ")?;
    kiosk.wait("Please check", 20)?;
    let slip = moves::order(&mut kiosk, CARD)?;
    let order = world.order_by_slip(&slip)?;
    ensure!(order.seats.len() == 1, "{at:?}: {:?}", order.seats);
    kiosk.wait("To pay", 20)
}
