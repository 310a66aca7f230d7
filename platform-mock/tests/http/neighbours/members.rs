//! Members: a seller's own, whatever card another seller's member carries.

use kippu_api::client::IdempotencyKey;
use serde_json::json;

use super::case::{Cases, json_of};
use crate::{
    app::{CARD, OTHER_CARD, TestApp, new_order},
    cards::open_card,
    members::member,
};

pub async fn members(app: &TestApp, cases: &mut Cases) {
    let (sellers, kiosks) = (("seller-1", "seller-9"), ("kiosk-1", "kiosk-9"));
    let own = app.client("seller-1");
    own.register_member(&member(9_000), &IdempotencyKey::random())
        .await
        .unwrap();
    open_card(app).await;
    let card = CARD.to_string();
    let path = ("get", "/api/v1/seller/members");
    cases.add(sellers, path, &[], None).marks = vec![card.clone()];
    let path = ("get", "/api/v1/seller/members/{number}");
    cases.add(sellers, path, &["A-17"], None).marks = vec![card];
    let paid = Some(json!({"amount": 500, "currency": "JPY"}));
    let path = ("post", "/api/v1/seller/members/{number}/settlements");
    cases.add(sellers, path, &["A-17"], paid);
    let limit = Some(json!({"credit_limit": 9_500}));
    let path = ("post", "/api/v1/seller/members/{number}");
    cases.add(sellers, path, &["A-17"], limit);
    // The neighbour sends something that cannot be registered: with the owner's words it would have a member of its own by them.
    let mut new = member(1);
    (new.number, new.card) = ("B-1".into(), OTHER_CARD);
    let path = ("post", "/api/v1/seller/members");
    let body = json_of(&new);
    new.credit_limit = -1;
    cases.add(sellers, path, &[], body).theirs = Some((path.1.into(), json_of(&new)));

    let question = Some(json!({"card": CARD, "amount": 1, "currency": "JPY"}));
    let case = cases.add(kiosks, ("post", "/api/v1/credit"), &[], question);
    (case.marks, case.differs) = (vec!["enough".into()], true);
    let hold = app.hold(&[15]).await;
    let key = IdempotencyKey::random();
    let order = new_order(&hold.hold);
    let order = app.kiosk().create_order(&order, &key).await.unwrap();
    let path = ("get", "/api/v1/attempts/{key}");
    cases.add(kiosks, path, &[key.as_str()], None).marks = vec![order.order];
}
