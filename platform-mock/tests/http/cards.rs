//! The key server with a virtual card, and the card's own proof of what was written.

use kippu_api::{
    cards::{CardRole, SessionAnswer, SessionRequest},
    handovers::{ReportedOutcome, ReportedProof},
    problem::ProblemCode,
};
use kippu_card::{
    desfire::crypto::{cbc_decrypt, cbc_encrypt, rotate_left},
    keys::Role,
    transaction_mac,
};
use kippu_ticket::ids::HandoverId;
use platform_center::cards::storage::CardStorage as _;

use crate::{
    app::{CARD, TestApp, code},
    purchase::report,
};

/// Plays a card with the platform's own key for a role: its challenge, and its answer to the platform's.
struct PlayedCard {
    key: kippu_card::desfire::crypto::Key,
}

impl PlayedCard {
    fn new(app: &TestApp, role: Role) -> Self {
        Self {
            key: app.keys().cards.for_card(CARD, role),
        }
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
