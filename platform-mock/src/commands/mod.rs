//! The commands of `platform-center`.

mod accounts;
mod backup;
mod cards;
mod config;
mod data;
mod demo;
mod gates;
mod journal;
mod keys;
mod log;
mod moving;
mod plans;
pub mod say;
mod serve;
mod terminals;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Parser, Subcommand, ValueEnum};
use platform_center::config::Config;

use data::Data;

/// The Kippu platform: sells seats, signs tickets, answers cards.
#[derive(Parser)]
#[command(version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the platform until SIGTERM or Ctrl-C.
    Serve {
        #[command(flatten)]
        data: Data,
        #[command(flatten)]
        listening: serve::Listening,
    },
    /// Looks at the settings.
    #[command(subcommand)]
    Config(Settings),
    /// Terminals: new ones, their enrolment codes, shutting one out.
    #[command(subcommand)]
    Terminals(terminals::Terminals),
    /// The platform's keys: versions, and what they are locked with.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Imports a seat plan: a pretix seating plan (JSON) or a CSV list of seats or rows.
    Import {
        #[command(flatten)]
        data: Data,
        /// The plan.
        file: PathBuf,
        /// The hall it is a layout of; without it, the plan's own name.
        #[arg(long)]
        venue: Option<String>,
        /// The layout's name; without it, the file's.
        #[arg(long)]
        layout: Option<String>,
        /// The hall's IANA time zone.
        #[arg(long, default_value = "Asia/Tokyo")]
        zone: String,
    },
    /// Brings the database to this program's version and does nothing else.
    Migrate {
        #[command(flatten)]
        data: Data,
    },
    /// Copies the database file of a data folder into an empty PostgreSQL database, which the folder uses from then on.
    CopyStorage {
        #[command(flatten)]
        data: Data,
        /// The database: postgres://user@host/name.
        #[arg(long)]
        to: String,
    },
    /// Begins a new life of the platform after its PostgreSQL database was put back from a backup. All nodes must be stopped.
    Restored {
        #[command(flatten)]
        data: Data,
        /// Highest epoch known to have been given, where this folder does not remember the platform's lives.
        #[arg(long, default_value_t = 0)]
        epochs_above: u16,
    },
    /// Proves that nobody changed the sales journal.
    #[command(subcommand)]
    Journal(Journal),
    /// Makes, disables and resets accounts of people, whether the platform is serving or not.
    #[command(subcommand)]
    Account(accounts::Account),
    /// Fills an empty data folder.
    #[command(subcommand)]
    Seed(Seed),
    /// Prepares a blank card for tickets.
    FormatCard {
        #[command(flatten)]
        data: Data,
        #[command(flatten)]
        place: cards::Place,
    },
    /// Writes a gate's bundle to a file, for a gate that has no network.
    ExportBundle {
        #[command(flatten)]
        data: Data,
        /// The gate's name.
        #[arg(long)]
        gate: String,
        /// File to write.
        #[arg(long)]
        out: PathBuf,
    },
    /// Copies the database into a new file, whether the platform is serving or not. Keys are not in it.
    Backup {
        #[command(flatten)]
        data: Data,
        /// File to write.
        #[arg(long)]
        to: PathBuf,
    },
    /// Puts a backup in place of the database, as a new life of the platform: every kiosk has to send its records again.
    Restore {
        #[command(flatten)]
        data: Data,
        /// The backup.
        #[arg(long)]
        from: PathBuf,
        /// Highest epoch given after this backup was made, where the folder does not remember it: on a new machine.
        #[arg(long, default_value_t = 0)]
        epochs_above: u16,
    },
    /// Imports a stick file of a terminal without network. The same file again is harmless.
    ImportReports {
        #[command(flatten)]
        data: Data,
        /// The file.
        file: PathBuf,
    },
    /// Allows or forbids a kiosk the keys for working without network.
    LocalKeys {
        #[command(flatten)]
        data: Data,
        /// The kiosk's name.
        terminal: String,
        /// Yes or no.
        may: May,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum May {
    /// It may.
    Allow,
    /// It may not.
    Forbid,
}

#[derive(Subcommand)]
enum Journal {
    /// Recomputes all chains and compares them with the anchors; says what was changed, and where.
    Verify {
        #[command(flatten)]
        data: Data,
    },
}

#[derive(Subcommand)]
enum Settings {
    /// Prints every setting with its value and where that comes from, or what is wrong with them.
    Check {
        #[command(flatten)]
        data: Data,
    },
}

#[derive(Subcommand)]
enum Seed {
    /// Two events on real seat plans, with sellers, a store, terminals and clerks.
    Demo {
        #[command(flatten)]
        data: Data,
        /// Folder for virtual cards.
        #[arg(long)]
        tray: Option<PathBuf>,
        /// Leaves a folder that has the demo already as it is, and says so.
        #[arg(long)]
        if_empty: bool,
    },
}

impl Arguments {
    /// The settings of a command that has them.
    fn config(&self) -> Option<anyhow::Result<Config>> {
        match &self.command {
            Command::Serve { data, listening } => Some(data.config(&listening.stated())),
            Command::Config(Settings::Check { data }) => Some(data.config(&[])),
            _ => None,
        }
    }

    /// Does what was asked for.
    pub fn run(self) -> anyhow::Result<()> {
        let config = self.config().transpose()?;
        log::begin(config.as_ref())?;
        let config = || config.context("this command has no settings");
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            match self.command {
                Command::Serve { data, listening } => {
                    serve::serve(&data, &listening, &config()?).await
                }
                Command::Config(_) => {
                    config::check(&config()?);
                    Ok(())
                }
                Command::Terminals(terminals) => terminals.run().await,
                Command::Keys(keys) => keys.run(),
                Command::Import {
                    data,
                    file,
                    venue,
                    layout,
                    zone,
                } => {
                    plans::import(
                        &data,
                        &file,
                        plans::Names {
                            venue,
                            layout,
                            zone,
                        },
                    )
                    .await
                }
                Command::Account(wish) => accounts::run(wish).await,
                Command::Seed(Seed::Demo {
                    data,
                    tray,
                    if_empty,
                }) => demo::seed(&data, tray.as_deref(), if_empty).await,
                Command::Migrate { data } => moving::migrate(&data),
                Command::CopyStorage { data, to } => moving::copy_storage(&data, &to),
                Command::Restored { data, epochs_above } => moving::restored(&data, epochs_above),
                Command::Journal(Journal::Verify { data }) => journal::verify(&data),
                Command::FormatCard { data, place } => cards::format(&data, &place).await,
                Command::ExportBundle { data, gate, out } => {
                    gates::export(&data, &gate, &out).await
                }
                Command::Backup { data, to } => backup::backup(&data, &to),
                Command::Restore {
                    data,
                    from,
                    epochs_above,
                } => backup::restore(&data, &from, epochs_above),
                Command::ImportReports { data, file } => backup::import_reports(&data, &file).await,
                Command::LocalKeys {
                    data,
                    terminal,
                    may,
                } => backup::local_keys(&data, &terminal, may == May::Allow).await,
            }
        })
    }
}
