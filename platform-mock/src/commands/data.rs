//! Which data folder and database a command works on.

use std::{fs, io::ErrorKind, path::PathBuf, sync::Arc};

use anyhow::Context as _;
use clap::Args;
use platform_center::{
    app::App,
    clock::SystemClock,
    config::{self, Config},
    private::{make_private, restrict},
    storage::{Database, Place},
};
use toml_edit::{DocumentMut, value};

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

impl Data {
    /// The folder's settings, with what the command line says besides.
    pub fn config(&self, stated: &[(&str, Option<String>)]) -> anyhow::Result<Config> {
        let database = ("database", self.database.clone());
        let stated: Vec<(&str, String)> = stated
            .iter()
            .cloned()
            .chain([database])
            .filter_map(|(key, text)| Some((key, text?)))
            .collect();
        Ok(Config::load(
            &self.folder,
            &|name: &str| std::env::var(name).ok(),
            &stated,
        )?)
    }

    /// The PostgreSQL database, where there is one.
    pub fn database(&self) -> anyhow::Result<Option<String>> {
        Ok(self.config(&[])?.database().map(str::to_owned))
    }

    /// Makes the folder's later commands use a PostgreSQL database. The other settings stay.
    pub fn remember(&self, database: &str) -> anyhow::Result<()> {
        let path = self.folder.join(config::FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        let mut settings: DocumentMut = text
            .parse()
            .with_context(|| format!("{} is not understood", path.display()))?;
        settings["database"] = value(database);
        make_private(&path)?;
        restrict(&path, 0o600)?;
        fs::write(&path, settings.to_string())
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
