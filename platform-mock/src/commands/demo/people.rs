//! The demo's people with pages: an operator, and one of each organizer and each seller, each with a file of credentials.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use kippu_api::people::NewAccount;
use platform_center::{
    pages::site::Site,
    people::{rules::role_word, secrets::hash_password},
    private::write_private,
    storage::Storage,
};
use serde::Serialize;

use crate::commands::say;

/// Somebody who logs in to a site of pages.
struct Visitor {
    site: Site,
    /// What they log in with.
    number: &'static str,
    name: &'static str,
    /// Code of what they belong to; nothing for operators.
    of: &'static str,
}

const VISITORS: [Visitor; 6] = [
    Visitor {
        site: Site::Operator,
        number: "op-1",
        name: "佐藤(運営)",
        of: "",
    },
    Visitor {
        site: Site::Organizer,
        number: "hoshimi-1",
        name: "ほしみ芸術振興会 公演係",
        of: "hoshimi",
    },
    Visitor {
        site: Site::Organizer,
        number: "harbour-1",
        name: "Harbour City FC, ticketing",
        of: "harbour",
    },
    // Has nothing yet: for first steps.
    Visitor {
        site: Site::Organizer,
        number: "minato-1",
        name: "みなと小劇場",
        of: "minato",
    },
    Visitor {
        site: Site::Seller,
        number: "hoshimi-tickets-1",
        name: "ほしみチケット 販売係",
        of: "HSM",
    },
    Visitor {
        site: Site::Seller,
        number: "northern-stars-1",
        name: "Northern Stars Fan Club",
        of: "FAN",
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
    /// What they are, as the log says it.
    fn word(&self) -> &'static str {
        role_word(self.site.facts().role)
    }

    fn folder(&self, data: &Path) -> PathBuf {
        data.join(format!("{}s", self.word()))
    }

    fn file(&self, data: &Path) -> PathBuf {
        self.folder(data).join(format!("{}.toml", self.number))
    }
}

/// Registers them with fresh passwords.
pub async fn register(storage: &dyn Storage, data: &Path) -> anyhow::Result<()> {
    for visitor in &VISITORS {
        fs::create_dir_all(visitor.folder(data))?;
        let password = hex::encode(rand::random::<[u8; 8]>());
        let account = NewAccount {
            role: visitor.site.facts().role,
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
            page: visitor.site.facts().below,
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
                visitor.word(),
                visitor.number,
                visitor.site.facts().below,
                file.display()
            ));
        }
    }
}
