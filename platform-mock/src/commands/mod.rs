//! The commands of `platform-center`.

mod serve;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

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
        /// Folder with the database and the keys; made if it is missing.
        #[arg(long)]
        data: PathBuf,
        /// Address to listen on; port 0 takes a free one.
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: String,
    },
}

impl Arguments {
    /// Does what was asked for.
    pub fn run(self) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            match self.command {
                Command::Serve { data, listen } => serve::serve(&data, &listen).await,
            }
        })
    }
}
