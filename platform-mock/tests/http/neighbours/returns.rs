//! Seats that go back: a seller's own, and of an organizer's own events.

use kippu_api::returns::SeatReturn;
use serde_json::{Value, json};

use super::{case::Cases, send};
use crate::app::TestApp;

/// Somebody offers a seat back; the number of that offer.
async fn offered(app: &TestApp, who: &str, seat: u32) -> String {
    let named = json!({"named": {"seats": [[seat, seat]]}});
    let body = json!({"which": named, "note": format!("of {who}")});
    let http = reqwest::Client::new();
    let path = "/api/v1/seller/events/7/returns";
    let (status, answer) = send(app, &http, who, "post", path, Some(&body)).await;
    assert_eq!(status, 201);
    let offered: SeatReturn = serde_json::from_slice(&answer).unwrap();
    offered.number.to_string()
}

pub async fn returns(app: &TestApp, cases: &mut Cases) {
    let (sellers, organizers) = (("seller-1", "seller-9"), ("organizer-1", "organizer-9"));
    let withdrawn = offered(app, "seller-1", 16).await;
    let declined = offered(app, "seller-9", 18).await;
    let path = "/api/v1/organizer/returns";
    cases.add(organizers, ("get", path), &[], None).marks = vec!["of seller-1".into()];
    let path = "/api/v1/organizer/returns/{return}";
    let decline = Some(Value::from("decline"));
    let case = cases.add(organizers, ("post", path), &[&declined], decline);
    case.marks = vec!["declined".into()];
    // The neighbour has seats of the same event, and sees what became of them, but not of these.
    let path = "/api/v1/seller/events/{event}/stock";
    cases.add(sellers, ("get", path), &["7"], None).marks = vec!["offered".into()];
    let path = "/api/v1/seller/returns";
    cases.add(sellers, ("get", path), &[], None).marks = vec!["of seller-1".into()];
    for (path, mark) in [
        ("/api/v1/seller/events/{event}/picture", "plan_tag"),
        ("/api/v1/seller/events/{event}/stock/typed", "printed"),
    ] {
        let case = cases.add(sellers, ("get", path), &["7"], None);
        case.path += "?text=A1";
        case.marks = vec![mark.into()];
        // Both have seats of this event: the neighbour asks about one that it has none of.
        case.theirs = Some((path.replace("{event}", "99") + "?text=A1", None));
    }
    let path = "/api/v1/seller/returns/{return}/withdraw";
    let case = cases.add(sellers, ("post", path), &[&withdrawn], None);
    case.marks = vec!["withdrawn".into()];
    let path = "/api/v1/seller/events/{event}/returns";
    let offer = json!({"which": {"named": {"seats": [[16, 16]]}}, "note": "again"});
    let case = cases.add(sellers, ("post", path), &["7"], Some(offer));
    case.marks = vec!["waiting".into()];

    let path = "/api/v1/organizer/events/{event}/call-ins";
    let call = Some(json!({"seller": 2, "class": null}));
    cases.add(organizers, ("post", path), &["7"], call).marks = vec!["called_in".into()];
    // Given to whose they were, so that other cases find the seats where they expect them.
    let path = "/api/v1/organizer/events/{event}/allocation";
    let back = json!({"moves": [{"from": null, "to": 2, "seats": [[18, 19]]}]});
    cases.add(organizers, ("post", path), &["7"], Some(back));
}
