//! Papers as they come out of the virtual printer: the printed codes are read back by two independent readers.

mod samples;

use std::process::Command;
use std::time::Duration;

use kippu_peripherals::paper::{Language, Typesetter, WaitingPlace};
use kippu_peripherals::printer::{Patience, PrintOutcome, Printer, network_printer};
use kippu_peripherals::raster::Raster;
use kippu_peripherals::virtual_printer::VirtualPrinter;
use rxing::BarcodeFormat;

const PATIENT: Patience = Patience {
    answer: Duration::from_secs(10),
    confirm: Duration::from_secs(20),
    probe: Duration::from_secs(5),
};

/// Prints on the virtual printer; the picture is decoded from the bytes that went over the wire.
fn print(paper: &Raster) -> (tempfile::TempDir, std::path::PathBuf, Raster) {
    let folder = tempfile::tempdir().unwrap();
    let printer = VirtualPrinter::start("127.0.0.1:0", folder.path()).unwrap();
    let mut driver = network_printer(&printer.address().to_string(), PATIENT);
    assert_eq!(driver.print(paper), PrintOutcome::Printed);
    let (path, printed) = printer.next_paper(Duration::from_secs(20)).unwrap();
    (folder, path, printed.raster)
}

#[test]
fn rxing_reads_both_codes_of_every_slip() {
    let mut typesetter = Typesetter::load().unwrap();
    for language in [Language::Japanese, Language::English] {
        for code in ["4-1827-3", "1-0", "KIPPU-4-182700-3"] {
            let paper = samples::slip(language, code)
                .render(&mut typesetter)
                .unwrap();
            let (_folder, _path, printed) = print(&paper);
            // As it lies before a reader: with the paper's white margins.
            let seen = printed.preview();
            let found = rxing::helpers::detect_multiple_in_luma(
                seen.to_luma(),
                seen.width(),
                seen.height(),
            )
            .unwrap();
            for format in [BarcodeFormat::QR_CODE, BarcodeFormat::CODE_128] {
                assert!(
                    found
                        .iter()
                        .any(|result| *result.getBarcodeFormat() == format
                            && result.getText() == code),
                    "{format:?} of {code}: {found:?}"
                );
            }
        }
    }
}

#[test]
fn zbar_reads_both_codes_of_the_saved_picture() {
    let mut typesetter = Typesetter::load().unwrap();
    let paper = samples::slip(Language::Japanese, "4-1827-3")
        .render(&mut typesetter)
        .unwrap();
    let (_folder, path, _) = print(&paper);
    let text = zbar(&path);
    for code in ["QR-Code:4-1827-3", "CODE-128:4-1827-3"] {
        assert!(text.iter().any(|found| found == code), "{text:?}");
    }
}

#[test]
fn a_receipt_arrives_dot_for_dot() {
    let mut typesetter = Typesetter::load().unwrap();
    for copy in [false, true] {
        let paper = samples::receipt(Language::English, copy).render(&mut typesetter);
        let (_folder, _path, printed) = print(&paper);
        assert_eq!(printed, paper);
    }
}

fn places() -> [WaitingPlace; 3] {
    [
        WaitingPlace::Terminal,
        WaitingPlace::Center,
        WaitingPlace::Card {
            ending: "3F80".into(),
            anywhere: false,
        },
    ]
}

fn read_codes(paper: &Raster) -> Vec<(BarcodeFormat, String)> {
    // As it lies before a reader: with the paper's white margins.
    let seen = paper.preview();
    let found =
        rxing::helpers::detect_multiple_in_luma(seen.to_luma(), seen.width(), seen.height());
    found
        .unwrap()
        .iter()
        .map(|result| (*result.getBarcodeFormat(), result.getText().to_owned()))
        .collect()
}

#[test]
fn a_paper_tickets_code_is_read_by_both_readers() {
    let mut typesetter = Typesetter::load().unwrap();
    for language in [Language::Japanese, Language::English] {
        for ticket in [
            samples::ticket(language),
            samples::bare_ticket(language),
            samples::voucher(language),
        ] {
            let (_folder, path, printed) = print(&ticket.render(&mut typesetter).unwrap());
            assert_eq!(
                read_codes(&printed),
                [(BarcodeFormat::QR_CODE, samples::paper_code())]
            );
            assert_eq!(zbar(&path), [format!("QR-Code:{}", samples::paper_code())]);
        }
    }
}

#[test]
fn a_waiting_handovers_number_is_read_by_both_readers() {
    let mut typesetter = Typesetter::load().unwrap();
    for language in [Language::Japanese, Language::English] {
        for place in places() {
            let slip = samples::handover_slip(language, place);
            let (_folder, path, printed) = print(&slip.render(&mut typesetter).unwrap());
            let mut found = read_codes(&printed);
            found.sort_by_key(|(format, _)| format.to_string());
            let code = || "482109375562".to_owned();
            assert_eq!(
                found,
                [
                    (BarcodeFormat::CODE_128, code()),
                    (BarcodeFormat::QR_CODE, code())
                ]
            );
            let mut found = zbar(&path);
            found.sort();
            assert_eq!(found, ["CODE-128:482109375562", "QR-Code:482109375562"]);
        }
    }
}

/// What the independent reader finds in a saved picture, a line a code.
fn zbar(picture: &std::path::Path) -> Vec<String> {
    let output = Command::new("zbarimg")
        .arg("--quiet")
        .arg(picture)
        .output()
        .expect("zbarimg, of Debian's package zbar-tools, is installed");
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(str::to_owned).collect()
}

/// Saves all samples where `KIPPU_PAPERS` says, for looking at.
#[test]
#[ignore = "writes pictures for people; run with KIPPU_PAPERS=FOLDER"]
fn samples_for_people() {
    let folder = std::path::PathBuf::from(std::env::var("KIPPU_PAPERS").unwrap());
    std::fs::create_dir_all(&folder).unwrap();
    let mut typesetter = Typesetter::load().unwrap();
    for (language, name) in [(Language::Japanese, "ja"), (Language::English, "en")] {
        let slip = samples::slip(language, "4-1827-3")
            .render(&mut typesetter)
            .unwrap();
        let mut papers = vec![(format!("slip-{name}"), slip)];
        for copy in [false, true] {
            let receipt = samples::receipt(language, copy).render(&mut typesetter);
            papers.push((
                format!("receipt-{name}{}", if copy { "-copy" } else { "" }),
                receipt,
            ));
        }
        for (kind, ticket) in [
            ("ticket", samples::ticket(language)),
            ("ticket-bare", samples::bare_ticket(language)),
            ("voucher", samples::voucher(language)),
        ] {
            let paper = ticket.render(&mut typesetter).unwrap();
            papers.push((format!("{kind}-{name}"), paper));
        }
        for place in places() {
            let kind = match place {
                WaitingPlace::Terminal => "terminal",
                WaitingPlace::Center => "center",
                WaitingPlace::Card { .. } => "card",
            };
            let slip = samples::handover_slip(language, place);
            let paper = slip.render(&mut typesetter).unwrap();
            papers.push((format!("waiting-{kind}-{name}"), paper));
        }
        let giving = samples::giving_receipt(language).render(&mut typesetter);
        papers.push((format!("giving-{name}"), giving));
        let long = samples::long_slip(language)
            .render(&mut typesetter)
            .unwrap();
        papers.push((format!("slip-long-{name}"), long));
        for (name, paper) in papers {
            std::fs::write(
                folder.join(name + ".png"),
                paper.preview().to_png().unwrap(),
            )
            .unwrap();
        }
    }
}
