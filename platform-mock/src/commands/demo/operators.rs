//! The demo's operator, with a file of credentials in `DIR/operators`.

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

/// What the operator logs in with.
const NUMBER: &str = "op-1";
const NAME: &str = "佐藤(運営)";

#[derive(Serialize)]
struct OperatorFile<'a> {
    operator: &'a str,
    name: &'a str,
    password: &'a str,
    page: &'a str,
}

/// Registers the operator with a fresh password.
pub async fn register(storage: &dyn Storage, data: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(data.join("operators"))?;
    let password = hex::encode(rand::random::<[u8; 8]>());
    let operator = NewAccount {
        role: Role::Operator,
        number: NUMBER.into(),
        name: NAME.into(),
        of: String::new(),
        cards: Vec::new(),
    };
    storage
        .put_account(operator, hash_password(&password)?)
        .await?;
    let text = toml::to_string(&OperatorFile {
        operator: NUMBER,
        name: NAME,
        password: &password,
        page: "/operator",
    })?;
    write_private(&file(data), &text).context("cannot write the operator's credentials")
}

/// Says where the credentials are.
pub fn say(data: &Path) {
    let file = file(data);
    if file.exists() {
        say::line(format_args!(
            "operator {NUMBER}: page /operator, password in {}",
            file.display()
        ));
    }
}

fn file(data: &Path) -> PathBuf {
    data.join("operators").join(format!("{NUMBER}.toml"))
}
