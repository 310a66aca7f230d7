//! A virtual DESFire card that lies down on a vpcd reader and keeps its memory in a file.
#![forbid(unsafe_code)]

use std::fmt::Arguments as Text;
use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use kippu_card::virtual_card::vpcd::{self, End};
use kippu_card::virtual_card::{CardSize, Chip, Direction, Fault, KeyKind, Timing, VirtualCard};

/// Lays a virtual card on a vpcd reader until it is torn away, this program is ended, or the line `lift` comes on standard input.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Address of the reader's port.
    #[arg(long, value_name = "HOST:PORT")]
    reader: String,
    /// Card number of a new card: 14 hexadecimal digits.
    #[arg(long, value_parser = parse_uid, default_value = "04aabbccddee80")]
    uid: [u8; 7],
    /// Memory of a new card: 2k, 4k or 8k.
    #[arg(long, default_value = "4k")]
    size: CardSize,
    /// File that keeps the card's memory; made where it does not exist yet.
    #[arg(long)]
    image: PathBuf,
    /// Kind of a new card's card key, sixteen zero bytes: des as from the factory, or aes.
    #[arg(long, value_parser = parse_key_kind, default_value = "aes")]
    card_key: KeyKind,
    /// Tear the card away at this exchange, counted from 1.
    #[arg(long, value_name = "N", conflicts_with = "mute_at_exchange")]
    tear_at_exchange: Option<u32>,
    /// Bytes of that exchange that still come through.
    #[arg(
        long,
        value_name = "K",
        default_value_t = 0,
        requires = "tear_at_exchange"
    )]
    byte: usize,
    /// Which half of that exchange is cut: command or response.
    #[arg(long, default_value = "command", requires = "tear_at_exchange")]
    direction: Direction,
    /// Stop answering from this exchange on.
    #[arg(long, value_name = "N")]
    mute_at_exchange: Option<u32>,
    /// Take the time that air and chip would take, at this bit rate in kbit/s.
    #[arg(long, value_name = "106|212|424|848", value_parser = parse_bit_rate)]
    timing: Option<u32>,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("virtual-card: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), String> {
    let blank = || Chip::blank(arguments.uid, arguments.size, arguments.card_key);
    let mut card = VirtualCard::open(&arguments.image, blank).map_err(|error| error.to_string())?;
    card.set_fault(
        match (arguments.tear_at_exchange, arguments.mute_at_exchange) {
            (Some(exchange), _) => Some(Fault::Tear {
                exchange,
                byte: arguments.byte,
                direction: arguments.direction,
            }),
            (None, Some(exchange)) => Some(Fault::Mute { exchange }),
            (None, None) => None,
        },
    );
    card.set_timing(arguments.timing.map_or(Timing::Off, Timing::At));

    let reader = &arguments.reader;
    let stream =
        TcpStream::connect(reader).map_err(|error| format!("no reader at {reader}: {error}"))?;
    lift_when_told(&stream).map_err(|error| error.to_string())?;
    say(format_args!("lying on {reader}"));
    let end = vpcd::serve(stream, &mut card)
        .map_err(|error| format!("the reader at {reader} broke off: {error}"))?;
    match end {
        End::ReaderGone => say(format_args!("the reader is gone")),
        End::Torn => say(format_args!("torn away")),
    }
    let counters = card.counters();
    say(format_args!(
        "{} exchanges, {} bytes on air",
        counters.exchanges, counters.bytes_on_air
    ));
    Ok(())
}

/// Ends the conversation with the reader, as if the card were lifted between two exchanges, when somebody says so.
fn lift_when_told(stream: &TcpStream) -> std::io::Result<()> {
    let stream = stream.try_clone()?;
    std::thread::spawn(move || {
        let told = std::io::stdin()
            .lines()
            .map_while(Result::ok)
            .any(|line| line == "lift");
        if told && let Err(error) = stream.shutdown(Shutdown::Both) {
            tracing::debug!(%error, "the reader is gone already");
        }
    });
    Ok(())
}

/// Tells whoever listens; that nobody does is no reason to take the card away.
fn say(text: Text) {
    let mut output = std::io::stdout();
    if writeln!(output, "{text}")
        .and_then(|()| output.flush())
        .is_err()
    {
        tracing::debug!(%text, "nobody listens");
    }
}

fn parse_uid(text: &str) -> Result<[u8; 7], String> {
    let bytes = hex::decode(text).map_err(|error| error.to_string())?;
    bytes
        .try_into()
        .map_err(|_| "a card number has 14 hexadecimal digits".to_owned())
}

fn parse_key_kind(text: &str) -> Result<KeyKind, String> {
    match text {
        "des" => Ok(KeyKind::Des),
        "aes" => Ok(KeyKind::Aes),
        _ => Err("known are des and aes".to_owned()),
    }
}

fn parse_bit_rate(text: &str) -> Result<u32, String> {
    match text {
        "106" | "212" | "424" | "848" => text.parse().map_err(|_| "no number".to_owned()),
        _ => Err("known are 106, 212, 424 and 848".to_owned()),
    }
}
