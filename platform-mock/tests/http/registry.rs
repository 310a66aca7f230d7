//! Masters that operators keep: registering, changing, and taking out of use what nobody's tickets depend on.

use kippu_api::{
    operator::{Listed, TerminalInView},
    organizing::LayoutInList,
    people::PersonRole,
    problem::ProblemCode,
    registry::{Master, UseOf},
};
use serde_json::{Value, json};

use crate::{
    app::{EVENT, SELLER, TestApp},
    logged_in::LoggedIn,
};

async fn operator(app: &TestApp) -> LoggedIn {
    LoggedIn::of(app, PersonRole::Operator, "op", "", "/api/v1/operator").await
}

async fn found(operator: &LoggedIn, kind: &str, find: &str) -> Vec<Master> {
    let listed: Listed<Master> = operator.get(&format!("masters/{kind}?find={find}")).await;
    listed.rows
}

/// The one there is, with what belongs to it.
async fn one(operator: &LoggedIn, kind: &str, code: &str) -> Master {
    let found = found(operator, kind, code).await;
    let known = found.iter().find(|master| master.facts.code == code);
    let number = known.unwrap().number;
    operator.get(&format!("masters/{kind}/{number}")).await
}

fn uses(master: &Master, of: UseOf) -> u32 {
    let found = master.uses.iter().find(|it| it.of == of);
    found.map_or(0, |it| it.count)
}

async fn serve(
    operator: &LoggedIn,
    kind: &str,
    master: &Master,
    retired: bool,
) -> Result<Master, (ProblemCode, String)> {
    let path = format!("masters/{kind}/{}/service", master.number);
    let wish = json!({"revision": master.revision, "retired": retired});
    operator.tries(&path, &wish).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_is_registered_found_and_changed() {
    let app = TestApp::start().await;
    let operator = operator(&app).await;
    let facts = |code: &str| {
        json!({"code": code, "name": format!("New {code}"), "address": "1-2-3 港町", "contact": "03-0000-0000",
        "registration": "T9999999999999", "seller": "one", "zone": "Europe/Berlin", "link": "https://hall.example/access"})
    };
    for kind in ["organizers", "sellers", "stores", "venues"] {
        let path = format!("masters/{kind}");
        let made: Master = operator.done(&path, &facts("N-1")).await;
        assert_eq!((made.revision, made.retired), (0, None), "{kind}");
        assert_eq!(made.facts.address, "1-2-3 港町");
        assert_eq!(made.facts.registration.is_empty(), kind != "sellers");
        assert_eq!(made.facts.link.is_empty(), kind != "venues");
        assert_eq!(made.facts.seller.is_empty(), kind != "stores");
        let taken = operator.refused(&path, &facts("N-1")).await;
        assert_eq!(taken.0, ProblemCode::WrongState);
        assert!(taken.1.contains("code \"N-1\""), "{}", taken.1);

        assert_eq!(
            found(&operator, kind, "港町").await,
            [Master {
                uses: Vec::new(),
                ..made.clone()
            }]
        );
        let other = json!({"revision": 0, "code": "N-2", "name": "Renamed", "seller": "two", "zone": "Asia/Tokyo"});
        let path = format!("masters/{kind}/{}", made.number);
        let changed: Master = operator.done(&path, &other).await;
        assert_eq!((changed.revision, changed.facts.address.as_str()), (1, ""));
        let stale = operator.refused(&path, &other).await;
        assert!(stale.1.contains("Somebody else changed"), "{}", stale.1);
        assert_eq!(operator.get::<Master>(&path).await, changed);

        let same = json!({"revision": 1, "code": "N-2", "name": "Renamed", "seller": "two", "zone": "Asia/Tokyo"});
        assert_eq!(
            operator.done::<Master>(&path, &same).await,
            changed,
            "nothing is another"
        );
    }
    let log: Value = operator.get("audit?find=master_changed").await;
    let note = log["rows"][0]["note"].as_str().unwrap();
    assert!(note.contains("code: \"N-1\" → \"N-2\"; name:"), "{note}");
    assert_eq!(log["rows"].as_array().unwrap().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_master_is_refused() {
    let app = TestApp::start().await;
    let operator = operator(&app).await;
    let bad = [
        ("organizers", json!({"code": "a b", "name": "x"})),
        ("organizers", json!({"code": "a", "name": " "})),
        (
            "organizers",
            json!({"code": "a", "name": "x", "address": "a\nb"}),
        ),
        (
            "sellers",
            json!({"code": "a", "name": "x", "registration": "T 1"}),
        ),
        (
            "stores",
            json!({"code": "a", "name": "x", "seller": "nobody"}),
        ),
        (
            "venues",
            json!({"code": "a", "name": "x", "zone": "Mars/Base"}),
        ),
        (
            "venues",
            json!({"code": "a", "name": "x", "zone": "Asia/Tokyo", "link": "javascript:alert(1)"}),
        ),
    ];
    for (kind, facts) in bad {
        let (code, told) = operator.refused(&format!("masters/{kind}"), &facts).await;
        assert_eq!(code, ProblemCode::BadRequest, "{facts}: {told}");
    }
    let hall = json!({"code": "a", "name": "Hall", "zone": "Asia/Tokyo"});
    let (_, told) = operator.refused("masters/venues", &hall).await;
    assert!(
        told.contains("name \"Hall\""),
        "layouts find a venue by its name: {told}"
    );
    let (code, _) = operator
        .refused(
            "masters/stores/99",
            &json!({"revision": 0, "code": "a", "name": "x"}),
        )
        .await;
    assert_eq!(code, ProblemCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_tickets_depend_on_stays_in_use() {
    let app = TestApp::start().await;
    let operator = operator(&app).await;
    let seller = json!({"code": "new", "name": "New seller"});
    let _: Master = operator.done("masters/sellers", &seller).await;
    let store = json!({"code": "0303", "name": "Its store", "seller": "new"});
    let _: Master = operator.done("masters/stores", &store).await;
    for (kind, code, of, why) in [
        ("organizers", "o", UseOf::Events, "events to come"),
        ("sellers", "one", UseOf::Events, "events to come"),
        ("sellers", "new", UseOf::Stores, "stores in use"),
        (
            "stores",
            "0101",
            UseOf::Terminals,
            "terminals that are not shut out",
        ),
    ] {
        let master = one(&operator, kind, code).await;
        assert!(uses(&master, of) > 0, "{kind} {code}: {master:?}");
        let (refused, told) = serve(&operator, kind, &master, true).await.unwrap_err();
        assert_eq!(refused, ProblemCode::WrongState);
        assert!(told.contains(why), "{told}");
        assert_eq!(one(&operator, kind, code).await, master);
    }
    let hall = &found(&operator, "venues", "Hall").await[0];
    let (_, told) = serve(&operator, "venues", hall, true).await.unwrap_err();
    assert!(told.contains("events to come"), "{told}");
    let moved = json!({"revision": 0, "code": "H", "name": "Hall", "zone": "Europe/Berlin"});
    let (_, told) = operator
        .refused(&format!("masters/venues/{}", hall.number), &moved)
        .await;
    assert!(told.contains("begin at other times"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn out_of_use_nobody_logs_in_and_nothing_begins_until_it_is_back() {
    let app = TestApp::start().await;
    let operator = operator(&app).await;
    let organizer = LoggedIn::of(
        &app,
        PersonRole::Organizer,
        "organizer-1",
        "o",
        "/api/v1/organizer",
    )
    .await;
    let new = json!({"code": "fan", "name": "Fan club"});
    let fan: Master = operator.done("masters/sellers", &new).await;
    let seller = LoggedIn::of(&app, PersonRole::Seller, "fan-1", "fan", "/api/v1/seller").await;
    let _: Value = seller.get("events").await;

    let fan: Master = operator
        .get(&format!("masters/sellers/{}", fan.number))
        .await;
    assert_eq!(uses(&fan, UseOf::Accounts), 1);
    let retired = serve(&operator, "sellers", &fan, true).await.unwrap();
    assert!(retired.retired.is_some());
    assert_eq!(
        serve(&operator, "sellers", &fan, true).await.unwrap(),
        retired,
        "again is harmless"
    );
    assert_eq!(
        seller.get::<Value>("events").await["code"],
        "unauthenticated"
    );
    let log_in = json!({"number": "fan-1", "password": "correct horse battery"});
    let people = LoggedIn::of(&app, PersonRole::Member, "member", "", "/api/v1/people").await;
    let refused = people.refused("login", &log_in).await;
    assert_eq!(refused.0, ProblemCode::Unauthenticated);

    // Seats do not go to it, by no road, and nobody works for it anew.
    let back = json!({"moves": [{"from": SELLER.0, "to": null, "seats": [[0, 3]]}]});
    let _: Value = organizer
        .done(&format!("events/{EVENT}/allocation"), &back)
        .await;
    let to_fan = json!({"moves": [{"from": null, "to": fan.number, "seats": [[0, 3]]}]});
    let path = format!("events/{EVENT}/allocation");
    assert_eq!(
        organizer.refused(&path, &to_fan).await.0,
        ProblemCode::NotFound
    );
    let offer = json!({"seller": fan.number, "seats": [1, 0]});
    organizer
        .refused(&format!("events/{EVENT}/offers"), &offer)
        .await;
    let account = json!({"role": "seller", "number": "fan-2", "name": "Two", "of": "fan"});
    assert_eq!(
        operator.refused("accounts", &account).await.0,
        ProblemCode::NotFound
    );
    let store = json!({"code": "0303", "name": "Fan store", "seller": "fan"});
    assert_eq!(
        operator.refused("masters/stores", &store).await.0,
        ProblemCode::BadRequest
    );

    let back = serve(&operator, "sellers", &retired, false).await.unwrap();
    assert_eq!(back.retired, None);
    let _: Value = people.done("login", &log_in).await;
    let _: Value = organizer.done(&path, &to_fan).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_event_begins_at_a_venue_that_is_out_of_use() {
    let app = TestApp::start().await;
    let operator = operator(&app).await;
    let organizer = LoggedIn::of(
        &app,
        PersonRole::Organizer,
        "organizer-1",
        "o",
        "/api/v1/organizer",
    )
    .await;
    let hall = found(&operator, "venues", "Hall").await.remove(0);
    assert_eq!(hall.facts.code, "", "nobody gave it one");
    let path = format!("masters/venues/{}", hall.number);
    let known = json!({"revision": hall.revision, "code": "H", "name": "Grand hall", "zone": "Asia/Tokyo", "address": "1-2-3 港町",
        "link": "https://hall.example/access"});
    let hall: Master = operator.done(&path, &known).await;
    let layouts: Vec<LayoutInList> = organizer.get("layouts").await;
    let seen = (&*layouts[0].venue, &*layouts[0].address, &*layouts[0].link);
    assert_eq!(
        seen,
        ("Grand hall", "1-2-3 港町", "https://hall.example/access")
    );
    // Who remembered the event asks again.
    let sold = app.kiosk().events().await.unwrap();
    assert_eq!(sold[0].venue, "Grand hall");

    let standing: Value = organizer.get(&format!("events/{EVENT}/changes")).await;
    let cancel = json!({"revision": standing["revision"], "refunds_until": "2099-01-01T00:00", "note": "storm"});
    let _: Value = organizer
        .done(&format!("events/{EVENT}/cancellation"), &cancel)
        .await;
    serve(&operator, "venues", &hall, true).await.unwrap();
    assert_eq!(organizer.get::<Vec<LayoutInList>>("layouts").await, []);
    let copies = json!({"starts": ["2098-06-01T19:00"], "with_allocation": false});
    let (code, told) = organizer
        .refused(&format!("events/{EVENT}/copies"), &copies)
        .await;
    assert_eq!(code, ProblemCode::WrongState);
    assert!(told.contains("out of use"), "{told}");
    let file = json!({"venue": "Grand hall", "zone": "Asia/Tokyo", "name": "other", "format": "csv", "text": "block,row,seat,class\nA,1,1,S\n", "look_only": false});
    let (_, told) = organizer.refused("layouts", &file).await;
    assert!(told.contains("out of use"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_gets_terminals_as_long_as_it_is_in_use() {
    let mut app = TestApp::start().await;
    // From then on there is an authority, which enrols terminals.
    app.tls_node().await;
    app.restart().await;
    let operator = operator(&app).await;
    let store = json!({"code": "0303", "name": "Station store", "seller": "one"});
    let store: Master = operator.done("masters/stores", &store).await;
    let kiosk = |name: &str| json!({"name": name, "role": "kiosk", "store": "0303"});
    let added: TerminalInView = operator.done("terminals", &kiosk("kiosk-30")).await;
    assert_eq!(
        (added.role.as_str(), added.name.store.as_deref()),
        ("kiosk", Some("Station store"))
    );
    let (code, told) = operator.refused("terminals", &kiosk("kiosk-30")).await;
    assert_eq!(code, ProblemCode::WrongState);
    assert!(told.contains("already"), "{told}");
    assert_eq!(
        operator.refused("terminals", &kiosk(" ")).await.0,
        ProblemCode::BadRequest
    );
    app.verified_rows().await;

    let (_, told) = serve(&operator, "stores", &store, true).await.unwrap_err();
    assert!(told.contains("1 terminals"), "{told}");
    let shut = json!({"wish": "revoke", "reason": "the store closes"});
    let path = format!("terminals/{}", added.name.terminal);
    let _: TerminalInView = operator.done(&path, &shut).await;
    serve(&operator, "stores", &store, true).await.unwrap();
    assert_eq!(
        operator.refused("terminals", &kiosk("kiosk-31")).await.0,
        ProblemCode::NotFound
    );
    let code = operator
        .refused(&format!("{path}/enrolment-code"), &json!({}))
        .await;
    assert_eq!(code.0, ProblemCode::NotFound);
}
