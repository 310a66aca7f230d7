//! Which data folder and database a command works on.

use std::{fs, io::ErrorKind, path::PathBuf, sync::Arc};

use anyhow::Context as _;
use clap::Args;
use platform_center::{
    app::App,
    clock::SystemClock,
    private::{make_private, restrict},
    storage::{Database, Place},
};
use serde::{Deserialize, Serialize};

/// Settings of a data folder.
const FILE: &str = "platform.toml";
/// Names the database, where a password shall not stand in the list of processes.
const VARIABLE: &str = "KIPPU_DATABASE";

/// Where everything is.
#[derive(Args)]
pub struct Data {
    /// Folder with the database and the keys; made if it is missing.
    #[arg(long = "data")]
    pub folder: PathBuf,
    /// A PostgreSQL database instead of a file in the folder: postgres://user@host/name. Also KIPPU_DATABASE, or `database` in the folder's
    /// platform.toml.
    #[arg(long)]
    database: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    database: Option<String>,
}

impl Data {
    /// The PostgreSQL database, where there is one.
    pub fn database(&self) -> anyhow::Result<Option<String>> {
        if let Some(stated) = self
            .database
            .clone()
            .or_else(|| std::env::var(VARIABLE).ok())
        {
            return Ok(Some(stated));
        }
        let path = self.folder.join(FILE);
        match fs::read_to_string(&path) {
            Ok(text) => toml::from_str::<Settings>(&text)
                .map(|settings| settings.database)
                .with_context(|| format!("{} is not understood", path.display())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// Makes the folder's later commands use a PostgreSQL database.
    pub fn remember(&self, database: &str) -> anyhow::Result<()> {
        let path = self.folder.join(FILE);
        let settings = Settings {
            database: Some(database.to_owned()),
        };
        make_private(&path)?;
        restrict(&path, 0o600)?;
        fs::write(&path, toml::to_string(&settings)?)
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// Where the database is.
    pub fn place(&self) -> anyhow::Result<Place> {
        match self.database()? {
            Some(address) => Place::server(&address),
            None => Place::file_in(&self.folder),
        }
    }

    /// Opens it.
    pub fn storage(&self) -> anyhow::Result<Database> {
        let clock = Arc::new(SystemClock);
        match self.database()? {
            Some(address) => Database::connect(&address, &self.folder, clock),
            None => Database::open(&self.folder, clock),
        }
    }

    /// Opens the platform.
    pub fn app(&self) -> anyhow::Result<App> {
        let clock = Arc::new(SystemClock);
        match self.database()? {
            Some(address) => App::connect(&address, &self.folder, clock),
            None => App::open(&self.folder, clock),
        }
    }
}
