//! Handovers: whose tickets on their way are.

use kippu_api::{
    enrolment::Renewal,
    handovers::{Purpose, ReportedOutcome},
};
use kippu_ticket::{
    code::ResumeCode,
    ids::{HandoverId, Step},
};
use serde_json::{Value, json};

use super::{
    case::{Cases, json_of},
    furnish::THIRD_CARD,
    send,
};
use crate::{
    app::{CARD, EVENT, OTHER_CARD, TestApp},
    moves::{MOVE, Mover, fetch_wish, slip_code, take_over_wish},
};

/// Handovers of one kiosk, with the very words of that kiosk in another's mouth.
pub async fn handovers(app: &TestApp, cases: &mut Cases) {
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
    // A certificate is renewed by whoever shows one; in the clear nobody does.
    let renewal = json_of(&Renewal {
        request: String::new(),
    });
    let renewing = ("post", "/api/v1/terminal/certificate");
    cases.add(kiosks, renewing, &[], renewal).status = Some(409);
    cases.add(
        kiosks,
        ("post", "/api/v1/terminal/resent"),
        &[],
        Some(json!({"incarnation": 1})),
    );
}
