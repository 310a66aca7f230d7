//! Counts, apart from kiosk and register, where each ticket and the money is: on the cards' chips and in the platform's books.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use kippu_stage::{
    books::{self, Live},
    hand::Hand,
};
use rusqlite::Connection;

use crate::{grid::Which, world::World};

/// How long after its last customer a kiosk may take to report. It tries every five seconds.
const REPORTS: Duration = Duration::from_secs(30);

/// How it was before anybody came.
pub struct Before {
    live: Live,
    /// What is in the till by the books, minor units.
    till: i64,
}

impl Before {
    /// Reads cards and books.
    pub fn read(world: &World) -> Result<Self> {
        Ok(Self {
            live: Live::read(&world.tray())?,
            till: till(&books::open(&world.platform_data())?)?,
        })
    }

    /// What never holds, not even between a power cut and the next start: a ticket on two cards, or on one while money was promised for it.
    pub fn never(&self, world: &World) -> Result<()> {
        let live = Live::read(&world.tray())?;
        live.each_once()?;
        no_money_and_ticket(&live, &books::open(&world.platform_data())?)
    }

    /// Every ticket of before is live on exactly one card now and none is new, as the books say: how many the receiver got.
    pub fn tickets_stayed(&self, world: &World) -> Result<usize> {
        let live = self.cards_and_books(world)?;
        for ticket in self.live.tickets() {
            ensure!(live.has(ticket), "LOST: ticket {ticket} is on no card");
        }
        self.came(world, &live, 0)
    }

    /// So many tickets came onto the receiver's card and none went: each sold once, paid once, and its sum in the till.
    pub fn bought(&self, world: &mut World, tickets: usize, paid: i64) -> Result<()> {
        let live = self.cards_and_books(world)?;
        self.came(world, &live, tickets)?;
        let card = books::uid(&world.image(Which::Receiver))?;
        let books = books::open(&world.platform_data())?;
        let mut orders = books.prepare(
            "SELECT o.state, p.amount FROM orders o LEFT JOIN payments p ON p.order_id = o.id
             WHERE o.card = ?1 AND o.state NOT IN ('awaiting_payment', 'expired', 'cancelled')",
        )?;
        let orders: Vec<(String, Option<i64>)> = orders
            .query_map([card], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        ensure!(
            orders == [("issued".to_owned(), Some(paid))],
            "MONEY: ¥{paid} were paid for {tickets} tickets, and the books have {orders:?}"
        );
        self.till_agrees(world, paid)
    }

    /// So many tickets left the giver's card for money: void, on no card, promised once, and paid out once.
    pub fn given_up(&self, world: &mut World, tickets: usize, got: i64) -> Result<()> {
        let live = self.cards_and_books(world)?;
        let gone: Vec<u64> = self
            .live
            .tickets()
            .filter(|ticket| !live.has(*ticket))
            .collect();
        let books = books::open(&world.platform_data())?;
        let promised = promised(&books)?;
        let named: Vec<u64> = promised.iter().map(|promise| promise.ticket).collect();
        ensure!(
            gone == named && gone.len() == tickets,
            "LOST: tickets {gone:?} are on no card, and money was promised for {named:?}"
        );
        let sum: i64 = promised.iter().map(|promise| promise.due).sum();
        let (refunds, amount, paid_out): (i64, i64, i64) = books.query_row(
            "SELECT count(*), coalesce(sum(amount), 0), coalesce(sum(amount) FILTER (WHERE paid_out IS NOT NULL), 0) FROM refunds",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        ensure!(
            refunds == 1 && amount == sum && paid_out == sum && got == sum,
            "MONEY: tickets worth ¥{sum}; {refunds} refunds promise ¥{amount}, ¥{paid_out} are booked as paid out, ¥{got} were handed out"
        );
        self.till_agrees(world, -got)
    }

    /// Each ticket once, and where the books say.
    fn cards_and_books(&self, world: &World) -> Result<Live> {
        books::within(REPORTS, || {
            let live = Live::read(&world.tray())?;
            let books = books::open(&world.platform_data())?;
            let agreed = books::agree(&self.live, &live, &books)?;
            let unsure = agreed.between.iter().find(|ticket| live.has(**ticket));
            ensure!(
                unsure.is_none(),
                "BOOKS: ticket {unsure:?} is on a card, and the platform does not know it"
            );
            no_money_and_ticket(&live, &books)?;
            Ok(live)
        })
    }

    /// How many tickets the receiver has more than before; so many of them were on no card then.
    fn came(&self, world: &World, live: &Live, new: usize) -> Result<usize> {
        let invented = live
            .tickets()
            .filter(|ticket| !self.live.has(*ticket))
            .count();
        ensure!(
            invented == new,
            "INVENTED: {invented} tickets are on a card and were on none; {new} were bought"
        );
        let card = books::uid(&world.image(Which::Receiver))?;
        Ok(live.count_on(&card) - self.live.count_on(&card))
    }

    /// The register's screen says what is in the till: what was there, and what people saw go in or out.
    fn till_agrees(&self, world: &mut World, moved: i64) -> Result<()> {
        let (expected, booked) = (
            self.till + moved,
            till(&books::open(&world.platform_data())?)?,
        );
        let said = till_on_screen(world.register()?)?;
        ensure!(
            said.contains(&sum_words(expected)) && booked == expected,
            "TILL: ¥{expected} are in it; the books say ¥{booked}, and the register: {said:?}"
        );
        Ok(())
    }
}

/// A ticket that money was promised for.
struct Promise {
    ticket: u64,
    /// Minor units.
    due: i64,
    void: bool,
}

fn promised(books: &Connection) -> Result<Vec<Promise>> {
    let mut statement = books.prepare(
        "SELECT g.ticket, t.price - g.fee, t.void FROM refunded_tickets g JOIN tickets t USING (ticket) ORDER BY g.ticket",
    )?;
    let rows = statement.query_map([], |row| {
        let ticket: i64 = row.get(0)?;
        Ok(Promise {
            ticket: ticket.cast_unsigned(),
            due: row.get(1)?,
            void: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn no_money_and_ticket(live: &Live, books: &Connection) -> Result<()> {
    for promise in promised(books)? {
        ensure!(
            promise.void && !live.has(promise.ticket),
            "MONEY AND TICKET: ¥{} were promised for ticket {}, which is still good",
            promise.due,
            promise.ticket
        );
    }
    Ok(())
}

/// What clerks took and did not pay out, by the books.
fn till(books: &Connection) -> Result<i64> {
    Ok(books.query_row(
        "SELECT (SELECT coalesce(sum(amount), 0) FROM payments WHERE outcome <> 'refunded')
              - (SELECT coalesce(sum(amount), 0) FROM refunds WHERE paid_out IS NOT NULL)",
        [],
        |row| row.get(0),
    )?)
}

/// The sum that must be in the till. Where another line of the screen has the same one, it is named once, and all before it may be meant.
fn till_on_screen(register: &mut Hand) -> Result<Vec<String>> {
    const TITLE: &str = "Must be in the till";
    let labels = books::within(REPORTS, || {
        // An outage may last a moment longer than the customer stayed.
        register.tap("Till")?;
        register.wait(TITLE, 20)?;
        register.gone("One moment", 20)?;
        let labels = register.labels()?;
        register.tap("Back to the list")?;
        ensure!(!labels.contains("No connection"), "{labels}");
        Ok(labels)
    })?;
    let sums = |part: &str| -> Vec<String> {
        let labels = part.split(" | ").filter(|label| yen(label).is_some());
        labels.map(str::to_owned).collect()
    };
    let (before, after) = labels.split_once(TITLE).context(TITLE)?;
    let after = sums(after);
    Ok(if after.is_empty() {
        sums(before)
    } else {
        after
    })
}

/// A sum as screens write it.
fn sum_words(sum: i64) -> String {
    let digits = sum.abs().to_string();
    let mut words = String::new();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    format!("{}¥{words}", if sum < 0 { "−" } else { "" })
}

/// What a label says as a sum; `None` for other words.
pub fn yen(label: &str) -> Option<i64> {
    let digits: String = label
        .strip_prefix('¥')?
        .chars()
        .filter(|c| *c != ',')
        .collect();
    digits.parse().ok()
}

/// The sum a label ends with.
///
/// # Errors
/// There is none.
pub fn sum_in(label: &str) -> Result<i64> {
    match label
        .find('¥')
        .and_then(|at| yen(label[at..].split(' ').next()?))
    {
        Some(sum) => Ok(sum),
        None => bail!("no sum in {label:?}"),
    }
}
