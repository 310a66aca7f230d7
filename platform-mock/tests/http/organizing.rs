//! Organizers register seat plans and events, and the same event on other dates, by the clock of the venue.

use kippu_api::{
    client::IdempotencyKey,
    organizing::{LayoutInList, ReadLayout, RegisteredEvents},
    own::EventFigures,
    people::PersonRole,
    problem::ProblemCode,
};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    app::{TestApp, token},
    logged_in::LoggedIn,
};

/// Two rows in two classes.
const HALL: &str = "block,row,seat,class\nstalls,A,1-4,S\nstalls,B,1-4,A\n";

async fn organizer(app: &TestApp) -> LoggedIn {
    let below = "/api/v1/organizer";
    LoggedIn::of(app, PersonRole::Organizer, "organizer-1", "o", below).await
}

async fn events(organizer: &LoggedIn) -> Vec<EventFigures> {
    organizer.get("events").await
}

fn hall(text: &str) -> Value {
    json!({"venue": "Halle", "zone": "Europe/Berlin", "name": "full", "format": "csv", "text": text})
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

fn event(layout: i64) -> Value {
    json!({
        "layout": layout, "name": "Konzert", "performers": "Trio", "doors_open": "2027-03-27T18:00",
        "starts": "2027-03-27T19:00", "sales_end": "2027-03-27T20:00", "currency": "eur",
        "tax_basis_points": 700, "limit_per_order": 6, "prices": [5500, 4250], "entrances": ["Haupteingang"],
        "refund_fee": 250,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hall_from_a_file_an_event_in_it_and_its_other_dates() {
    let app = TestApp::start().await;
    let organizer = organizer(&app).await;
    let looked: ReadLayout = organizer
        .done("layouts", &with(hall(HALL), "look_only", json!(true)))
        .await;
    assert_eq!((looked.layout, looked.seats, looked.rows), (None, 8, 2));
    assert_eq!(looked.classes, ["S", "A"]);
    let known: Vec<LayoutInList> = organizer.get("layouts").await;
    assert!(known.iter().all(|layout| layout.venue != "Halle"));
    let read: ReadLayout = organizer.done("layouts", &hall(HALL)).await;
    let layout = read.layout.unwrap();
    let known: Vec<LayoutInList> = organizer.get("layouts").await;
    let hall = known.iter().find(|known| known.layout == layout).unwrap();
    assert_eq!(
        (
            hall.venue.as_str(),
            hall.zone.as_str(),
            hall.seats,
            hall.rows
        ),
        ("Halle", "Europe/Berlin", 8, 2)
    );

    let key = IdempotencyKey::random();
    let mut numbers = Vec::new();
    for _ in 0..2 {
        let answer = organizer.post(&key, "events", &event(layout)).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        numbers.push(answer.json::<RegisteredEvents>().await.unwrap().events[0]);
    }
    assert_eq!(numbers[0], numbers[1], "registered once");
    let first = numbers[0];
    let give = json!({"moves": [{"from": null, "to": 1, "seats": [[0, 5]]}]});
    let _: Value = organizer
        .done(&format!("events/{first}/allocation"), &give)
        .await;

    // Over the night in which the clocks are set forward, 19:00 stays 19:00: 23 hours later.
    let copies =
        json!({"starts": ["2027-03-28T19:00", "2027-04-03T15:30"], "with_allocation": true});
    let copied: RegisteredEvents = organizer
        .done(&format!("events/{first}/copies"), &copies)
        .await;
    let events = events(&organizer).await;
    let of = |number| events.iter().find(|event| event.event == number).unwrap();
    let hour = 3_600_000_000;
    assert_eq!(of(copied.events[0]).starts - of(first).starts, 23 * hour);
    for number in &copied.events {
        let copy = of(*number);
        assert_eq!(
            (copy.name.as_str(), copy.currency.as_str()),
            ("Konzert", "EUR")
        );
        assert_eq!(copy.sales_end - copy.starts, hour);
        assert_eq!((copy.counts.free, copy.counts.unallocated), (6, 2));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_registered_is_refused_in_words() {
    let app = TestApp::start().await;
    let organizer = organizer(&app).await;
    let read: ReadLayout = organizer.done("layouts", &hall(HALL)).await;
    let good = event(read.layout.unwrap());
    let before = events(&organizer).await;
    for (name, value, words) in [
        ("name", json!(" "), "A name has"),
        ("name", json!("a\u{7}b"), "A name has"),
        ("starts", json!("2027-03-28T02:30"), "set forward"),
        ("starts", json!("19 Uhr"), "is no time"),
        ("doors_open", json!("2027-03-27T19:01"), "doors open after"),
        ("prices", json!([1]), "2 classes"),
        ("prices", json!([1, -1]), "below zero"),
        ("currency", json!("yen!"), "three letters"),
        ("tax_basis_points", json!(10_001), "0 to 100"),
        ("limit_per_order", json!(0), "at least one"),
        ("entrances", json!([]), "Entrance 0"),
        ("layout", json!(4711), "no such layout"),
        ("refund_fee", json!(-5), "fee of 0"),
    ] {
        let (_, told) = organizer
            .refused("events", &with(good.clone(), name, value))
            .await;
        assert!(told.contains(words), "{name}: {told}");
    }
    // Money has no third decimal: the body is not what the API describes.
    let body = with(good.clone(), "prices", json!([55.005, 1]));
    assert_eq!(
        organizer.refused("events", &body).await.0,
        ProblemCode::BadRequest
    );
    for body in [
        json!({"starts": [], "with_allocation": false}),
        json!({"starts": ["2027-05-01T19:00", "2027-02-30T19:00"], "with_allocation": true}),
    ] {
        organizer.refused("events/7/copies", &body).await;
    }
    assert_eq!(events(&organizer).await, before, "nothing was registered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_file_is_refused_with_its_lines() {
    let app = TestApp::start().await;
    let organizer = organizer(&app).await;
    let (code, told) = organizer
        .refused("layouts", &hall("block,row,seat\nstalls,A,1-\n"))
        .await;
    assert_eq!(code, ProblemCode::BadRequest);
    assert!(told.contains("line 2"), "{told}");
    let (_, told) = organizer
        .refused("layouts", &with(hall("<svg/>"), "format", json!("pretix")))
        .await;
    assert!(told.contains("not taken"), "{told}");
    let (_, told) = organizer
        .refused("layouts", &with(hall(HALL), "zone", json!("Mars/Base")))
        .await;
    assert!(told.contains("time zone"), "{told}");
    let _: ReadLayout = organizer.done("layouts", &hall(HALL)).await;
    let other = hall("block,row,seat\nstalls,A,1-9\n");
    let (_, told) = organizer.refused("layouts", &other).await;
    assert!(told.contains("another layout"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_pages_do_nothing_without_the_session_that_showed_them() {
    let app = TestApp::start().await;
    let organizer = organizer(&app).await;
    let (halls, before): (Vec<LayoutInList>, _) =
        (organizer.get("layouts").await, events(&organizer).await);
    let http = reqwest::Client::new();
    for path in ["halls", "halls/sample", "events", "events/7/dates"] {
        let answer = http
            .post(format!("{}/organizer/{path}", app.url))
            .bearer_auth(token("organizer-1"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("form=00000000000000000000000000000000&layout=1&name=x")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{path}");
    }
    assert_eq!(organizer.get::<Vec<LayoutInList>>("layouts").await, halls);
    assert_eq!(events(&organizer).await, before);
}
