//! `kippu kiosk`, `kippu gate`, `kippu register`: the terminals.
#![forbid(unsafe_code)]

use std::{io::IsTerminal, process::ExitCode};

use clap::{Parser, Subcommand};
use kippu::app::{self, Cards, Common};

/// Electronic tickets on cards: the kiosk, the gate and the register's screen.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    terminal: Terminal,
}

#[derive(Debug, Subcommand)]
enum Terminal {
    /// Customers buy tickets and put them on their cards.
    Kiosk {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        cards: Cards,
        /// The printer: `tcp:HOST:PORT`. Without one, the screen says so.
        #[arg(long, value_name = "tcp:ADDR")]
        printer: Option<app::PrinterAddress>,
        /// Folder a USB stick appears as: reports are saved there, and keys for working without network are read from it.
        #[arg(long, value_name = "DIR")]
        stick: Option<std::path::PathBuf>,
        /// Where speech is heard: `speaker`, or `wav:DIR` for recordings in a folder.
        #[arg(long, value_name = "speaker|wav:DIR", default_value = "speaker")]
        speech: app::SpeechPlace,
    },
    /// Visitors hold their card and go in.
    Gate {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        cards: Cards,
        /// A bundle exported by the platform, for a gate without network.
        #[arg(long, value_name = "FILE")]
        bundle: Option<std::path::PathBuf>,
    },
    /// Makes this machine a terminal, with a code from the operator.
    Enrol {
        /// The code, six groups of five letters and digits.
        code: kippu_api::enrolment::EnrolmentCode,
        /// Address of the platform, `https://host:port`.
        #[arg(long)]
        platform: String,
        /// Where this terminal's configuration is written; its key and certificate lie beside it.
        #[arg(long, value_name = "FILE")]
        terminal: std::path::PathBuf,
    },
    /// Clerks take the money for slips.
    Register {
        #[command(flatten)]
        common: Common,
    },
}

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| "warn,kippu=info".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Colours are for people at a terminal; in systemd's journal they would be letters.
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let ended = match Arguments::parse().terminal {
        Terminal::Kiosk {
            common,
            cards,
            printer,
            stick,
            speech,
        } => app::run_kiosk(&common, &cards, printer.as_ref(), stick.as_deref(), &speech),
        Terminal::Gate {
            common,
            cards,
            bundle,
        } => app::run_gate(&common, &cards, bundle.as_deref()),
        Terminal::Enrol {
            code,
            platform,
            terminal,
        } => app::run_enrol(&code, &platform, &terminal),
        Terminal::Register { common } => app::run_register(&common),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kippu: {error:#}");
            ExitCode::FAILURE
        }
    }
}
