//! Sticks: keys for a kiosk that may work without network, and its reports afterwards.

use kippu_api::{
    handovers::{Purpose, ReportedOutcome},
    operator::{Imported, TerminalWish},
    problem::ProblemCode,
    stick::{HandoverReport, Header, Kind, PlatformId, Reports, open_json, seal_json},
    terminals::OfflineKeys,
};
use kippu_ticket::ids::{Step, TerminalId};
use platform_center::tickets::standing::Holder;

use crate::{
    app::{EVENT, GATE_KEY, TestApp, code},
    moves::{MOVE, Mover},
    operator::Operator,
};

/// The kiosk of the tests.
const KIOSK: TerminalId = TerminalId(11);

fn platform(app: &TestApp) -> PlatformId {
    PlatformId::of(&app.keys().issuer.public())
}

fn header(platform: PlatformId) -> Header {
    Header {
        kind: Kind::Reports,
        terminal: KIOSK,
        platform,
        incarnation: "journal of kiosk-1".into(),
        rows: (1, 2),
    }
}

/// A ticket went from card to card; nobody told the platform yet.
async fn reports(app: &TestApp) -> (Mover, Reports) {
    let (_, tickets) = app.sold(&[0]).await;
    let mut kiosk = Mover::at(app, "kiosk-1", MOVE, &tickets);
    let reports = [Step::Take, Step::Give].map(|step| HandoverReport {
        handover: MOVE,
        report: kiosk.report(step, ReportedOutcome::Done),
    });
    let reports = Reports {
        reports: reports.into(),
    };
    (kiosk, reports)
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_from_a_stick_count_once() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    let (kiosk, reports) = reports(&app).await;
    let file = seal_json(&header(platform(&app)), &reports, &GATE_KEY).unwrap();
    for known in [0, 2] {
        let done: Imported = operator.send("/reports", file.clone(), "-").await.unwrap();
        assert_eq!(
            (done.terminal, done.reports, done.known, done.refused),
            (KIOSK, 2, known, vec![])
        );
        let booked = app.booked(kiosk.tickets[0].ticket).await.standing;
        assert_eq!((booked.holder, booked.card), (Holder::Card, kiosk.receiver));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_files_change_nothing() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    let (kiosk, reports) = reports(&app).await;
    let own = header(platform(&app));
    let file = seal_json(&own, &reports, &GATE_KEY).unwrap();
    let foreign = header(PlatformId([9; 8]));
    let unknown = Header {
        terminal: TerminalId(77),
        ..own.clone()
    };
    let other_journal = Header {
        incarnation: "another".into(),
        ..own.clone()
    };
    let keys = Header {
        kind: Kind::Keys,
        ..own.clone()
    };
    let mut changed = file.clone();
    *changed.last_mut().unwrap() ^= 1;
    let sealed = |header: &Header| seal_json(header, &reports, &GATE_KEY).unwrap();
    for (what, bytes) in [
        ("cut off", file[..file.len() - 1].to_vec()),
        ("changed", changed),
        ("forged", seal_json(&own, &reports, &[3; 32]).unwrap()),
        ("another platform's", sealed(&foreign)),
        ("an unknown terminal's", sealed(&unknown)),
        ("of another journal", sealed(&other_journal)),
        ("of keys", sealed(&keys)),
        ("no stick file", b"hello".to_vec()),
        ("empty", Vec::new()),
    ] {
        let refused: Result<Imported, _> = operator.send("/reports", bytes, "-").await;
        assert_eq!(refused.err(), Some(ProblemCode::BadRequest), "{what}");
    }
    let booked = app.booked(kiosk.tickets[0].ticket).await.standing;
    assert_eq!(booked.card, Some(kiosk.giver));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_uploaded_by_form() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    let (_, reports) = reports(&app).await;
    let file = seal_json(&header(platform(&app)), &reports, &GATE_KEY).unwrap();
    let token = operator.form_token().await;
    let upload = async |token: &str, file: &[u8]| {
        let mut body = Vec::new();
        body.extend_from_slice(
            format!(
                "--cut\r\nContent-Disposition: form-data; name=\"form\"\r\n\r\n{token}\r\n--cut\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(
            b"Content-Disposition: form-data; name=\"file\"; filename=\"r.kst\"\r\n\r\n",
        );
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--cut--\r\n");
        operator.upload("/operator/reports", body).await
    };
    assert_eq!(upload("wrong", &file).await.0, 400);
    let (status, page) = upload(&token, &file).await;
    assert_eq!(status, 200);
    assert!(page.contains("2 new reports"), "{page}");
    assert!(
        upload(&token, &file)
            .await
            .1
            .contains("was imported before")
    );
    let (status, page) = upload(&token, &file[..60]).await;
    assert_eq!(status, 400);
    assert!(page.contains("cut off"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_go_only_where_the_operator_allows_it() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app).await;
    let kiosk = app.kiosk();
    let refused = kiosk.offline_keys().await.unwrap_err();
    assert_eq!(code(refused), ProblemCode::Forbidden);
    let gate: Result<serde_json::Value, _> = operator
        .post(
            "/terminals/21",
            &TerminalWish::LocalKeys { allow: true },
            "-",
        )
        .await;
    assert_eq!(gate.err(), Some(ProblemCode::BadRequest));

    operator
        .wish(KIOSK.0, &TerminalWish::LocalKeys { allow: true })
        .await;
    let sealed = kiosk.offline_keys().await.unwrap();
    let (header, keys): (_, OfflineKeys) =
        open_json(&sealed, Kind::Keys, platform(&app), KIOSK, &GATE_KEY).unwrap();
    assert_eq!((header.incarnation.as_str(), keys.terminal), ("1", KIOSK));
    assert!(keys.valid_until > app.now());
    assert_eq!(keys.write_key, hex::encode(app.keys().cards.write.0));
    assert_eq!(keys.events[0].event.event, EVENT);
    assert_eq!(
        keys.events[0].binding_key,
        hex::encode(app.keys().binding(EVENT).for_terminal(KIOSK).to_bytes())
    );
    let view = operator
        .wish(KIOSK.0, &TerminalWish::LocalKeys { allow: false })
        .await;
    assert_eq!(view.keys_given, Some(app.now()), "it is written down");
    assert!(kiosk.offline_keys().await.is_err());
    let mut mover = Mover::at(&app, "kiosk-1", MOVE, &app.sold(&[0]).await.1);
    mover.register(Purpose::Assignment).await.unwrap();
}
