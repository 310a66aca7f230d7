//! The form for an event, read: what was typed, or what is wrong with it, field by field.

use jiff::tz::TimeZone;
use kippu_api::organizing::{LayoutInList, NewOrganizedEvent};

use super::{
    amount::{NoAmount, amount, money, percent},
    words::registering::Words,
};
use crate::{
    masters::{
        organized::text,
        wall_clock::{self, NoMoment},
    },
    pages::typed::{Troubles, Typed, nth},
};

/// What was typed, as an event in a hall; `None` where something is wrong with it. `now`: UTC microseconds.
pub fn read(
    typed: &Typed,
    layout: &LayoutInList,
    t: &Words,
    now: i64,
) -> (Option<NewOrganizedEvent>, Troubles) {
    let mut troubles = Troubles::default();
    for field in ["name", "performers"] {
        words_in(typed, t, &mut troubles, field);
    }
    times(typed, layout, t, now, &mut troubles);
    let currency = typed.get("currency").to_uppercase();
    if currency.len() != 3 || !currency.bytes().all(|letter| letter.is_ascii_uppercase()) {
        troubles.add("currency", t.bad_currency);
    }
    let prices: Vec<i64> = (0..layout.classes.len())
        .map(|class| {
            let field = nth("price", class);
            let read = amount(typed.get(&field), &currency);
            price(&mut troubles, field, read, &currency, t)
        })
        .collect();
    let refund_fee = match typed.get("refund_fee") {
        "" => None,
        fee => {
            let read = amount(fee, &currency);
            Some(price(
                &mut troubles,
                "refund_fee".into(),
                read,
                &currency,
                t,
            ))
        }
    };
    let tax = percent(typed.get("tax")).ok();
    let tax = tax.and_then(|tax| u16::try_from(tax).ok());
    let tax = tax.filter(|tax| *tax <= 10_000);
    let tax_basis_points = troubles.take("tax", tax.ok_or(()), |()| t.bad_tax);
    let limit_per_order = limit(typed, t, &mut troubles);
    let entrances = entrances(typed.get("entrances"));
    if entrances.is_empty() || entrances.iter().any(|name| text(name).is_err()) {
        troubles.add("entrances", t.bad_text);
    }
    let sales_end = match typed.get("sales_end") {
        "" => typed.get("starts"),
        stated => stated,
    };
    let new = NewOrganizedEvent {
        layout: layout.layout,
        name: typed.get("name").to_owned(),
        performers: typed.get("performers").to_owned(),
        doors_open: typed.get("doors").to_owned(),
        starts: typed.get("starts").to_owned(),
        sales_end: sales_end.to_owned(),
        currency,
        tax_basis_points: tax_basis_points.unwrap_or_default(),
        limit_per_order: limit_per_order.unwrap_or_default(),
        prices,
        entrances,
        refund_fee,
    };
    (troubles.is_empty().then_some(new), troubles)
}

fn times(typed: &Typed, layout: &LayoutInList, t: &Words, now: i64, troubles: &mut Troubles) {
    let zone = TimeZone::get(&layout.zone).unwrap_or(TimeZone::UTC);
    let mut time = |field| time(typed, &zone, t, troubles, field);
    let (doors, starts) = (time("doors"), time("starts"));
    let sales_end = match typed.get("sales_end") {
        "" => None,
        _ => time("sales_end"),
    };
    if let (Some(doors), Some(starts)) = (doors, starts)
        && doors > starts
    {
        troubles.add("doors", t.doors_late);
    }
    for (field, at) in [("starts", starts), ("sales_end", sales_end)] {
        if at.is_some_and(|at| at <= now) {
            troubles.add(field, t.past_time);
        }
    }
}

/// A name in a field.
pub fn words_in(
    typed: &Typed,
    t: &Words,
    troubles: &mut Troubles,
    field: &'static str,
) -> Option<String> {
    troubles.take(field, text(typed.get(field)), |_| t.bad_text)
}

/// The most tickets in one order.
pub fn limit(typed: &Typed, t: &Words, troubles: &mut Troubles) -> Option<u8> {
    let limit = typed.get("limit").parse().ok();
    let limit = limit.filter(|limit: &u8| *limit > 0);
    troubles.take("limit", limit.ok_or(()), |()| t.bad_limit)
}

/// A moment in a field, by the clock of a zone; UTC microseconds.
pub fn time(
    typed: &Typed,
    zone: &TimeZone,
    t: &Words,
    troubles: &mut Troubles,
    field: &'static str,
) -> Option<i64> {
    let read = wall_clock::read(typed.get(field), zone);
    troubles.take(field, read, |why| not_a_moment(why, t))
}

/// Why a text is no moment, in words.
pub fn not_a_moment(why: NoMoment, t: &Words) -> &'static str {
    match why {
        NoMoment::Unread => t.bad_time,
        NoMoment::Skipped => t.skipped_time,
    }
}

fn price(
    troubles: &mut Troubles,
    field: String,
    read: Result<i64, NoAmount>,
    currency: &str,
    t: &Words,
) -> i64 {
    match read {
        Ok(price) => price,
        Err(why) => {
            let example = if currency == "JPY" { 8_800 } else { 4_250 };
            let words = match why {
                NoAmount::Unread => t.bad_price.replacen("{}", &money(example, currency), 1),
                NoAmount::Decimals => t.bad_decimals.to_owned(),
            };
            troubles.add(field, words);
            0
        }
    }
}

/// Names apart by commas, also Japanese ones.
fn entrances(text: &str) -> Vec<String> {
    text.split([',', '、', '，', '\n'])
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What people most often pay with in a zone.
pub fn currency_of(zone: &str) -> &'static str {
    match zone.split('/').next() {
        Some("Europe") => "EUR",
        Some("America") => "USD",
        _ => "JPY",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{organizer::words::registering::words, pages::words::Language};

    fn hall() -> LayoutInList {
        LayoutInList {
            layout: 1,
            venue: "Halle".into(),
            zone: "Europe/Berlin".into(),
            address: String::new(),
            link: String::new(),
            name: "full".into(),
            seats: 8,
            rows: 2,
            classes: vec!["S".into(), "A".into()],
        }
    }

    /// Troubles of a good form with one field typed otherwise.
    fn with(field: &str, text: &str) -> (Option<NewOrganizedEvent>, Vec<String>) {
        let good = [
            ("name", "Konzert"),
            ("performers", "Trio"),
            ("doors", "2027-03-27T18:00"),
            ("starts", "2027-03-27T19:00"),
            ("currency", "eur"),
            ("tax", "7"),
            ("limit", "6"),
            ("price-0", "55"),
            ("price-1", "42,50"),
            ("entrances", "Nord, Süd"),
        ];
        let fields = [(field, text)]
            .into_iter()
            .chain(good.into_iter().filter(|(name, _)| *name != field));
        let typed = Typed::filled(fields.map(|(name, text)| (name.into(), text.into())));
        let (new, troubles) = read(&typed, &hall(), words(Language::English), 0);
        let wrong = ["sales_end", "refund_fee"].into_iter();
        let fields = good.iter().map(|(name, _)| *name).chain(wrong);
        let told = fields.filter(|name| troubles.of(name).is_some());
        (new, told.map(str::to_owned).collect())
    }

    #[test]
    fn what_was_typed_is_an_event() {
        let (new, _) = with("refund_fee", "2.50");
        let new = new.unwrap();
        assert_eq!(
            (new.prices, new.refund_fee),
            (vec![5_500, 4_250], Some(250))
        );
        assert_eq!(new.entrances, ["Nord", "Süd"]);
        assert_eq!((new.currency.as_str(), new.tax_basis_points), ("EUR", 700));
        assert_eq!(new.sales_end, new.starts);
        assert_eq!(
            with("name", "<b>Konzert</b>").0.unwrap().name,
            "<b>Konzert</b>"
        );
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        for (field, text) in [
            ("name", " "),
            ("performers", "a\u{7}b"),
            ("doors", "soon"),
            ("doors", "2027-03-27T19:01"),
            ("starts", "2027-03-28T02:30"),
            ("sales_end", "1969-12-31T23:00"),
            ("price-0", "55.005"),
            ("price-1", "-1"),
            ("price-1", ""),
            ("currency", "yen!"),
            ("tax", "101"),
            ("limit", "0"),
            ("limit", "256"),
            ("entrances", " , "),
            ("refund_fee", "no"),
        ] {
            let (new, told) = with(field, text);
            assert!(
                new.is_none() && told == [field],
                "{field} {text:?}: {told:?}"
            );
        }
    }
}
