//! `platform-center account`: accounts from the command line, for the first operator and for whoever is locked out.

use std::{path::PathBuf, str::FromStr as _};

use anyhow::{Context as _, bail};
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand};
use kippu_api::people::{AccountInView, AccountWish, NewAccount};
use kippu_ticket::ids::CardUid;
use platform_center::{
    audit::Actor,
    people::{
        accounts::AccountStorage as _,
        rules::{ROLES, Role, role_of, role_word},
        secrets::{fresh_for, hash_for},
    },
    private::write_private,
    storage::Database,
};

use super::{data::Data, say};

/// What is to be done.
#[derive(Subcommand)]
pub enum Account {
    /// Makes an account and says its password or PIN once.
    Make {
        #[command(flatten)]
        data: Data,
        /// What the person is.
        #[arg(long, value_parser = PossibleValuesParser::new(ROLES.map(role_word)).try_map(|word| role_of(&word).ok_or("unknown role")))]
        role: Role,
        #[command(flatten)]
        whom: Whom,
        /// Name to show.
        #[arg(long)]
        name: String,
        /// Code of the organizer or seller, or name of the venue.
        #[arg(long, default_value = "")]
        of: String,
        /// Cards of a member.
        #[arg(long)]
        card: Vec<String>,
        /// A file for the password instead of the screen; must not exist.
        #[arg(long)]
        secret_to: Option<PathBuf>,
    },
    /// Logs somebody out at once; they cannot log in any more.
    Disable {
        #[command(flatten)]
        data: Data,
        #[command(flatten)]
        whom: Whom,
    },
    /// Lets somebody log in again.
    Enable {
        #[command(flatten)]
        data: Data,
        #[command(flatten)]
        whom: Whom,
    },
    /// Gives somebody a new password or PIN, says it once, and logs them out.
    Reset {
        #[command(flatten)]
        data: Data,
        #[command(flatten)]
        whom: Whom,
        /// A file for the password instead of the screen; must not exist.
        #[arg(long)]
        secret_to: Option<PathBuf>,
    },
}

/// Whom it is about.
#[derive(Args)]
pub struct Whom {
    /// What they log in with.
    #[arg(long)]
    number: String,
    /// The store's code, for clerks.
    #[arg(long)]
    store: Option<String>,
}

/// Does it.
pub async fn run(wish: Account) -> anyhow::Result<()> {
    match wish {
        Account::Make {
            data,
            role,
            whom,
            name,
            of,
            card,
            secret_to,
        } => {
            let storage = data.storage()?;
            let number = whom.number.clone();
            if storage
                .account_named(whom.store.clone(), number)
                .await
                .is_ok()
            {
                bail!(
                    "there is an account {} already; nothing was changed",
                    whom.number
                );
            }
            let cards = card.iter().map(|card| {
                CardUid::from_str(card).map_err(|_| anyhow::anyhow!("{card} is no card number"))
            });
            let new = NewAccount {
                role,
                number: whom.number,
                name,
                of: whom.store.unwrap_or(of),
                cards: cards.collect::<anyhow::Result<_>>()?,
            };
            let secret = fresh_for(new.role);
            let hash = hash_for(new.role, &secret)?;
            let words = format!("{} {}", role_word(new.role), new.number);
            storage.put_account(new, hash).await?;
            tell(&words, &secret, secret_to)
        }
        Account::Disable { data, whom } => {
            about(&data.storage()?, whom, AccountWish::Disable).await
        }
        Account::Enable { data, whom } => about(&data.storage()?, whom, AccountWish::Enable).await,
        Account::Reset {
            data,
            whom,
            secret_to,
        } => {
            let storage = data.storage()?;
            let known = find(&storage, whom).await?;
            let secret = fresh_for(known.role);
            let hash = Some(hash_for(known.role, &secret)?);
            storage
                .do_about_account(Actor::CommandLine, known.account, AccountWish::Reset, hash)
                .await?;
            let words = format!("{} {}", role_word(known.role), known.number);
            tell(&words, &secret, secret_to)
        }
    }
}

async fn about(storage: &Database, whom: Whom, wish: AccountWish) -> anyhow::Result<()> {
    let known = find(storage, whom).await?;
    let done = storage
        .do_about_account(Actor::CommandLine, known.account, wish, None)
        .await?;
    let now = match done.disabled {
        Some(_) => "cannot log in any more; sessions ended:",
        None => "may log in; open sessions:",
    };
    say::line(format_args!(
        "{} {} {now} {}",
        role_word(known.role),
        known.number,
        known.sessions
    ));
    Ok(())
}

async fn find(storage: &Database, whom: Whom) -> anyhow::Result<AccountInView> {
    let number = whom.number.clone();
    storage
        .account_named(whom.store, whom.number)
        .await
        .with_context(|| format!("there is no account {number}; a clerk's needs --store"))
}

fn tell(words: &str, secret: &str, to: Option<PathBuf>) -> anyhow::Result<()> {
    match to {
        Some(path) => {
            write_private(&path, &format!("{secret}\n"))?;
            say::line(format_args!(
                "{words}: what to log in with is in {}",
                path.display()
            ));
        }
        None => say::line(format_args!(
            "{words}: log in with {secret} (it is not shown again)"
        )),
    }
    Ok(())
}
