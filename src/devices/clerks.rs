//! Clerks at the kiosk: the platform logs them in. Who was logged in here of late may also while it is away, by a verifier kept in the vault
//! and with few tries. By card only the platform can.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use kippu_api::{
    clerk::{CardLogin, Login, OwnCard, Session},
    client::{Client, ClientError},
    problem::ProblemCode,
};
use kippu_ticket::ids::CardUid;
use serde::{Deserialize, Serialize};

use super::vault::{Vault, VaultFault};
use crate::app::clock;

/// Name of the vault's file.
const BOOK: &str = "clerks";
/// Wrong PINs while the platform is away until only the platform can log this clerk in.
const TRIES: u8 = 5;
/// How long the platform's yes counts while it is away, in microseconds: seven days.
const TRUSTED: u64 = 7 * 24 * 3600 * 1_000_000;
/// Clerks remembered; the one not seen for longest makes room.
const CLERKS: usize = 30;

/// Why nobody is logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoLogin {
    /// Number or PIN is wrong.
    Wrong,
    /// Too many wrong tries.
    TooMany,
    /// The platform is away, and this clerk was not logged in here of late.
    Unreachable,
    /// The platform refuses for another reason.
    Refused(ProblemCode),
    /// This kiosk's own storage fails, so tries cannot be counted.
    Storage,
}

/// Where clerks come in at this kiosk. One at a time; clones are the same door.
#[derive(Clone)]
pub struct ClerkDoor {
    store: String,
    book: ClerkBook,
    inside: Arc<Mutex<Option<Inside>>>,
}

/// Who is in.
struct Inside {
    /// Clerk's number.
    number: String,
    /// Token of the session, where it is by the platform's word.
    token: Option<String>,
}

impl ClerkDoor {
    /// The door of a kiosk in this store.
    pub fn new(store: String, vault: Vault) -> Self {
        Self {
            store,
            book: ClerkBook { vault },
            inside: Arc::default(),
        }
    }

    /// Logs a clerk in and says the name, by the platform where it is there.
    ///
    /// # Errors
    /// See [`NoLogin`].
    pub async fn enter(
        &self,
        client: &Client,
        clerk: String,
        pin: String,
    ) -> Result<String, NoLogin> {
        let login = Login {
            store: self.store.clone(),
            clerk,
            pin,
        };
        let answer = client.login(&login).await;
        let door = self.clone();
        // Hashing a PIN takes longer than an asynchronous task may.
        tokio::task::spawn_blocking(move || door.settle(&login, answer))
            .await
            .unwrap_or(Err(NoLogin::Storage))
    }

    /// Logs the clerk in whose card lies on the reader, and says the name.
    ///
    /// # Errors
    /// See [`NoLogin`].
    pub async fn enter_by_card(&self, client: &Client, card: CardUid) -> Result<String, NoLogin> {
        match client.login_by_card(&CardLogin { card }).await {
            Ok(session) => {
                self.let_in(session.number, Some(session.token));
                Ok(session.name)
            }
            Err(ClientError::Refused(problem)) => Err(no_login(problem.code)),
            Err(ClientError::Unreachable(_) | ClientError::Unknown { .. }) => {
                Err(NoLogin::Unreachable)
            }
        }
    }

    /// Number of the clerk who is in.
    pub fn who(&self) -> Option<String> {
        self.inside().as_ref().map(|inside| inside.number.clone())
    }

    /// The clerk who is in logs in with this card from now on, or with none.
    ///
    /// # Errors
    /// As the platform's; `unauthenticated` also where the clerk is in without the platform.
    pub async fn choose_card(
        &self,
        client: &Client,
        card: Option<CardUid>,
    ) -> Result<(), ClientError> {
        let token = self
            .inside()
            .as_ref()
            .and_then(|inside| inside.token.clone());
        // Without one the platform says so itself.
        let client = client.with_token(token.as_deref().unwrap_or_default());
        client.choose_card(&OwnCard { card }).await
    }

    fn let_in(&self, number: String, token: Option<String>) {
        *self.inside() = Some(Inside { number, token });
    }

    fn settle(
        &self,
        login: &Login,
        answer: Result<Session, ClientError>,
    ) -> Result<String, NoLogin> {
        match answer {
            Ok(session) => {
                self.book.confirm(login, &session.name, clock::now());
                self.let_in(login.clerk.clone(), Some(session.token));
                Ok(session.name)
            }
            Err(ClientError::Refused(problem)) => {
                if problem.code == ProblemCode::Unauthenticated {
                    self.book.withdraw(login);
                }
                Err(no_login(problem.code))
            }
            Err(ClientError::Unreachable(_) | ClientError::Unknown { .. }) => {
                let name = self.book.admit(login, clock::now())?;
                self.let_in(login.clerk.clone(), None);
                Ok(name)
            }
        }
    }

    /// The clerk leaves. A platform that cannot be told ends the session by itself.
    pub async fn leave(&self, client: &Client) {
        let inside = self.inside().take();
        if let Some(token) = inside.and_then(|inside| inside.token)
            && let Err(error) = client.with_token(&token).logout().await
        {
            tracing::info!(%error, "the platform was not told that a clerk left");
        }
    }

    fn inside(&self) -> MutexGuard<'_, Option<Inside>> {
        // A panic elsewhere leaves somebody or nobody, never half of one.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn no_login(code: ProblemCode) -> NoLogin {
    match code {
        ProblemCode::Unauthenticated => NoLogin::Wrong,
        ProblemCode::TooMany => NoLogin::TooMany,
        other => NoLogin::Refused(other),
    }
}

/// What the kiosk remembers of clerks.
#[derive(Clone)]
struct ClerkBook {
    vault: Vault,
}

#[derive(Serialize, Deserialize)]
struct KnownClerk {
    clerk: String,
    name: String,
    /// Argon2id of the PIN as a PHC string.
    verifier: String,
    /// When the platform last said yes, UTC microseconds.
    confirmed: i64,
    /// Wrong tries since.
    wrong: u8,
}

impl ClerkBook {
    /// The platform said yes to this PIN.
    fn confirm(&self, login: &Login, name: &str, now: i64) {
        let kept = verifier(&login.pin).map(|verifier| {
            self.change(|clerks| {
                clerks.retain(|known| known.clerk != login.clerk);
                clerks.insert(
                    0,
                    KnownClerk {
                        clerk: login.clerk.clone(),
                        name: name.to_owned(),
                        verifier,
                        confirmed: now,
                        wrong: 0,
                    },
                );
                clerks.truncate(CLERKS);
            })
        });
        if !matches!(kept, Some(Ok(()))) {
            tracing::warn!("this clerk cannot be logged in while the platform is away");
        }
    }

    /// The platform said no. Where this very PIN was good here, it is no longer.
    fn withdraw(&self, login: &Login) {
        let result = self.change(|clerks| {
            clerks.retain(|known| known.clerk != login.clerk || !matches(&login.pin, known));
        });
        if let Err(error) = result {
            tracing::error!(%error, "a clerk's withdrawn PIN is still remembered");
        }
    }

    /// The platform is away: the name of the clerk, if this is the PIN it said yes to of late.
    fn admit(&self, login: &Login, now: i64) -> Result<String, NoLogin> {
        // The try is on disk before it is made: switching the kiosk off gives no further tries.
        let tried = self.change(|clerks| {
            let known = clerks.iter_mut().find(|known| {
                known.clerk == login.clerk && now.abs_diff(known.confirmed) <= TRUSTED
            })?;
            known.wrong = known.wrong.saturating_add(1);
            Some((known.wrong, known.verifier.clone(), known.name.clone()))
        });
        let (tries, verifier, name) = match tried {
            Ok(Some(tried)) => tried,
            Ok(None) => return Err(NoLogin::Unreachable),
            Err(error) => {
                tracing::error!(%error, "tries cannot be counted");
                return Err(NoLogin::Storage);
            }
        };
        if tries > TRIES {
            return Err(NoLogin::TooMany);
        }
        if !pin_matches(&login.pin, &verifier) {
            return Err(NoLogin::Wrong);
        }
        let reset = self.change(|clerks| {
            clerks
                .iter_mut()
                .filter(|known| known.clerk == login.clerk)
                .for_each(|known| known.wrong = 0);
        });
        if let Err(error) = reset {
            tracing::warn!(%error, "a right PIN still counts as a try");
        }
        Ok(name)
    }

    /// Reads, changes and keeps the book. One that cannot be opened is begun anew: the platform fills it again.
    fn change<T>(&self, change: impl FnOnce(&mut Vec<KnownClerk>) -> T) -> Result<T, VaultFault> {
        let mut clerks = self.vault.load(BOOK).unwrap_or_else(|error| {
            tracing::warn!(%error, "the book of clerks is begun anew");
            None
        });
        let clerks: &mut Vec<KnownClerk> = clerks.get_or_insert_default();
        let result = change(clerks);
        self.vault.keep(BOOK, clerks)?;
        Ok(result)
    }
}

fn matches(pin: &str, known: &KnownClerk) -> bool {
    pin_matches(pin, &known.verifier)
}

/// 19 MiB, two passes, one lane: the recommendation of OWASP for argon2id.
fn verifier(pin: &str) -> Option<String> {
    let params = Params::new(19 * 1024, 2, 1, None).ok()?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    Some(hasher.hash_password(pin.as_bytes()).ok()?.to_string())
}

fn pin_matches(pin: &str, verifier: &str) -> bool {
    PasswordHash::new(verifier).is_ok_and(|verifier| {
        Argon2::default()
            .verify_password(pin.as_bytes(), &verifier)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use kippu_handover::seal::JournalKey;

    use super::*;

    const DAY: i64 = 24 * 3600 * 1_000_000;
    const NOW: i64 = 1_790_000_000_000_000;

    fn book(folder: &tempfile::TempDir) -> ClerkBook {
        ClerkBook {
            vault: Vault::new(folder.path(), JournalKey::from_bytes([3; 32])),
        }
    }

    fn login(pin: &str) -> Login {
        Login {
            store: "sakuragi".into(),
            clerk: "7".into(),
            pin: pin.into(),
        }
    }

    #[test]
    fn only_who_the_platform_knew_of_late_comes_in_without_it() {
        let folder = tempfile::tempdir().unwrap();
        let book = book(&folder);
        assert_eq!(book.admit(&login("4711"), NOW), Err(NoLogin::Unreachable));
        book.confirm(&login("4711"), "Sato", NOW);
        assert_eq!(book.admit(&login("4711"), NOW + DAY).unwrap(), "Sato");
        assert_eq!(book.admit(&login("4712"), NOW + DAY), Err(NoLogin::Wrong));
        assert_eq!(
            book.admit(&login("4711"), NOW + 8 * DAY),
            Err(NoLogin::Unreachable)
        );
    }

    #[test]
    fn tries_are_counted_across_restarts_until_the_platform_says_yes() {
        let folder = tempfile::tempdir().unwrap();
        book(&folder).confirm(&login("4711"), "Sato", NOW);
        for _ in 0..TRIES {
            assert_eq!(
                book(&folder).admit(&login("0000"), NOW),
                Err(NoLogin::Wrong)
            );
        }
        assert_eq!(
            book(&folder).admit(&login("4711"), NOW),
            Err(NoLogin::TooMany)
        );
        book(&folder).confirm(&login("4711"), "Sato", NOW);
        assert_eq!(book(&folder).admit(&login("4711"), NOW).unwrap(), "Sato");
    }

    #[test]
    fn a_pin_the_platform_withdrew_is_forgotten_and_a_mistyped_one_withdraws_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let book = book(&folder);
        book.confirm(&login("4711"), "Sato", NOW);
        book.withdraw(&login("0000"));
        assert!(book.admit(&login("4711"), NOW).is_ok());
        book.withdraw(&login("4711"));
        assert_eq!(book.admit(&login("4711"), NOW), Err(NoLogin::Unreachable));
    }
}
