//! The page of a seller's members: who may buy on account.

use askama::Template;
use axum::{
    extract::{Form, Query, State},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use kippu_api::members::{Member, MemberChange, MemberState, NewMember};
use serde::Deserialize;

use super::words::{Words, words};
use crate::{
    app::App,
    auth::{AsSeller, OwnSeller, SELLER, Scope},
    members::{record::ROWS_MAX, routes::After},
    organizer::amount::money,
    pages::{
        Page,
        form_key::{form_key, fresh_key},
        respond,
    },
    refusal::{Answer, Refusal},
    request::Path,
    routes::Routes,
};

/// The pages.
pub(super) fn routes(routes: Routes) -> Routes {
    let own = SELLER.of(Scope::Seller);
    routes
        .on("/seller/members", "get", own, get(list))
        .on("/seller/members", "post", own, post(register))
        .on("/seller/members/{number}", "post", own, post(change))
}

#[derive(Template)]
#[template(path = "seller/members.html")]
struct MembersPage<'a> {
    page: &'a Page,
    s: &'a Words,
    rows: &'a [Member],
    /// Where the next page begins, if there may be one.
    next: Option<&'a str>,
    key: String,
}

impl MembersPage<'_> {
    fn money(&self, amount: &i64, currency: &str) -> String {
        money(*amount, currency)
    }
}

/// The members by number.
pub async fn list(
    State(app): State<App>,
    page: Page,
    OwnSeller(seller): OwnSeller,
    Query(After { after }): Query<After>,
) -> Answer<Response> {
    let rows = app.storage().members(seller, after).await?;
    let full = rows.len() == ROWS_MAX as usize;
    let template = MembersPage {
        page: &page,
        s: words(page.language),
        next: rows
            .last()
            .filter(|_| full)
            .map(|last| last.number.as_str()),
        rows: &rows,
        key: fresh_key(),
    };
    respond(&template)
}

/// Somebody who becomes a member.
#[derive(Debug, Deserialize)]
pub struct NewForm {
    #[serde(default)]
    form: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    card: String,
    #[serde(default)]
    currency: String,
    #[serde(default)]
    limit: String,
}

/// Registers a member and shows the list.
pub async fn register(
    State(app): State<App>,
    page: Page,
    AsSeller(person, seller): AsSeller,
    Form(form): Form<NewForm>,
) -> Answer<Response> {
    page.check_form(&form.form)?;
    let words = [&form.number, &form.card, &form.currency, &form.limit];
    let key = form_key(person.account, &form.key, &words.map(String::as_str))?;
    let (card, limit) = (form.card.trim(), form.limit.trim());
    let new = NewMember {
        number: form.number.trim().to_owned(),
        card: card
            .parse()
            .map_err(|_| Refusal::bad_request(format!("{card} is no card number.")))?,
        currency: form.currency.trim().to_owned(),
        credit_limit: limit
            .parse()
            .map_err(|_| Refusal::bad_request(format!("{limit} is no amount.")))?,
    };
    let actor = (&person).into();
    let storage = app.storage();
    storage.register_member(key, actor, seller, new).await?;
    Ok(Redirect::to("/seller/members").into_response())
}

/// A key of a member's row.
#[derive(Debug, Deserialize)]
pub struct ChangeForm {
    #[serde(default)]
    form: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    wish: String,
}

/// Blocks a member, or lets them buy again.
pub async fn change(
    State(app): State<App>,
    page: Page,
    AsSeller(person, seller): AsSeller,
    Path(number): Path<String>,
    Form(form): Form<ChangeForm>,
) -> Answer<Response> {
    page.check_form(&form.form)?;
    let key = form_key(person.account, &form.key, &[&number, &form.wish])?;
    let state = match form.wish.as_str() {
        "block" => MemberState::Suspended,
        "unblock" => MemberState::Active,
        _ => return Err(Refusal::bad_request(page.w.form_old)),
    };
    let change = MemberChange {
        state: Some(state),
        ..MemberChange::default()
    };
    let actor = (&person).into();
    let storage = app.storage();
    storage
        .change_member(key, actor, (seller, number), change)
        .await?;
    Ok(Redirect::to("/seller/members").into_response())
}
