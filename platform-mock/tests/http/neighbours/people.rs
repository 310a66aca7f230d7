//! People: whose figures, tickets and sessions are.

use kippu_ticket::ids::CardUid;
use serde_json::json;

use super::{
    case::Cases,
    furnish::{CLERKS_CARD, PASSWORD},
};
use crate::app::CARD;

pub fn people(cases: &mut Cases) {
    let organizers = ("organizer-1", "organizer-9");
    let own = || vec!["\"event\":7".to_owned()];
    cases
        .add(organizers, ("get", "/api/v1/organizer/events"), &[], None)
        .marks = own();
    cases
        .add(
            organizers,
            ("get", "/api/v1/organizer/events/{event}"),
            &["7"],
            None,
        )
        .marks = own();
    cases
        .add(
            organizers,
            ("get", "/api/v1/organizer/events/{event}/seats"),
            &["7"],
            None,
        )
        .marks = vec!["plan_tag".into()];
    let case = cases.add(organizers, ("get", "/api/v1/organizer/report"), &[], None);
    case.path += "?period=2026-12";
    case.marks = own();
    let sellers = ("seller-1", "seller-9");
    cases
        .add(sellers, ("get", "/api/v1/seller/events"), &[], None)
        .marks = vec!["\"seats\":18".into()];
    cases
        .add(
            sellers,
            ("get", "/api/v1/seller/events/{event}"),
            &["7"],
            None,
        )
        .marks = vec!["Seller One".into()];
    let venues = ("venue-1", "venue-9");
    cases
        .add(venues, ("get", "/api/v1/venue/events"), &[], None)
        .marks = own();
    cases
        .add(
            venues,
            ("get", "/api/v1/venue/events/{event}/entrance"),
            &["7"],
            None,
        )
        .marks = own();
    let members = ("member-1", "member-9");
    cases
        .add(members, ("get", "/api/v1/member/tickets"), &[], None)
        .marks = own();
    let card = CARD.to_string();
    cases
        .add(
            members,
            ("get", "/api/v1/member/cards/{uid}/tickets"),
            &[&card],
            None,
        )
        .marks = own();
    cases
        .add(members, ("get", "/api/v1/people/me"), &[], None)
        .marks = vec!["member-1".into()];
    // The neighbour's acts are about its own account: the owner's password is still the old one, its session still open.
    let password = Some(json!({"old": PASSWORD, "new": "another good password"}));
    cases.add(members, ("post", "/api/v1/people/password"), &[], password);
    cases.add(members, ("post", "/api/v1/people/logout"), &[], None);
    let kiosks = ("kiosk-1", "kiosk-9");
    let by_card = Some(json!({"card": CLERKS_CARD}));
    cases
        .add(
            kiosks,
            ("post", "/api/v1/clerk/login-by-card"),
            &[],
            by_card,
        )
        .marks = vec!["clerk-1".into()];
    let did = Some(json!({"clerk": "1", "at": 0, "deed": {"what": "paper_changed"}}));
    cases.add(kiosks, ("post", "/api/v1/terminal/staff-acts"), &[], did);
    let chosen = cases.add(
        ("clerk-1", "clerk-9"),
        ("post", "/api/v1/clerk/card"),
        &[],
        Some(json!({"card": CardUid([4, 1, 2, 3, 4, 5, 91])})),
    );
    // A neighbour who names no card loses its own, and nobody else's.
    chosen.theirs = Some(("/api/v1/clerk/card".into(), Some(json!({"card": null}))));
    cases.add(
        ("clerk-1", "clerk-9"),
        ("post", "/api/v1/clerk/logout"),
        &[],
        None,
    );
    let operators = ("operator-1", "operator-9");
    cases.add(operators, ("post", "/api/v1/operator/logout"), &[], None);
}
