//! Sales: whose holds, orders and slips are.

use kippu_ticket::ids::HandoverId;
use serde_json::json;

use super::case::{Cases, json_of};
use crate::app::{CARD, OTHER_CARD, TestApp, new_order, wish};

/// Kiosks, registers and clerks of two stores of two sellers.
pub async fn sales(app: &TestApp, cases: &mut Cases) {
    let (kiosks, here, clerks) = (
        ("kiosk-1", "kiosk-9"),
        ("kiosk-1", "kiosk-2"),
        ("clerk-1", "clerk-9"),
    );
    let held = app.hold(&[0]).await.hold;
    let waiting = app.hold(&[9]).await.hold;
    let unpaid = app.order(&[1]).await;
    let paid = app.paid_order(&[2]).await;
    let for_clerk = app.order(&[3]).await;
    let (lost, _) = app.sold_to(HandoverId([3; 16]), &[4]).await;
    let lost_order = app.behind(|sql| {
        let text = "SELECT order_id FROM tickets WHERE ticket = ?1";
        let ticket = lost.tickets[0].ticket.0;
        sql.query_row(text, [ticket], |row| row.get::<String>(0))
            .unwrap()
    });
    let order = &unpaid.order;

    cases
        .add(kiosks, ("get", "/api/v1/events"), &[], None)
        .differs = true;
    cases
        .add(
            kiosks,
            ("get", "/api/v1/events/{event}/availability"),
            &["7"],
            None,
        )
        .differs = true;
    let seats = Some(json!({"seats": [5]}));
    cases.add(
        kiosks,
        ("post", "/api/v1/events/{event}/holds"),
        &["7"],
        seats,
    );
    cases.add(
        here,
        ("post", "/api/v1/holds/{hold}/extend"),
        &[&held],
        None,
    );
    cases.add(here, ("delete", "/api/v1/holds/{hold}"), &[&held], None);
    cases.add(
        here,
        ("post", "/api/v1/orders"),
        &[],
        json_of(&new_order(&waiting)),
    );
    let marks = vec![order.clone()];
    cases
        .add(kiosks, ("get", "/api/v1/orders/{order}"), &[order], None)
        .marks = marks.clone();
    cases
        .add(
            kiosks,
            ("get", "/api/v1/slips/{slip}"),
            &[&unpaid.slip],
            None,
        )
        .marks = marks.clone();
    let card = CARD.to_string();
    cases
        .add(
            kiosks,
            ("get", "/api/v1/cards/{uid}/orders"),
            &[&card],
            None,
        )
        .marks = marks.clone();
    let other = Some(json!({"card": OTHER_CARD, "room": 8}));
    cases
        .add(
            kiosks,
            ("post", "/api/v1/orders/{order}/card"),
            &[order],
            other,
        )
        .marks = marks.clone();
    cases
        .add(
            kiosks,
            ("post", "/api/v1/orders/{order}/cancel"),
            &[order],
            None,
        )
        .marks = marks;
    let grant = json_of(&wish(HandoverId([7; 16])));
    cases.add(
        kiosks,
        ("post", "/api/v1/orders/{order}/grant"),
        &[&paid.order],
        grant,
    );

    let login = Some(json!({"store": "0101", "clerk": "1", "pin": "1111"}));
    cases
        .add(
            ("register-1", "register-9"),
            ("post", "/api/v1/clerk/login"),
            &[],
            login,
        )
        .marks = vec!["Corner store".into()];
    let slip = &for_clerk.slip;
    let marks = vec![for_clerk.order.clone()];
    cases
        .add(clerks, ("get", "/api/v1/clerk/slips"), &[], None)
        .marks = marks.clone();
    cases
        .add(clerks, ("get", "/api/v1/clerk/slips/{slip}"), &[slip], None)
        .marks = marks.clone();
    let sum = Some(json!({"amount": for_clerk.total, "currency": for_clerk.currency}));
    cases
        .add(
            clerks,
            ("post", "/api/v1/clerk/slips/{slip}/confirm"),
            &[slip],
            sum,
        )
        .marks = marks;
    let why = Some(json!({"reason": "lost"}));
    cases.add(
        clerks,
        ("post", "/api/v1/clerk/orders/{order}/reissue"),
        &[&lost_order],
        why,
    );
}
