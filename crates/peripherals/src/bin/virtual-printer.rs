//! A receipt printer made of software, for demonstrations and tests.

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use kippu_peripherals::virtual_printer::{Control, Fault, VirtualPrinter};

/// Takes ESC/POS over TCP and saves each paper as PNG and bytes.
///
/// While it runs, lines on standard input act on it: paper-out, paper-in, paper-mm N, paper-low, paper-enough, cover-open,
/// cover-close, mute, speak, hang, go, jam, unjam, noise HEX, off, on, after BYTES FAULT, quit.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:9100")]
    listen: String,
    /// Folder the papers go to.
    #[arg(long)]
    out: PathBuf,
    /// Length of the roll in millimetres; endless without it.
    #[arg(long, value_name = "N")]
    paper_mm: Option<u32>,
    /// The paper ends after so many bytes of print data.
    #[arg(long, value_name = "N", group = "fault")]
    paper_out_after_bytes: Option<u64>,
    /// The cover is opened after so many bytes of print data.
    #[arg(long, value_name = "N", group = "fault")]
    cover_open_after_bytes: Option<u64>,
    /// It falls silent after so many bytes of print data.
    #[arg(long, value_name = "N", group = "fault")]
    mute_after_bytes: Option<u64>,
}

impl Arguments {
    fn controls(&self) -> impl Iterator<Item = Control> {
        let after =
            |bytes: Option<u64>, fault| bytes.map(|bytes| Control::BreakAfter(bytes, fault));
        [
            self.paper_mm.map(Control::Load),
            after(self.paper_out_after_bytes, Fault::PaperOut),
            after(self.cover_open_after_bytes, Fault::CoverOpen),
            after(self.mute_after_bytes, Fault::Mute),
        ]
        .into_iter()
        .flatten()
    }
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::WARN)
        .init();
    let arguments = Arguments::parse();
    let printer = match VirtualPrinter::start(&arguments.listen, &arguments.out) {
        Ok(printer) => printer,
        Err(error) => {
            eprintln!(
                "cannot listen on {} and print into {}: {error}",
                arguments.listen,
                arguments.out.display()
            );
            return ExitCode::FAILURE;
        }
    };
    for control in arguments.controls() {
        printer.control(&control);
    }
    say(&format!("listening on {}", printer.address()));
    let lines = lines_of_standard_input();
    loop {
        if let Some((path, paper)) = printer.next_paper(Duration::from_millis(50)) {
            let what = if paper.whole {
                "printed"
            } else {
                "part of a paper"
            };
            say(&format!("{what} {}", path.display()));
        }
        for line in lines.try_iter() {
            match Control::parse(&line) {
                Ok(Control::Quit) => return ExitCode::SUCCESS,
                Ok(control) => {
                    printer.control(&control);
                    say(&format!("ok {line}"));
                }
                Err(reason) => say(&format!("no {reason}")),
            }
        }
    }
}

/// Writes a line for whoever reads along; that nobody does any more is no reason to stop printing.
fn say(line: &str) {
    if let Err(error) = writeln!(std::io::stdout(), "{line}") {
        tracing::debug!(%error, "nobody reads along");
    }
}

/// Lines as they come. The end of the input ends nothing: a printer started in the background has none.
fn lines_of_standard_input() -> std::sync::mpsc::Receiver<String> {
    let (sender, lines) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}
