//! People with accounts: what they are, whose matters are theirs, and how long they stay logged in.

pub use kippu_api::people::PersonRole as Role;
use kippu_ticket::ids::{CardUid, SellerId};

const HOUR: i64 = 3600 * 1_000_000;
/// Longest number and name in characters.
pub const WORDS_MAX: usize = 80;
/// Most cards of one member.
pub const CARDS_MAX: usize = 16;

/// What somebody is bound to; what belongs to it is theirs to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    /// Runs the platform: everything.
    Platform,
    /// A store.
    Store {
        /// Its row.
        store: i64,
        /// Its name to show.
        name: String,
    },
    /// An organizer, by its row.
    Organizer(i64),
    /// A seller.
    Seller(SellerId),
    /// A venue, by its row.
    Venue(i64),
    /// Cards.
    Cards(Vec<CardUid>),
}

/// Somebody with an account that is not disabled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The account.
    pub account: i64,
    /// What they are.
    pub role: Role,
    /// What they log in with.
    pub number: String,
    /// Name to show.
    pub name: String,
    /// Whose matters are theirs.
    pub bound: Bound,
}

impl Person {
    /// Role, number and name, as the audit log keeps them.
    pub fn words(&self) -> String {
        format!("{} {} {}", role_word(self.role), self.number, self.name)
    }

    /// Them as a clerk, if they are one.
    pub fn as_clerk(&self) -> Option<Clerk> {
        let Bound::Store { store, .. } = &self.bound else {
            return None;
        };
        Some(Clerk {
            id: self.account,
            store: *store,
            words: self.words(),
        })
    }

    /// Them as an operator, if they are one.
    pub fn as_operator(&self) -> Option<Operator> {
        (self.role == Role::Operator).then(|| Operator {
            id: self.account,
            name: self.name.clone(),
            words: self.words(),
        })
    }
}

/// Everything somebody with an account can be.
pub const ROLES: [Role; 6] = [
    Role::Operator,
    Role::Organizer,
    Role::Seller,
    Role::Clerk,
    Role::Venue,
    Role::Member,
];

/// The role behind its word.
pub fn role_of(word: &str) -> Option<Role> {
    ROLES.into_iter().find(|role| role_word(*role) == word)
}

/// The role's word in the database.
pub fn role_word(role: Role) -> &'static str {
    match role {
        Role::Operator => "operator",
        Role::Organizer => "organizer",
        Role::Seller => "seller",
        Role::Clerk => "clerk",
        Role::Venue => "venue",
        Role::Member => "member",
    }
}

/// How long a session lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lasts {
    /// However busy, UTC microseconds after it was opened: a shift.
    pub longest: i64,
    /// After it was used last.
    pub idle: i64,
}

/// How long somebody of a role stays logged in. Those who can do more are forgotten sooner; a clerk's register stands in the store's own hands.
pub fn lasts(role: Role) -> Lasts {
    let idle = match role {
        Role::Operator | Role::Organizer | Role::Seller | Role::Venue | Role::Member => HOUR / 2,
        Role::Clerk => 2 * HOUR,
    };
    Lasts {
        longest: 10 * HOUR,
        idle,
    }
}

/// A clerk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clerk {
    /// Account.
    pub id: i64,
    /// Row of the store.
    pub store: i64,
    /// Number, name and role for the audit log.
    pub words: String,
}

/// Somebody who runs the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Account.
    pub id: i64,
    /// Name to show.
    pub name: String,
    /// Number, name and role for the audit log.
    pub words: String,
}
