//! `platform-center seed demo`: two events on real seat plans, a fan club, two sellers, a store with its terminals and clerks, an operator, and
//! virtual cards.

mod cards;
mod halls;
mod owned;
mod people;
mod terminals;

use std::path::Path;

use anyhow::{Context as _, bail};
use kippu_api::people::NewAccount;
use kippu_ticket::ids::{EventId, SellerId};
use platform_center::{
    clock::{Clock as _, SystemClock},
    keys::Keys,
    masters::storage::MasterStorage as _,
    people::{rules::Role, secrets::hash_pin},
    storage::Storage,
};

use super::{data::Data, say};

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

/// The fan club's membership of this year: an event that lasts as long as the membership.
const MEMBERSHIP: EventId = EventId(901);

/// Fills an empty data folder. One that has the demo already is refused, or left as it is with `if_empty`.
pub async fn seed(place: &Data, tray: Option<&Path>, if_empty: bool) -> anyhow::Result<()> {
    let data = place.folder.as_path();
    let now = SystemClock.now();
    let storage = place.storage()?;
    let keys = Keys::open(data)?;
    if !storage.event_revisions().await?.is_empty() {
        let anew = start_anew(data, tray);
        if !if_empty {
            bail!("{} has events already. {anew}", data.display());
        }
        return look_at(&storage, data, &anew, now).await;
    }
    let tray = match tray {
        Some(tray) => Some(
            cards::lay_out(tray, &keys, now)
                .with_context(|| format!("cannot make the cards in {}", tray.display()))?,
        ),
        None => None,
    };
    people(&storage).await?;
    halls::theatre(&storage, now).await?;
    halls::stadium(&storage, now).await?;
    halls::membership(&storage, now).await?;
    people::register(&storage, data).await?;
    terminals::enrol(&storage, &keys, data).await?;
    if let Some(tray) = tray {
        owned::give_out(&storage, &keys, &tray).await?;
    }
    say_clerks();
    people::say(data);
    Ok(())
}

/// Says whether the demo in a folder can still be played.
async fn look_at(storage: &dyn Storage, data: &Path, anew: &str, now: i64) -> anyhow::Result<()> {
    let play = storage.event_facts(PLAY).await?;
    let complete = terminals::are_enrolled(storage, data).await?;
    let Some(play) = play.filter(|_| complete) else {
        bail!("{} has only a part of the demo. {anew}", data.display());
    };
    say::line(format_args!(
        "{} has the demo already; nothing was changed",
        data.display()
    ));
    if play.starts < now {
        say::line(format_args!(
            "The demo is stale: {} has begun. {anew}",
            play.name
        ));
    }
    say_clerks();
    people::say(data);
    Ok(())
}

fn start_anew(data: &Path, tray: Option<&Path>) -> String {
    let folders: Vec<String> = [Some(data), tray]
        .into_iter()
        .flatten()
        .map(|folder| folder.display().to_string())
        .collect();
    format!("To start anew, delete {}.", folders.join(" and "))
}

fn say_clerks() {
    say::line(format_args!(
        "store {STORE}: clerk 1 has the PIN 1111, clerk 2 has the PIN 2222"
    ));
}

async fn people(storage: &dyn Storage) -> anyhow::Result<()> {
    storage.put_organizer("hoshimi", "ほしみ芸術振興会").await?;
    storage.put_organizer("harbour", "Harbour City FC").await?;
    storage.put_organizer("minato", "みなと小劇場").await?;
    storage
        .put_seller(HOSHIMI, "HSM", "ほしみチケット", Some("T1234567890123"))
        .await?;
    storage
        .put_seller(FAN_CLUB, "FAN", "Northern Stars Fan Club", None)
        .await?;
    storage.put_store(STORE, STORE_NAME, HOSHIMI).await?;
    for (number, name, pin) in [("1", "係員 1", "1111"), ("2", "García", "2222")] {
        let clerk = NewAccount {
            role: Role::Clerk,
            number: number.into(),
            name: name.into(),
            of: STORE.into(),
            cards: Vec::new(),
        };
        storage.put_account(clerk, hash_pin(pin)?).await?;
    }
    Ok(())
}
