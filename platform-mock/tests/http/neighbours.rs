//! Whose data a route shows and changes: every route of the description, called by somebody else of the same role first, and then by whose it is.

use std::collections::{BTreeMap, BTreeSet};

use kippu_api::{
    handovers::{Purpose, ReportedOutcome},
    people::PersonRole as Role,
};
use kippu_gate::bundle::{Direction, Passage};
use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, EventId, HandoverId, Step, TerminalId},
};
use platform_center::{
    allocation::storage::AllocationStorage as _,
    auth::hash_token,
    masters::{
        rules::TerminalRole,
        storage::{GateDoor, MasterStorage as _, NewGate, NewTerminal},
    },
    operator::terminals::TerminalStorage as _,
    people::{
        accounts::AccountStorage as _,
        secrets::hash_password,
        storage::{Opening, PeopleStorage as _},
    },
};
use reqwest::Method;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    app::{
        CARD, EVENT, GATE_KEY, OTHER_CARD, OTHER_SELLER, TestApp, account, new_order, plan, play,
        token, wish,
    },
    moves::{MOVE, Mover, fetch_wish, slip_code, take_over_wish},
};

const PASSWORD: &str = "correct horse battery";
/// An event of other people at another venue.
const THEIR_EVENT: EventId = EventId(8);
/// A card nothing was ever sold for.
const THIRD_CARD: CardUid = CardUid([4, 9, 9, 9, 9, 9, 9]);

/// Two of everybody: names of callers whose neighbours end in 9.
pub async fn furnish_neighbours(app: &mut TestApp) {
    let storage = app.storage();
    storage.put_organizer("p", "Other organizer").await.unwrap();
    let layout = storage
        .put_layout("Other hall", "Asia/Tokyo", "full", &plan())
        .await
        .unwrap();
    let mut concert = play(THEIR_EVENT, layout.layout);
    (concert.organizer, concert.name) = ("p".into(), "Concert".into());
    storage.register_event(concert).await.unwrap();
    storage
        .allocate(THEIR_EVENT, Some(OTHER_SELLER), (0..4).collect())
        .await
        .unwrap();
    let gate = NewTerminal {
        id: TerminalId(29),
        name: "gate-9".into(),
        role: TerminalRole::Gate,
        store: None,
        token: hash_token(&token("gate-9")),
        device_key: GATE_KEY,
        gate: Some(NewGate {
            passage: Passage::In,
            doors: vec![GateDoor {
                event: THEIR_EVENT,
                entrance: 0,
                here: true,
                direction: Direction::Ahead,
            }],
        }),
    };
    storage.register_terminal(gate).await.unwrap();
    storage
        .allow_local_keys("kiosk-1".into(), true)
        .await
        .unwrap();

    let hash = hash_password(PASSWORD).unwrap();
    for (role, name, of) in [
        (Role::Clerk, "clerk-1", "0101"),
        (Role::Clerk, "clerk-9", "0202"),
        (Role::Organizer, "organizer-1", "o"),
        (Role::Organizer, "organizer-9", "p"),
        (Role::Seller, "seller-1", "one"),
        (Role::Seller, "seller-9", "two"),
        (Role::Venue, "venue-1", "Hall"),
        (Role::Venue, "venue-9", "Other hall"),
        (Role::Member, "member-1", ""),
        (Role::Member, "member-9", ""),
        (Role::Operator, "operator-1", ""),
        (Role::Operator, "operator-9", ""),
    ] {
        let mut new = account(role, name, of);
        new.cards = match name {
            "member-1" => vec![CARD],
            "member-9" => vec![THIRD_CARD],
            _ => Vec::new(),
        };
        let account = storage.put_account(new, hash.clone()).await.unwrap();
        let opening = Opening {
            token: hash_token(&token(name)),
            account,
            terminal: None,
            attempt: None,
        };
        storage.open_session(opening).await.unwrap();
    }
    drop(storage);
    // A platform reads what is on sale when it starts.
    app.restart().await;
}

/// A route, called by whose it is and by a neighbour.
struct Case {
    route: (&'static str, &'static str),
    owner: &'static str,
    neighbour: &'static str,
    path: String,
    body: Option<Value>,
    /// What the neighbour sends, where it is not the same.
    theirs: Option<(String, Option<Value>)>,
    /// What the owner's answer has and the neighbour's must not.
    marks: Vec<String>,
    /// The neighbour may be told something of its own, but not the same.
    differs: bool,
    /// The owner's status, where it is no success.
    status: Option<u16>,
}

struct Cases(Vec<Case>);

impl Cases {
    /// `path`: behind `/api/v1`, as called; the route is found by its pieces.
    fn add(
        &mut self,
        (owner, neighbour): (&'static str, &'static str),
        (method, route): (&'static str, &'static str),
        names: &[&str],
        body: Option<Value>,
    ) -> &mut Case {
        let mut path = route.to_owned();
        for name in names {
            let (from, to) = (path.find('{').unwrap(), path.find('}').unwrap());
            path.replace_range(from..=to, name);
        }
        self.0.push(Case {
            route: (method, route),
            owner,
            neighbour,
            path,
            body,
            theirs: None,
            marks: Vec::new(),
            differs: false,
            status: None,
        });
        self.0.last_mut().unwrap()
    }
}

fn json_of(value: &impl Serialize) -> Option<Value> {
    Some(serde_json::to_value(value).unwrap())
}

/// What belongs to somebody: every row of it.
fn books(app: &TestApp) -> BTreeMap<&'static str, Vec<String>> {
    const QUESTIONS: [&str; 19] = [
        "SELECT * FROM holds ORDER BY hold",
        "SELECT * FROM orders ORDER BY id",
        "SELECT * FROM tickets ORDER BY ticket",
        "SELECT * FROM payments ORDER BY order_id",
        "SELECT * FROM handovers ORDER BY handover",
        "SELECT * FROM handover_tickets ORDER BY handover, ticket",
        "SELECT * FROM grants ORDER BY handover",
        "SELECT * FROM parcels ORDER BY parcel",
        "SELECT * FROM parcel_tickets ORDER BY parcel, place",
        "SELECT * FROM releases ORDER BY handover, fence",
        "SELECT * FROM papers ORDER BY serial",
        "SELECT * FROM recalls ORDER BY ticket",
        "SELECT * FROM reports WHERE newest = 1 ORDER BY terminal, incarnation, row",
        "SELECT * FROM stock ORDER BY event, seat",
        "SELECT terminal, written_off, local_keys FROM terminals ORDER BY terminal",
        "SELECT resent FROM terminals WHERE terminal = 11",
        "SELECT * FROM account_cards ORDER BY card",
        "SELECT account, number, disabled FROM accounts ORDER BY account",
        "SELECT count(DISTINCT ticket) FROM entrance_records r JOIN gate_doors d ON d.terminal = r.terminal AND d.event = r.event",
    ];
    app.behind(|sql| {
        let rows = QUESTIONS.map(|question| {
            let mut statement = sql.prepare_cached(question).unwrap();
            let rows = statement.query_map([], |row| {
                let values =
                    (0..row.columns()).map(|column| format!("{:?}", row.value(column).unwrap()));
                Ok(values.collect::<Vec<_>>().join(" "))
            });
            (question, rows.unwrap().map(Result::unwrap).collect())
        });
        rows.into_iter().collect()
    })
}

async fn send(
    app: &TestApp,
    http: &reqwest::Client,
    who: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> (u16, Vec<u8>) {
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
    let mut request = http
        .request(method, format!("{}{path}", app.url))
        .bearer_auth(token(who))
        .header(
            "Idempotency-Key",
            format!("{:032x}", rand::random::<u128>()),
        );
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer = request.send().await.unwrap();
    (
        answer.status().as_u16(),
        answer.bytes().await.unwrap().to_vec(),
    )
}

async fn cases(app: &TestApp) -> Cases {
    let mut cases = Cases(Vec::new());
    sales(app, &mut cases).await;
    handovers(app, &mut cases).await;
    people(&mut cases);
    cases
}

/// Kiosks, registers and clerks of two stores of two sellers.
async fn sales(app: &TestApp, cases: &mut Cases) {
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

/// Handovers of one kiosk, with the very words of that kiosk in another's mouth.
async fn handovers(app: &TestApp, cases: &mut Cases) {
    let kiosks = ("kiosk-1", "kiosk-9");
    let mut movers = Vec::new();
    for (number, seat, purpose) in [
        (0xB0, 6, Purpose::Assignment),
        (0xB1, 7, Purpose::Paper),
        (0xB2, 8, Purpose::Parking),
        (0xB3, 10, Purpose::Assignment),
        (0xB4, 11, Purpose::Assignment),
    ] {
        let (_, tickets) = app.sold_to(HandoverId([number - 0x80; 16]), &[seat]).await;
        let mut mover = Mover::at(app, "kiosk-1", HandoverId([number; 16]), &tickets);
        mover.incarnation = format!("journal {number}");
        if number != 0xB4 {
            mover.take(purpose).await;
        }
        movers.push(mover);
    }
    let [given, printed, parked, released, new]: [Mover; 5] = movers.try_into().ok().unwrap();
    let mut given: Mover = given;

    let register = json_of(&new.new_handover(Purpose::Assignment));
    // Whoever has the card and its records may register them; what is registered stays whose it is.
    cases
        .add(kiosks, ("post", "/api/v1/handovers"), &[], register)
        .theirs = {
        let mut stolen = given.new_handover(Purpose::Assignment);
        stolen.incarnation = "another".into();
        Some(("/api/v1/handovers".into(), json_of(&stolen)))
    };
    let name = given.handover.to_string();
    cases
        .add(
            kiosks,
            ("get", "/api/v1/handovers/{handover}"),
            &[&name],
            None,
        )
        .differs = true;
    let bind = json!({"incarnation": given.incarnation, "fence": given.fence, "card": OTHER_CARD, "tickets": given.tickets});
    cases
        .add(
            kiosks,
            ("post", "/api/v1/handovers/{handover}/bindings"),
            &[&name],
            Some(bind),
        )
        .differs = true;
    let report = json_of(&given.report(Step::Give, ReportedOutcome::Done));
    cases.add(
        kiosks,
        ("post", "/api/v1/handovers/{handover}/reports"),
        &[&name],
        report,
    );
    let (name, paper) = (
        printed.handover.to_string(),
        json_of(&printed.paper_wish(77)),
    );
    cases.add(
        kiosks,
        ("post", "/api/v1/handovers/{handover}/paper"),
        &[&name],
        paper,
    );
    let (name, park) = (parked.handover.to_string(), json_of(&parked.park_wish(1)));
    cases.add(
        kiosks,
        ("post", "/api/v1/handovers/{handover}/park"),
        &[&name],
        park,
    );
    let (name, release) = (
        released.handover.to_string(),
        json_of(&released.release_wish()),
    );
    cases.add(
        kiosks,
        ("post", "/api/v1/handovers/{handover}/release"),
        &[&name],
        release,
    );

    // Whoever has the code or the card may go on; a neighbour without them may not.
    let no_code = json!({"incarnation": "j", "code": ResumeCode::of(1), "card": null});
    let over = "/api/v1/handovers/{handover}/take-over";
    cases
        .add(
            ("kiosk-2", "kiosk-9"),
            ("post", over),
            &[&name],
            json_of(&take_over_wish("kiosk-2")),
        )
        .theirs = Some((over.replace("{handover}", &name), Some(no_code)));
    let (_, tickets) = app.sold_to(HandoverId([0x41; 16]), &[12]).await;
    let mut waits = Mover::at(app, "kiosk-1", MOVE, &tickets);
    waits.take(Purpose::Parking).await;
    let parcel = waits.park(1).await.unwrap();
    let find = Some(json!({"code": slip_code(), "card": null}));
    let not_it = Some(json!({"code": null, "card": THIRD_CARD}));
    let case = cases.add(kiosks, ("post", "/api/v1/waiting"), &[], find);
    (case.marks, case.theirs) = (
        vec![parcel.clone()],
        Some(("/api/v1/waiting".into(), not_it)),
    );
    let fetch = json_of(&fetch_wish("kiosk-1", HandoverId([0x42; 16]), CARD));
    let steal = json_of(&fetch_wish("kiosk-9", HandoverId([0x43; 16]), THIRD_CARD));
    let grant = "/api/v1/parcels/{parcel}/grant";
    cases.add(kiosks, ("post", grant), &[&parcel], fetch).theirs =
        Some((grant.replace("{parcel}", &parcel), steal));
    let history = "/api/v1/cards/{uid}/history";
    let case = cases.add(kiosks, ("get", history), &[&CARD.to_string()], None);
    (case.marks, case.theirs) = (
        vec!["Play".into()],
        Some((history.replace("{uid}", &THIRD_CARD.to_string()), None)),
    );

    let challenge = json!({"role": "write", "challenge": "00".repeat(16)});
    let begin = "/api/v1/cards/{uid}/sessions";
    cases.add(
        kiosks,
        ("post", begin),
        &[&CARD.to_string()],
        Some(challenge.clone()),
    );
    let http = reqwest::Client::new();
    let path = begin.replace("{uid}", &CARD.to_string());
    let (_, begun) = send(app, &http, "kiosk-1", "post", &path, Some(&challenge)).await;
    let session = serde_json::from_slice::<Value>(&begun).unwrap()["session"].clone();
    let answer = Some(json!({"answer": "00".repeat(32)}));
    let finish = "/api/v1/card-sessions/{session}/finish";
    let case = cases.add(
        ("kiosk-1", "kiosk-2"),
        ("post", finish),
        &[session.as_str().unwrap()],
        answer,
    );
    // Nobody has a card here: the platform looked at the answer, which a neighbour's try had left to be looked at.
    (case.marks, case.status) = (vec!["not accepted".into()], Some(403));

    let gates = ("gate-1", "gate-9");
    cases
        .add(gates, ("get", "/api/v1/gates/bundle"), &[], None)
        .differs = true;
    let entered = json!({"records": [{"row": 1, "at": app.now(), "event": EVENT, "card": CARD, "ticket": 1, "outcome": "admit"}]});
    cases.add(
        gates,
        ("post", "/api/v1/entrance-records"),
        &[],
        Some(entered),
    );
    cases.add(kiosks, ("get", "/api/v1/terminal/keys"), &[], None);
    cases.add(
        kiosks,
        ("post", "/api/v1/terminal/resent"),
        &[],
        Some(json!({"incarnation": 1})),
    );
}

fn people(cases: &mut Cases) {
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
    cases.add(
        ("clerk-1", "clerk-9"),
        ("post", "/api/v1/clerk/logout"),
        &[],
        None,
    );
    let operators = ("operator-1", "operator-9");
    cases.add(operators, ("post", "/api/v1/operator/logout"), &[], None);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_or_changes_what_is_a_neighbours() {
    let mut app = TestApp::start().await;
    furnish_neighbours(&mut app).await;
    let cases = cases(&app).await.0;
    let http = reqwest::Client::new();

    let document: Value = http
        .get(format!("{}/api/openapi.json", app.url))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let mut with_neighbours = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let scope = operation["x-scope"]
                .as_str()
                .unwrap_or_else(|| panic!("{method} {path} does not say whose data it is about"));
            let anyone = operation["x-allowed"] == json!(["anyone"]);
            // Everybody's and nobody's data has no neighbours, and neither has somebody who is yet to log in.
            if !matches!(scope, "all" | "common") && !anyone {
                with_neighbours.insert((method.clone(), path.clone()));
            }
        }
    }
    let tried: BTreeSet<_> = cases
        .iter()
        .map(|case| (case.route.0.to_owned(), case.route.1.to_owned()))
        .collect();
    assert_eq!(tried, with_neighbours);

    for case in &cases {
        let (method, route) = case.route;
        let before = books(&app);
        let same = (case.path.clone(), case.body.clone());
        let (path, body) = case.theirs.clone().unwrap_or(same);
        let (status, theirs) =
            send(&app, &http, case.neighbour, method, &path, body.as_ref()).await;
        let text = String::from_utf8_lossy(&theirs).into_owned();
        assert!(
            status < 500 && (status != 401 || route.ends_with("/login")),
            "{method} {route}: {status} {text}"
        );
        for mark in &case.marks {
            assert!(
                !text.contains(mark),
                "{method} {route} shows {mark} to {}: {text}",
                case.neighbour
            );
        }
        let after = books(&app);
        for (question, rows) in &before {
            assert_eq!(
                rows, &after[question],
                "{method} {route} by {}: {status} {text}",
                case.neighbour
            );
        }

        let body = case.body.as_ref();
        let (status, own) = send(&app, &http, case.owner, method, &case.path, body).await;
        let text = String::from_utf8_lossy(&own).into_owned();
        let expected = case
            .status
            .map_or((200..300).contains(&status), |wanted| wanted == status);
        assert!(
            expected,
            "{method} {route} by {}: {status} {text}",
            case.owner
        );
        for mark in &case.marks {
            assert!(
                text.contains(mark),
                "{method} {route} does not show {mark}: {text}"
            );
        }
        assert!(
            !case.differs || own != theirs,
            "{method} {route}: both got {text}"
        );
    }
}
