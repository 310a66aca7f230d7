//! Seats of an organizer's event, which only that organizer gives to sellers.

use serde_json::json;

use super::case::Cases;

pub fn allocation(cases: &mut Cases) {
    let organizers = ("organizer-1", "organizer-9");
    let get = |path| ("get", path);
    let path = "/api/v1/organizer/events/{event}/picture";
    cases.add(organizers, get(path), &["7"], None).marks = vec!["plan_tag".into()];
    let path = "/api/v1/organizer/events/{event}/allocation";
    cases.add(organizers, get(path), &["7"], None).marks = vec!["sellers".into()];
    let path = "/api/v1/organizer/events/{event}/allocation/typed";
    let case = cases.add(organizers, get(path), &["7"], None);
    case.path += "?text=A1";
    case.marks = vec!["printed".into()];
    let path = "/api/v1/organizer/events/{event}/allocation/together";
    let case = cases.add(organizers, get(path), &["7"], None);
    case.path += "?count=99";
    (case.status, case.marks) = (Some(409), vec!["no_seats_together".into()]);
    let path = "/api/v1/organizer/events/{event}/targets";
    let aim = Some(json!({"seller": 1, "target": 17}));
    cases.add(organizers, ("post", path), &["7"], aim);
    let path = "/api/v1/organizer/events/{event}/allocation";
    // There and back again, so that other cases find the seats where they expect them.
    let there = json!({"from": 1, "to": null, "seats": [[17, 17]]});
    let back = json!({"from": null, "to": 1, "seats": [[17, 17]]});
    let moves = Some(json!({"moves": [there, back]}));
    cases.add(organizers, ("post", path), &["7"], moves);
    let path = "/api/v1/organizer/events/{event}/allocation/compare";
    let file = Some(json!({"text": "row,number,seller\nA,1,one\n"}));
    cases.add(organizers, ("post", path), &["7"], file).marks = vec!["same".into()];
    // Nobody lacks a seat here: nothing moves.
    let path = "/api/v1/organizer/events/{event}/allocation/fill";
    let case = cases.add(organizers, ("post", path), &["7"], None);
    (case.status, case.marks) = (Some(400), vec!["nobody's".into()]);
    let path = "/api/v1/organizer/events/{event}/allocation/moves";
    cases.add(organizers, get(path), &["7"], None).marks = vec!["organizer-1".into()];

    let path = "/api/v1/organizer/events/{event}/changes";
    cases.add(organizers, get(path), &["7"], None).marks = vec!["concerned".into()];
    // Decided on a revision that never was: refused to the organizer in words, and to the neighbour as what it does not have.
    let body = Some(json!({
        "revision": 99, "name": "Play", "performers": "Troupe", "doors_open": "2027-01-05T18:00", "starts": "2027-01-05T19:00",
        "sales_end": "2027-01-05T20:00", "limit_per_order": 6,
    }));
    let case = cases.add(organizers, ("post", path), &["7"], body);
    (case.status, case.marks) = (Some(409), vec!["Somebody else changed".into()]);
    let path = "/api/v1/organizer/events/{event}/cancellation";
    let body = Some(json!({"revision": 99, "refunds_until": "2027-01-05T18:00", "note": "snow"}));
    let case = cases.add(organizers, ("post", path), &["7"], body);
    (case.status, case.marks) = (Some(409), vec!["Somebody else changed".into()]);

    let path = "/api/v1/organizer/events/{event}/copies";
    let copies = Some(json!({"starts": ["2027-01-05T19:00"], "with_allocation": true}));
    cases.add(organizers, ("post", path), &["7"], copies).marks = vec!["events".into()];
    let event = |name: &str| {
        json!({
            "layout": 1, "name": name, "performers": "Troupe", "doors_open": "2027-01-05T18:00",
            "starts": "2027-01-05T19:00", "sales_end": "2027-01-05T20:00", "currency": "JPY",
            "tax_basis_points": 1000, "limit_per_order": 6, "prices": [8800, 6600], "entrances": ["North"],
        })
    };
    let path = "/api/v1/organizer/events";
    // The neighbour sends what cannot be registered: with the owner's words it would have an event of its own.
    let case = cases.add(organizers, ("post", path), &[], Some(event("Play")));
    case.theirs = Some((path.into(), Some(event(""))));
}
