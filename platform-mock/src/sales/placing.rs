//! Seats are held, and a hold becomes an order.

use kippu_api::{
    orders::{NewOrder, OrderState, PaymentMethod},
    problem::ProblemCode,
};

use super::{
    command::{claim_seats, on_sale, pass_seats, random_id, set_state},
    limits::{self, Purchase, PurchaseLimits},
    record::{self, HoldRecord},
    rules::{HOLD_MICROS, SLIP_MICROS, contained_tax, jitter},
    slip::Slip,
    storage::HoldCommand,
};
use crate::{
    journal::{Entry, PAYMENT},
    masters::rules::Terminal,
    members,
    refusal::{Answer, Refusal},
    storage::Unit,
    tickets::record::next_id,
};

/// How the journal tells of a payment by a member account.
const BY_ACCOUNT: &str = "member_account";

/// Holds seats: all or none.
pub(super) fn hold(unit: &mut Unit<'_>, command: &HoldCommand) -> Answer<HoldRecord> {
    let event = &command.event;
    if !on_sale(unit, event.event)? {
        return Err(Refusal::new(
            ProblemCode::SalesClosed,
            format!("{} is no longer on sale.", event.name),
        ));
    }
    let id = random_id();
    let prices: Vec<i64> = event.prices.iter().map(|price| price.price).collect();
    let seats = claim_seats(
        unit,
        event.event,
        command.seller,
        &command.seats,
        &id,
        &prices,
    )?;
    let hold = HoldRecord {
        hold: id,
        event: event.event,
        terminal: command.terminal,
        seats,
        expires: unit.now + HOLD_MICROS + jitter(&command.key.key),
        extensions: 0,
        apart: command.apart,
    };
    unit.sql
        .prepare_cached("INSERT INTO holds (hold, event, terminal, seats, expires, apart) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute((&hold.hold, hold.event.0, hold.terminal.0, serde_json::to_string(&hold.seats)?, hold.expires, hold.apart))?;
    Ok(hold)
}

/// Turns a live hold into an order with a slip and tickets, and charges it where the member account pays; its id.
pub(super) fn create_order(
    unit: &mut Unit<'_>,
    terminal: &Terminal,
    new: &NewOrder,
) -> Answer<String> {
    let shop = terminal.shop()?;
    let hold = record::live_hold(unit.sql, &new.hold, terminal.id, unit.now)?;
    if usize::from(new.room) < hold.seats.len() {
        return Err(card_too_full(new.room, hold.seats.len()));
    }
    let id = random_id();
    let total = hold
        .seats
        .iter()
        .try_fold(0_i64, |sum, seat| sum.checked_add(seat.price));
    let total = total.ok_or_else(|| Refusal::internal(&"a total does not fit"))?;
    let (currency, basis_points, limits): (String, u16, PurchaseLimits) = unit
        .sql
        .prepare_cached(
            "SELECT currency, tax_basis_points,
                    (SELECT most FROM purchase_limits l WHERE l.event = e.event AND per = 'card'),
                    (SELECT most FROM purchase_limits l WHERE l.event = e.event AND per = 'person'),
                    (SELECT most FROM purchase_limits l WHERE l.event = e.event AND per = 'payment')
             FROM events e WHERE event = ?1",
        )?
        .query_row([hold.event.0], |row| {
            let limits = PurchaseLimits {
                per_card: row.get(2)?,
                per_person: row.get(3)?,
                per_payment: row.get(4)?,
            };
            Ok((row.get(0)?, row.get(1)?, limits))
        })?;
    let member = match new.method {
        PaymentMethod::RegisterSlip => None,
        PaymentMethod::MemberAccount => {
            let sum = (total, currency.as_str());
            Some(members::chargeable(unit, terminal, new.card, sum)?.id)
        }
    };
    let number: u64 = unit
        .sql
        .prepare_cached(
            "UPDATE terminals SET slips = slips + 1 WHERE terminal = ?1 RETURNING slips",
        )?
        .query_row([terminal.id.0], |row| row.get(0))?;
    let slip = Slip {
        kiosk: terminal.id,
        number,
    }
    .to_string();
    unit.sql
        .prepare_cached(
            "INSERT INTO orders (id, state, event, seller, store, terminal, card, total, tax, currency, slip, created, pay_until, member)
             VALUES (?1, 'awaiting_payment', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute((
            &id,
            hold.event.0,
            shop.seller.0,
            shop.store,
            terminal.id.0,
            new.card.to_string(),
            total,
            contained_tax(total, basis_points),
            currency,
            &slip,
            unit.now,
            unit.now + SLIP_MICROS,
            member,
        ))?;
    // One account is one means of payment, whoever carries its cards.
    let mut buyer = new.buyer.clone();
    if let Some(member) = member {
        buyer.payment = Some(format!("member {member}"));
    }
    let purchase = Purchase {
        order: &id,
        event: hold.event,
        card: new.card,
        buyer: &buyer,
        tickets: hold.seats.len(),
    };
    limits::count(unit, limits, &purchase)?;
    let mut tickets = Vec::with_capacity(hold.seats.len());
    for (place, seat) in hold.seats.iter().enumerate() {
        let ticket = next_id(unit)?;
        unit.sql
            .prepare_cached("INSERT INTO tickets (ticket, order_id, place, event, seat, class, price) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
            .execute((ticket.0, &id, place, hold.event.0, seat.seat, seat.class, seat.price))?;
        tickets.push(ticket);
    }
    pass_seats(unit, hold.event, Some(&hold.hold), &id, &seats_of(&hold))?;
    unit.sql
        .prepare_cached("DELETE FROM holds WHERE hold = ?1")?
        .execute([&hold.hold])?;
    unit.journal(&Entry {
        kind: "ordered",
        order: Some(&id),
        event: Some(hold.event.0),
        tickets: &tickets,
        seller: Some(shop.seller.0),
        terminal: Some(terminal.id.0),
        card: Some(&new.card.to_string()),
        amount: Some(total),
        note: Some(&slip),
        ..Entry::default()
    })?;
    if let Some(member) = member {
        members::charge(unit, member, &id, total)?;
        set_state(unit, &id, OrderState::Paid)?;
        unit.sql
            .prepare_cached("UPDATE orders SET paid = ?2 WHERE id = ?1")?
            .execute((&id, unit.now))?;
        unit.journal(&Entry {
            kind: PAYMENT,
            order: Some(&id),
            event: Some(hold.event.0),
            tickets: &tickets,
            seller: Some(shop.seller.0),
            terminal: Some(terminal.id.0),
            card: Some(&new.card.to_string()),
            amount: Some(total),
            note: Some(BY_ACCOUNT),
            ..Entry::default()
        })?;
    }
    Ok(id)
}

/// Indices of a hold's seats.
pub(super) fn seats_of(hold: &HoldRecord) -> Vec<u32> {
    hold.seats.iter().map(|seat| seat.seat).collect()
}

/// 409: less room on the card than tickets.
pub(super) fn card_too_full(room: u8, tickets: usize) -> Refusal {
    Refusal::new(
        ProblemCode::CardTooFull,
        format!("The card has room for {room} tickets; the order has {tickets}. Nothing was paid."),
    )
    .hint("Use another card, or choose fewer seats.")
}
