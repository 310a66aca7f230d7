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
    let moves = Some(json!({"moves": [{"from": 1, "to": 2, "seats": [[17, 17]]}]}));
    cases.add(organizers, ("post", path), &["7"], moves);
    let path = "/api/v1/organizer/events/{event}/allocation/moves";
    cases.add(organizers, get(path), &["7"], None).marks = vec!["organizer-1".into()];
}
