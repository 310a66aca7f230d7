//! Two of everybody: people, terminals and events that have nothing to do with each other.

use kippu_api::people::PersonRole as Role;
use kippu_gate::bundle::{Direction, Passage};
use kippu_ticket::ids::{CardUid, EventId, TerminalId};
use platform_center::{
    allocation::storage::AllocationStorage as _,
    auth::hash_token,
    masters::{
        rules::TerminalRole,
        storage::{GateDoor, MasterStorage as _, NewGate, NewTerminal},
    },
    operator::terminals::TerminalStorage as _,
    people::{
        accounts::AccountStorage as _,
        secrets::hash_password,
        storage::{Opening, PeopleStorage as _},
    },
};

use crate::app::{CARD, GATE_KEY, OTHER_SELLER, TestApp, account, plan, play, token};

pub const PASSWORD: &str = "correct horse battery";
/// The card a clerk logs in with.
pub const CLERKS_CARD: CardUid = CardUid([4, 1, 2, 3, 4, 5, 90]);
/// An event of other people at another venue.
const THEIR_EVENT: EventId = EventId(8);
/// A card nothing was ever sold for.
pub const THIRD_CARD: CardUid = CardUid([4, 9, 9, 9, 9, 9, 9]);

/// Two of everybody: names of callers whose neighbours end in 9.
pub async fn furnish_neighbours(app: &mut TestApp) {
    let storage = app.storage();
    storage.put_organizer("p", "Other organizer").await.unwrap();
    let layout = storage
        .put_layout("Other hall", "Asia/Tokyo", "full", &plan())
        .await
        .unwrap();
    let mut concert = play(THEIR_EVENT, layout.layout);
    (concert.organizer, concert.name) = ("p".into(), "Concert".into());
    storage.register_event(concert).await.unwrap();
    storage
        .allocate(THEIR_EVENT, Some(OTHER_SELLER), (0..4).collect())
        .await
        .unwrap();
    let gate = NewTerminal {
        id: TerminalId(29),
        name: "gate-9".into(),
        role: TerminalRole::Gate,
        store: None,
        token: hash_token(&token("gate-9")),
        device_key: GATE_KEY,
        gate: Some(NewGate {
            passage: Passage::In,
            doors: vec![GateDoor {
                event: THEIR_EVENT,
                entrance: 0,
                here: true,
                direction: Direction::Ahead,
            }],
        }),
    };
    storage.register_terminal(gate).await.unwrap();
    storage
        .allow_local_keys("kiosk-1".into(), true)
        .await
        .unwrap();

    let hash = hash_password(PASSWORD).unwrap();
    for (role, name, of) in [
        (Role::Clerk, "clerk-1", "0101"),
        (Role::Clerk, "clerk-9", "0202"),
        (Role::Organizer, "organizer-1", "o"),
        (Role::Organizer, "organizer-9", "p"),
        (Role::Seller, "seller-1", "one"),
        (Role::Seller, "seller-9", "two"),
        (Role::Venue, "venue-1", "Hall"),
        (Role::Venue, "venue-9", "Other hall"),
        (Role::Member, "member-1", ""),
        (Role::Member, "member-9", ""),
        (Role::Operator, "operator-1", ""),
        (Role::Operator, "operator-9", ""),
    ] {
        let mut new = account(role, name, of);
        new.cards = match name {
            "member-1" => vec![CARD],
            "member-9" => vec![THIRD_CARD],
            "clerk-1" => vec![CLERKS_CARD],
            _ => Vec::new(),
        };
        let account = storage.put_account(new, hash.clone()).await.unwrap();
        let opening = Opening {
            token: hash_token(&token(name)),
            account,
            terminal: None,
            attempt: None,
            from: "a test".into(),
        };
        storage.open_session(opening).await.unwrap();
    }
    drop(storage);
    // A platform reads what is on sale when it starts.
    app.restart().await;
}
