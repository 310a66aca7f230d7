//! `platform-center seed demo`: two events on real seat plans, two sellers, a store with its terminals and clerks, and virtual cards.

mod cards;
mod halls;
mod terminals;

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, bail};
use kippu_ticket::ids::{EventId, SellerId};
use platform_center::{
    clerks::rules::hash_pin,
    clock::{Clock as _, SystemClock},
    keys::Keys,
    masters::storage::MasterStorage as _,
    storage::{Sqlite, Storage},
};

/// The store's seller.
const HOSHIMI: SellerId = SellerId(1);
/// Another seller, whose seats the store cannot sell.
const FAN_CLUB: SellerId = SellerId(2);
/// Code of the store, as clerks type it.
const STORE: &str = "0101";
/// What the store is called.
const STORE_NAME: &str = "ほしみマート 港町一丁目店";
/// IANA time zone of the store and both venues.
const ZONE: &str = "Asia/Tokyo";
/// The play in the theatre.
const PLAY: EventId = EventId(1);
/// The match in the stadium.
const MATCH: EventId = EventId(2);

/// Fills an empty data folder.
pub async fn seed(data: &Path, tray: Option<&Path>) -> anyhow::Result<()> {
    let clock = Arc::new(SystemClock);
    let now = clock.now();
    let storage = Sqlite::open(data, clock)?;
    let keys = Keys::open(data)?;
    if !storage.event_ids().await?.is_empty() {
        bail!(
            "{} has events already; the demo wants an empty folder",
            data.display()
        );
    }
    people(&storage).await?;
    halls::theatre(&storage, now).await?;
    halls::stadium(&storage, now).await?;
    terminals::enrol(&storage, &keys, data).await?;
    if let Some(tray) = tray {
        cards::lay_out(tray, &keys, now)
            .with_context(|| format!("cannot make the cards in {}", tray.display()))?;
    }
    println!("store {STORE}: clerk 1 has the PIN 1111, clerk 2 has the PIN 2222");
    Ok(())
}

async fn people(storage: &dyn Storage) -> anyhow::Result<()> {
    storage.put_organizer("hoshimi", "ほしみ芸術振興会").await?;
    storage.put_organizer("harbour", "Harbour City FC").await?;
    storage.put_seller(HOSHIMI, "HSM", "ほしみチケット").await?;
    storage
        .put_seller(FAN_CLUB, "FAN", "Northern Stars Fan Club")
        .await?;
    storage.put_store(STORE, STORE_NAME, HOSHIMI).await?;
    storage
        .put_clerk(STORE, "1", "田中", hash_pin("1111")?)
        .await?;
    storage
        .put_clerk(STORE, "2", "García", hash_pin("2222")?)
        .await?;
    Ok(())
}
