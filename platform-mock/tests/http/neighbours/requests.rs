//! Seats that sellers ask for: a seller's own requests, and those about an organizer's own events.

use serde_json::json;

use super::case::Cases;

pub fn requests(cases: &mut Cases) {
    let (sellers, organizers) = (("seller-1", "seller-9"), ("organizer-1", "organizer-9"));
    let path = "/api/v1/organizer/events/{event}/requests/open";
    let open = Some(json!({"open": true}));
    cases.add(organizers, ("post", path), &["7"], open);
    let path = "/api/v1/organizer/events/{event}/offers";
    let offer = json!({"seller": 1, "seats": [1, 0], "note": "to seller-1"});
    let case = cases.add(organizers, ("post", path), &["7"], Some(offer));
    case.marks = vec!["to seller-1".into()];
    for (role, path) in [
        (sellers, "/api/v1/seller/requests"),
        (organizers, "/api/v1/organizer/requests"),
    ] {
        let case = cases.add(role, ("get", path), &[], None);
        case.marks = vec!["to seller-1".into()];
    }
    let end = |turns| Some(json!({"turns": turns, "answer": "end", "note": ""}));
    let path = "/api/v1/seller/requests/{request}";
    let case = cases.add(sellers, ("post", path), &["1"], end(1));
    case.marks = vec!["withdrawn".into()];
    let path = "/api/v1/seller/requests";
    let ask = json!({"event": 7, "seats": [1, 0], "note": "of seller-1"});
    let case = cases.add(sellers, ("post", path), &[], Some(ask));
    case.marks = vec!["of seller-1".into()];
    // Any seller may ask: with the owner's words the neighbour would have a request of its own.
    let none = json!({"event": 7, "seats": [0, 0], "note": ""});
    case.theirs = Some((path.into(), Some(none)));
    // Declined, so that other cases find the seats where they expect them.
    let path = "/api/v1/organizer/requests/{request}";
    let case = cases.add(organizers, ("post", path), &["2"], end(1));
    case.marks = vec!["declined".into()];
}
