//! Pages about people: accounts with what may be done about them, and who did what.

use askama::Template;
use axum::{
    extract::{Form, Path, Query, State},
    response::Response,
};
use kippu_api::{
    operator::Listed,
    people::{AccountInView, AccountWish, AuditRow, FreshAccount, NewAccount, PersonRole},
};
use kippu_ticket::ids::CardUid;
use serde::Deserialize;

use crate::{
    app::App,
    auth::AsOperator,
    operator::{
        accounts::{self as acts, FindActs},
        routes::Find,
    },
    pages::{Page, form_key::fresh_key, respond, typed::Typed, words::Words},
    people::rules::role_of,
    refusal::{Answer, Refusal},
};

#[derive(Template)]
#[template(path = "operator/accounts.html")]
struct AccountsPage<'a> {
    page: &'a Page,
    find: &'a str,
    rows: &'a [AccountInView],
    more: bool,
    fresh: Option<&'a FreshAccount>,
    key: String,
}

#[derive(Template)]
#[template(path = "operator/audit.html")]
struct AuditPage<'a> {
    page: &'a Page,
    find: &'a str,
    rows: &'a [AuditRow],
    /// Where the next page begins, if there is one.
    next: Option<i64>,
}

/// A key of an account's row.
#[derive(Debug, Deserialize)]
pub struct Wished {
    #[serde(default)]
    form: String,
    #[serde(default)]
    wish: String,
    #[serde(default)]
    cards: String,
}

/// Accounts.
pub async fn list(
    State(app): State<App>,
    page: Page,
    Query(Find { find }): Query<Find>,
) -> Answer<Response> {
    show(&app, &page, find.trim(), None).await
}

async fn show(
    app: &App,
    page: &Page,
    find: &str,
    fresh: Option<&FreshAccount>,
) -> Answer<Response> {
    let Listed { rows, more } = app.storage().accounts(find.to_owned()).await?;
    let template = AccountsPage {
        page,
        find,
        rows: &rows,
        more,
        fresh,
        key: fresh_key(),
    };
    respond(&template)
}

/// Makes an account and shows its secret once.
pub async fn make(
    State(app): State<App>,
    page: Page,
    AsOperator(operator, _): AsOperator,
    new: Typed,
) -> Answer<Response> {
    new.check(&page)?;
    let key = new.key(operator.id)?;
    let account = NewAccount {
        role: role_of(new.get("role")).ok_or_else(|| Refusal::bad_request(page.w.form_old))?,
        number: new.get("number").to_owned(),
        name: new.get("name").to_owned(),
        of: new.get("of").to_owned(),
        cards: cards(new.get("cards"))?,
    };
    let fresh = acts::made(&app, key, &operator, account).await?;
    show(&app, &page, "", Some(&fresh)).await
}

/// Does something about an account and shows the list.
pub async fn wish(
    State(app): State<App>,
    page: Page,
    AsOperator(operator, _): AsOperator,
    Path(account): Path<String>,
    Form(wished): Form<Wished>,
) -> Answer<Response> {
    page.check_form(&wished.form)?;
    let wish = match wished.wish.as_str() {
        "disable" => AccountWish::Disable,
        "enable" => AccountWish::Enable,
        "reset" => AccountWish::Reset,
        "cards" => AccountWish::Cards {
            cards: cards(&wished.cards)?,
        },
        _ => return Err(Refusal::bad_request(page.w.form_old)),
    };
    let account = account.parse().map_err(|_| Refusal::not_found("account"))?;
    let fresh = acts::done(&app, &operator, account, wish).await?;
    show(&app, &page, "", Some(&fresh)).await
}

/// Who did what.
pub async fn audit(
    State(app): State<App>,
    page: Page,
    Query(FindActs { find, before }): Query<FindActs>,
) -> Answer<Response> {
    let find = find.trim();
    let Listed { rows, more } = app.storage().audit(find.to_owned(), before).await?;
    let last = rows.last().map(|row| row.entry);
    let template = AuditPage {
        page: &page,
        find,
        rows: &rows,
        next: last.filter(|_| more),
    };
    respond(&template)
}

/// Card numbers, apart by spaces or commas.
fn cards(text: &str) -> Answer<Vec<CardUid>> {
    text.split(|letter: char| letter.is_whitespace() || letter == ',')
        .filter(|piece| !piece.is_empty())
        .map(|piece| {
            piece
                .parse()
                .map_err(|_| Refusal::bad_request(format!("{piece} is no card number.")))
        })
        .collect()
}

/// What a role is called.
pub fn role_name(w: &Words, role: &PersonRole) -> &'static str {
    match role {
        PersonRole::Operator => w.role_operator,
        PersonRole::Organizer => w.role_organizer,
        PersonRole::Seller => w.role_seller,
        PersonRole::Clerk => w.role_clerk,
        PersonRole::Venue => w.role_venue,
        PersonRole::Member => w.role_member,
    }
}
