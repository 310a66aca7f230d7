//! Somebody changes language, size of text and colours in the middle of buying: only how it is said changes.

use std::{fs::File, io::BufReader};

use anyhow::{Context, Result, ensure};
use kippu_api::orders::OrderState;
use kippu_stage::hand::Hand;

use crate::support::{CARD, SOON, World, moves};

/// The keys of one language.
struct Keys {
    /// Of the other language.
    switch: &'static str,
    panel: &'static str,
    normal: &'static str,
    largest: &'static str,
    colours: &'static str,
    black: &'static str,
    close: &'static str,
}

const ENGLISH: Keys = Keys {
    switch: "日本語",
    panel: "Text, colour",
    normal: "Normal text",
    largest: "Largest text",
    colours: "Normal colours",
    black: "White on black",
    close: "Close",
};
const JAPANESE: Keys = Keys {
    switch: "English",
    panel: "文字・色",
    normal: "ふつうの文字",
    largest: "特大の文字",
    colours: "ふつうの色",
    black: "黒地に白",
    close: "とじる",
};

/// Says the other language from now on, by keys in this one.
fn switch(kiosk: &mut Hand, from: &Keys, title: &str, title_then: &str) -> Result<()> {
    kiosk.wait(title, SOON)?;
    kiosk.tap(from.switch)?;
    kiosk.wait(title_then, SOON)?;
    kiosk.gone(title, SOON)
}

/// Largest text in white on black, or as it was.
fn draw(kiosk: &mut Hand, keys: &Keys, strong: bool) -> Result<()> {
    let (text, colours) = if strong {
        (keys.largest, keys.black)
    } else {
        (keys.normal, keys.colours)
    };
    for key in [keys.panel, text, colours, keys.close] {
        kiosk.tap(key)?;
    }
    kiosk.gone(keys.close, SOON)?;
    ensure!(
        is_black(kiosk)? == strong,
        "after {colours} the screen is not drawn so"
    );
    Ok(())
}

/// Whether most of the screen is black.
fn is_black(kiosk: &mut Hand) -> Result<bool> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("screen.png");
    kiosk.shot(&file)?;
    let mut reader = png::Decoder::new(BufReader::new(File::open(&file)?)).read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().context("a size")?];
    reader.next_frame(&mut pixels)?;
    let (pixels, _) = pixels.as_chunks::<4>();
    let black = pixels
        .iter()
        .filter(|[red, green, blue, _]| (*red, *green, *blue) == (0, 0, 0));
    Ok(2 * black.count() > pixels.len())
}

/// The label that begins so.
fn label(kiosk: &mut Hand, start: &str) -> Result<String> {
    kiosk.wait(start, SOON)?;
    let labels = kiosk.labels()?;
    let mut labels = labels.split(" | ");
    let found = labels.find(|label| label.starts_with(start));
    Ok(found.context("a label")?.to_owned())
}

/// What the check says of seat and sum: from its title to the time that is left.
fn checked(kiosk: &mut Hand) -> Result<Vec<String>> {
    kiosk.wait("Please check", SOON)?;
    let labels = kiosk.labels()?;
    let labels = labels.split(" | ");
    let said = labels
        .skip_while(|label| *label != "Please check")
        .take_while(|label| *label != "Seats held for you");
    Ok(said.map(str::to_owned).collect())
}

#[test]
fn whoever_changes_how_it_is_said_loses_nothing_of_what_was_chosen() -> Result<()> {
    let world = World::open()?;
    let mut kiosk = world.kiosk("kiosk-1")?;
    moves::open_picture(&mut kiosk)?;
    moves::touch_free_seat(&mut kiosk)?;
    let chosen = label(&mut kiosk, "1 seat, ")?;
    let sum = chosen.trim_start_matches("1 seat, ").to_owned();
    ensure!(sum.starts_with('¥'), "{chosen:?}");

    // Before the picture.
    let (seats, seats_ja) = ("Choose your seats", "座席を選んでください");
    switch(&mut kiosk, &ENGLISH, seats, seats_ja)?;
    draw(&mut kiosk, &JAPANESE, true)?;
    let chosen = label(&mut kiosk, "1席 ")?;
    ensure!(chosen.ends_with(&sum), "{chosen:?}, and {sum} before");
    draw(&mut kiosk, &JAPANESE, false)?;
    switch(&mut kiosk, &JAPANESE, seats_ja, seats)?;
    kiosk.tap(&format!("1 seat, {sum}"))?;

    // Before the summary.
    let said = checked(&mut kiosk)?;
    ensure!(said.contains(&sum), "{sum} is not among {said:?}");
    let (check, check_ja) = ("Please check", "ご確認ください");
    switch(&mut kiosk, &ENGLISH, check, check_ja)?;
    draw(&mut kiosk, &JAPANESE, true)?;
    kiosk.wait("座席を確保中", SOON)?;
    kiosk.wait(&sum, SOON)?;
    draw(&mut kiosk, &JAPANESE, false)?;
    switch(&mut kiosk, &JAPANESE, check_ja, check)?;
    ensure!(checked(&mut kiosk)? == said, "another choice than {said:?}");
    kiosk.tap("Go on to pay")?;

    // While the card is asked for, and before the slip.
    let (lay, lay_ja) = ("Lay your card", "カードを置いてください");
    switch(&mut kiosk, &ENGLISH, lay, lay_ja)?;
    draw(&mut kiosk, &JAPANESE, true)?;
    moves::lay(&mut kiosk, CARD)?;
    let (slip, slip_ja) = ("Waiting for the register", "レジのお支払い待ち");
    switch(&mut kiosk, &JAPANESE, slip_ja, slip)?;
    let number = moves::slip_number(&mut kiosk)?;
    draw(&mut kiosk, &ENGLISH, false)?;
    ensure!(moves::slip_number(&mut kiosk)? == number);
    let order = world.order_by_slip(&number)?;
    assert_eq!(
        (order.state, order.seats.len()),
        (OrderState::AwaitingPayment, 1)
    );
    moves::lift(&mut kiosk, CARD)?;

    // Paid meanwhile, in any language.
    switch(&mut kiosk, &ENGLISH, slip, slip_ja)?;
    world.pay(&order)?;
    kiosk.wait("もう一度カードを", SOON)?;
    switch(
        &mut kiosk,
        &JAPANESE,
        "もう一度カードを",
        "Lay your card again",
    )?;
    kiosk.wait(&format!("Paid: {sum}"), SOON)?;
    moves::lay(&mut kiosk, CARD)?;
    kiosk.wait("Your tickets are on your card", SOON)?;
    moves::lift(&mut kiosk, CARD)?;
    world.wait_for_state(&order, OrderState::Issued)?;
    assert_eq!(world.live_on(CARD)?, order.tickets);
    Ok(())
}
