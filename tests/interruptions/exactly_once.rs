//! The one property every interruption is held against.

use anyhow::{Result, ensure};
use kippu_api::orders::{Order, OrderState};

use crate::support::World;

/// A ready card no test here writes to: where every card's count of commits begins.
const UNTOUCHED: &str = "chiyo-2k";

/// The order's tickets are live on this card, each once, the card was committed exactly once for them, and the platform knows it.
///
/// # Errors
/// Says what is otherwise.
pub fn written_once(world: &World, order: &Order, card: &str) -> Result<()> {
    world.wait_for_state(order, OrderState::Issued)?;
    let live = world.live_on(card)?;
    ensure!(
        live == order.tickets,
        "on the card: {live:?}, bought: {:?}",
        order.tickets
    );
    let commits = world.card(card)?.directory.sequence - world.card(UNTOUCHED)?.directory.sequence;
    ensure!(commits == 1, "committed {commits} times");
    let waiting = world.order_now(order)?.at_platform;
    ensure!(waiting.is_empty(), "still at the platform: {waiting:?}");
    Ok(())
}
