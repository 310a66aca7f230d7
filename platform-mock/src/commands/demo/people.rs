//! The demo's people with pages: an operator, and one of each organizer, each with a file of credentials.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use kippu_api::people::NewAccount;
use platform_center::{
    people::{rules::Role, secrets::hash_password},
    private::write_private,
    storage::Storage,
};
use serde::Serialize;

use crate::commands::say;

/// Somebody who logs in to a site of pages.
struct Visitor {
    /// What they are, as the log says it.
    word: &'static str,
    role: Role,
    /// What they log in with.
    number: &'static str,
    name: &'static str,
    /// Code of their organizer; nothing for operators.
    of: &'static str,
    /// Their first page.
    page: &'static str,
    /// Folder of their file.
    folder: &'static str,
}

const VISITORS: [Visitor; 3] = [
    Visitor {
        word: "operator",
        role: Role::Operator,
        number: "op-1",
        name: "佐藤(運営)",
        of: "",
        page: "/operator",
        folder: "operators",
    },
    Visitor {
        word: "organizer",
        role: Role::Organizer,
        number: "hoshimi-1",
        name: "ほしみ芸術振興会 公演係",
        of: "hoshimi",
        page: "/organizer",
        folder: "organizers",
    },
    Visitor {
        word: "organizer",
        role: Role::Organizer,
        number: "harbour-1",
        name: "Harbour City FC, ticketing",
        of: "harbour",
        page: "/organizer",
        folder: "organizers",
    },
];

#[derive(Serialize)]
struct CredentialsFile<'a> {
    number: &'a str,
    name: &'a str,
    password: &'a str,
    page: &'a str,
}

impl Visitor {
    fn file(&self, data: &Path) -> PathBuf {
        data.join(self.folder).join(format!("{}.toml", self.number))
    }
}

/// Registers them with fresh passwords.
pub async fn register(storage: &dyn Storage, data: &Path) -> anyhow::Result<()> {
    for visitor in &VISITORS {
        fs::create_dir_all(data.join(visitor.folder))?;
        let password = hex::encode(rand::random::<[u8; 8]>());
        let account = NewAccount {
            role: visitor.role,
            number: visitor.number.into(),
            name: visitor.name.into(),
            of: visitor.of.into(),
            cards: Vec::new(),
        };
        storage
            .put_account(account, hash_password(&password)?)
            .await?;
        let text = toml::to_string(&CredentialsFile {
            number: visitor.number,
            name: visitor.name,
            password: &password,
            page: visitor.page,
        })?;
        write_private(&visitor.file(data), &text).context("cannot write somebody's credentials")?;
    }
    Ok(())
}

/// Says where the credentials are.
pub fn say(data: &Path) {
    for visitor in &VISITORS {
        let file = visitor.file(data);
        if file.exists() {
            say::line(format_args!(
                "{} {}: page {}, password in {}",
                visitor.word,
                visitor.number,
                visitor.page,
                file.display()
            ));
        }
    }
}
