//! The key server with a virtual card, and the card's own proof of what was written.

use kippu_api::{
    cards::{CardRole, SessionAnswer, SessionKeys, SessionRequest},
    client::{Client, ClientError},
    handovers::{ReportedOutcome, ReportedProof},
    problem::ProblemCode,
};
use kippu_card::{
    desfire::crypto::{cbc_decrypt, cbc_encrypt, rotate_left},
    keys::{MasterKeys, Role},
    transaction_mac,
};
use kippu_ticket::ids::{CardUid, HandoverId};
use platform_center::{
    cards::{limits::PER_CARD, storage::CardStorage as _},
    keys::{
        ring::{self, Family},
        wrapping::Wrapping,
    },
};

use crate::{
    app::{CARD, OTHER_CARD, TestApp, code, token},
    purchase::report,
};

/// Plays a card with the platform's own key for a role: its challenge, and its answer to the platform's.
struct PlayedCard {
    key: kippu_card::desfire::crypto::Key,
}

impl PlayedCard {
    fn new(app: &TestApp, role: Role) -> Self {
        Self::formatted(&app.keys().cards, CARD, role)
    }

    fn formatted(keys: &MasterKeys, card: CardUid, role: Role) -> Self {
        Self {
            key: keys.for_card(card, role),
        }
    }

    /// Opens it for writing.
    async fn open(&self, kiosk: &Client, card: CardUid) -> Result<SessionKeys, ClientError> {
        let request = SessionRequest {
            role: CardRole::Write,
            challenge: self.challenge(),
        };
        let begun = kiosk.begin_card_session(card, &request).await?;
        let answer = SessionAnswer {
            answer: self.answer(&begun.response),
        };
        kiosk.finish_card_session(&begun.session, &answer).await
    }

    fn challenge(&self) -> String {
        let mut rnd_b = [0x5C; 16];
        cbc_encrypt(&self.key, [0; 16], &mut rnd_b);
        hex::encode(rnd_b)
    }

    fn answer(&self, response: &str) -> String {
        let mut plain: [u8; 32] = hex::decode(response).unwrap().try_into().unwrap();
        cbc_decrypt(&self.key, [0; 16], &mut plain);
        let rnd_a: [u8; 16] = plain[..16].try_into().unwrap();
        let mut answer = [0; 32];
        answer[..4].copy_from_slice(&[9, 8, 7, 6]);
        answer[4..20].copy_from_slice(&rotate_left(rnd_a));
        cbc_encrypt(&self.key, [0; 16], &mut answer);
        hex::encode(answer)
    }
}

/// Opens [`CARD`] at a kiosk.
pub async fn open_card(app: &TestApp) {
    let card = PlayedCard::new(app, Role::Write);
    let wish = SessionRequest {
        role: CardRole::Write,
        challenge: card.challenge(),
    };
    let begun = app.kiosk().begin_card_session(CARD, &wish).await.unwrap();
    let answer = SessionAnswer {
        answer: card.answer(&begun.response),
    };
    app.kiosk()
        .finish_card_session(&begun.session, &answer)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_opens_a_card_with_its_own_role_and_it_is_written_down() {
    let app = TestApp::start().await;
    for (terminal, role, card_role) in [
        ("kiosk-1", CardRole::Write, Role::Write),
        ("gate-1", CardRole::Gate, Role::Gate),
    ] {
        let (client, card) = (app.client(terminal), PlayedCard::new(&app, card_role));
        let begun = client
            .begin_card_session(
                CARD,
                &SessionRequest {
                    role,
                    challenge: card.challenge(),
                },
            )
            .await
            .unwrap();
        let answer = SessionAnswer {
            answer: card.answer(&begun.response),
        };
        let keys = client
            .finish_card_session(&begun.session, &answer)
            .await
            .unwrap();
        assert_eq!(
            (keys.ti.as_str(), keys.enc.len(), keys.mac.len()),
            ("09080706", 32, 32)
        );
        let used = client.finish_card_session(&begun.session, &answer).await;
        assert!(
            used.is_err_and(|error| code(error) == ProblemCode::NotFound),
            "good for one answer"
        );
    }
    let uses = app.storage().key_uses(CARD).await.unwrap();
    let words: Vec<_> = uses
        .iter()
        .map(|(terminal, role, outcome)| (terminal.0, role.as_str(), outcome.as_str()))
        .collect();
    assert_eq!(words, [(11, "write", "opened"), (21, "gate", "opened")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_other_roles_foreign_cards_and_slow_cards_are_refused() {
    let app = TestApp::start().await;
    let card = PlayedCard::new(&app, Role::Write);
    let wrong_role = SessionRequest {
        role: CardRole::Gate,
        challenge: card.challenge(),
    };
    assert_eq!(
        code(
            app.kiosk()
                .begin_card_session(CARD, &wrong_role)
                .await
                .unwrap_err()
        ),
        ProblemCode::Forbidden
    );

    let request = SessionRequest {
        role: CardRole::Write,
        challenge: card.challenge(),
    };
    let begun = app
        .kiosk()
        .begin_card_session(CARD, &request)
        .await
        .unwrap();
    let foreign = SessionAnswer {
        answer: "00".repeat(32),
    };
    assert_eq!(
        code(
            app.kiosk()
                .finish_card_session(&begun.session, &foreign)
                .await
                .unwrap_err()
        ),
        ProblemCode::Forbidden
    );

    let begun = app
        .kiosk()
        .begin_card_session(CARD, &request)
        .await
        .unwrap();
    let answer = SessionAnswer {
        answer: card.answer(&begun.response),
    };
    let stolen = app
        .client("kiosk-2")
        .finish_card_session(&begun.session, &answer)
        .await
        .unwrap_err();
    assert_eq!(code(stolen), ProblemCode::NotFound);

    let begun = app
        .kiosk()
        .begin_card_session(CARD, &request)
        .await
        .unwrap();
    app.minutes_pass(1);
    let answer = SessionAnswer {
        answer: card.answer(&begun.response),
    };
    assert_eq!(
        code(
            app.kiosk()
                .finish_card_session(&begun.session, &answer)
                .await
                .unwrap_err()
        ),
        ProblemCode::NotFound
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn any_node_goes_on_with_a_handshake_and_one_of_them_answers_it() {
    let app = TestApp::start().await;
    let there = Client::new(&app.node().await, &token("kiosk-1")).unwrap();
    let card = PlayedCard::new(&app, Role::Write);
    let request = SessionRequest {
        role: CardRole::Write,
        challenge: card.challenge(),
    };
    let begun = app
        .kiosk()
        .begin_card_session(CARD, &request)
        .await
        .unwrap();
    let answer = SessionAnswer {
        answer: card.answer(&begun.response),
    };
    there
        .finish_card_session(&begun.session, &answer)
        .await
        .unwrap();
    for node in [app.kiosk(), there] {
        let again = node.finish_card_session(&begun.session, &answer).await;
        assert_eq!(code(again.unwrap_err()), ProblemCode::NotFound);
    }
    let begun = app
        .kiosk()
        .begin_card_session(CARD, &request)
        .await
        .unwrap();
    for place in [0, 60, begun.session.len() - 1] {
        let mut changed = begun.session.clone().into_bytes();
        changed[place] = if changed[place] == b'0' { b'1' } else { b'0' };
        let changed = String::from_utf8(changed).unwrap();
        let refused = app.kiosk().finish_card_session(&changed, &answer).await;
        assert_eq!(code(refused.unwrap_err()), ProblemCode::NotFound);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_of_older_master_keys_are_still_opened_and_told_apart() {
    let mut app = TestApp::start().await;
    let first = app.keys().cards.clone();
    ring::announce(app.data(), &Wrapping::Nothing, Family::Cards).unwrap();
    ring::activate(app.data(), &Wrapping::Nothing, Family::Cards).unwrap();
    app.restart().await;
    let keys = app.keys();
    let storage = app.storage();
    storage
        .card_formatted(OTHER_CARD, keys.card_version())
        .await
        .unwrap();
    let kiosk = app.kiosk();
    let old = PlayedCard::formatted(&first, CARD, Role::Write);
    old.open(&kiosk, CARD).await.unwrap();
    let new = PlayedCard::formatted(&keys.cards, OTHER_CARD, Role::Write);
    new.open(&kiosk, OTHER_CARD).await.unwrap();
    let versions = (
        storage.card_version(CARD).await.unwrap(),
        storage.card_version(OTHER_CARD).await.unwrap(),
    );
    assert_eq!(versions, (1, 2));
    let turned = PlayedCard::formatted(&first, OTHER_CARD, Role::Write);
    let refused = turned.open(&kiosk, OTHER_CARD).await.unwrap_err();
    assert_eq!(code(refused), ProblemCode::Forbidden);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_one_card_are_not_asked_for_without_end() {
    let app = TestApp::start().await;
    let card = PlayedCard::new(&app, Role::Write);
    let request = SessionRequest {
        role: CardRole::Write,
        challenge: card.challenge(),
    };
    let kiosk = app.kiosk();
    for _ in 0..PER_CARD {
        kiosk.begin_card_session(CARD, &request).await.unwrap();
    }
    let refused = kiosk.begin_card_session(CARD, &request).await.unwrap_err();
    let problem = refused.problem().unwrap();
    assert_eq!(problem.code, ProblemCode::TooMany);
    assert!(problem.hint.as_deref().unwrap().contains("wait a minute"));
    kiosk
        .begin_card_session(OTHER_CARD, &request)
        .await
        .unwrap();
    app.minutes_pass(1);
    kiosk.begin_card_session(CARD, &request).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cards_proof_is_checked() {
    let app = TestApp::start().await;
    let order = app.paid_order(&[0]).await;
    let grant = app.grant(&order).await;
    let input = vec![0x8D; 32];
    let mac = transaction_mac::compute(
        &app.keys().cards.transaction_mac_for_card(CARD),
        CARD,
        3,
        &input,
    );
    let proof = |mac: [u8; 8]| {
        Some(ReportedProof {
            counter: 3,
            mac: hex::encode(mac),
            input: hex::encode(&input),
        })
    };
    let mut forged = report(&grant, ReportedOutcome::Unknown, 1);
    forged.proof = proof([0; 8]);
    let mut real = report(&grant, ReportedOutcome::Done, 2);
    real.proof = proof(mac);
    let handover = HandoverId([1; 16]);
    assert_eq!(
        app.kiosk().report(handover, &forged).await.unwrap().proved,
        Some(false)
    );
    assert_eq!(
        app.kiosk().report(handover, &real).await.unwrap().proved,
        Some(true)
    );
}
