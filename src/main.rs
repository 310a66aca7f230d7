//! `kippu kiosk`, `kippu gate`, `kippu register`: the terminals.
#![forbid(unsafe_code)]

use std::{io::IsTerminal, process::ExitCode};

use clap::{Parser, Subcommand};
use kippu::app::{self, Cards, Common};
use kippu_peripherals::scanner::ScannerPlace;

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
        #[command(flatten)]
        devices: app::Devices,
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
        /// A bar code scanner for paper tickets: `auto`, `name:PART-OF-NAME`, or a device file such as `/dev/input/by-id/…`.
        #[arg(long, value_name = "PLACE")]
        scanner: Option<ScannerPlace>,
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
        /// A bar code scanner for slips: `auto`, `name:PART-OF-NAME`, or a device file such as `/dev/input/by-id/…`. Nobody else gets its keys.
        #[arg(long, value_name = "PLACE")]
        scanner: Option<ScannerPlace>,
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
            devices,
        } => app::run_kiosk(&common, &cards, &devices),
        Terminal::Gate {
            common,
            cards,
            bundle,
            scanner,
        } => app::run_gate(&common, &cards, bundle.as_deref(), scanner.as_ref()),
        Terminal::Enrol {
            code,
            platform,
            terminal,
        } => app::run_enrol(&code, &platform, &terminal),
        Terminal::Register { common, scanner } => app::run_register(&common, scanner.as_ref()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kippu: {error:#}");
            ExitCode::FAILURE
        }
    }
}
