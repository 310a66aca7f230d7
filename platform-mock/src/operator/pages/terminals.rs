//! Pages about terminals: how they are, what may be done with them, files of those without network, and who owes rows after a restore.

use askama::Template;
use axum::{
    extract::{DefaultBodyLimit, Form, Multipart, Path, Query, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Redirect, Response},
};
use kippu_api::{
    operator::{Imported, Listed, TerminalInView, TerminalWish},
    stick::BODY_MAX,
};
use kippu_ticket::ids::TerminalId;
use serde::Deserialize;

use crate::{
    app::App,
    auth::AsOperator,
    devices::{self, codes},
    operator::routes::Find,
    pages::{Page, respond, upload},
    refusal::{Answer, Refusal},
    stick::{keys as stick_keys, reports, routes::stick_headers},
};

/// Room for a file's own name and the form around it.
const FORM_ROOM: usize = 64 * 1024;

#[derive(Template)]
#[template(path = "operator/terminals.html")]
struct ListPage<'a> {
    page: &'a Page,
    find: &'a str,
    rows: &'a [TerminalInView],
    more: bool,
    imported: Option<&'a Imported>,
}

#[derive(Template)]
#[template(path = "operator/restore.html")]
struct RestorePage<'a> {
    page: &'a Page,
    incarnation: u32,
    began: i64,
    due: usize,
    rows: &'a [TerminalInView],
    more: bool,
}

#[derive(Template)]
#[template(path = "operator/enrolment.html")]
struct EnrolmentPage<'a> {
    page: &'a Page,
    name: &'a str,
    code: &'a str,
    expires: i64,
}

/// A key of a terminal's row.
#[derive(Debug, Deserialize)]
pub struct Wished {
    #[serde(default)]
    form: String,
    #[serde(default)]
    wish: String,
    #[serde(default)]
    reason: String,
}

/// Terminals.
pub async fn list(
    State(app): State<App>,
    page: Page,
    Query(Find { find }): Query<Find>,
) -> Answer<Response> {
    show(&app, &page, find.trim(), None).await
}

async fn show(app: &App, page: &Page, find: &str, imported: Option<&Imported>) -> Answer<Response> {
    let Listed { rows, more } = app.storage().terminals_in_view(find.to_owned()).await?;
    let template = ListPage {
        page,
        find,
        rows: &rows,
        more,
        imported,
    };
    respond(&template)
}

/// Does something about a terminal and goes back to the list.
pub async fn wish(
    State(app): State<App>,
    page: Page,
    AsOperator(operator, _): AsOperator,
    Path(terminal): Path<String>,
    Form(wished): Form<Wished>,
) -> Answer<Response> {
    page.check_form(&wished.form)?;
    let wish = match wished.wish.as_str() {
        "write_off" => TerminalWish::WriteOff {
            reason: wished.reason,
        },
        "revoke" => TerminalWish::Revoke {
            reason: wished.reason,
        },
        "put_back" => TerminalWish::PutBack,
        "allow_keys" => TerminalWish::LocalKeys { allow: true },
        "forbid_keys" => TerminalWish::LocalKeys { allow: false },
        _ => return Err(Refusal::bad_request(page.w.form_old)),
    };
    app.storage()
        .do_about_terminal(operator, number(&terminal)?, wish)
        .await?;
    Ok(Redirect::to("/operator/terminals").into_response())
}

/// Makes an enrolment code and shows it, once.
pub async fn enrolment_code(
    State(app): State<App>,
    page: Page,
    AsOperator(operator, _): AsOperator,
    Path(terminal): Path<String>,
    Form(wished): Form<Wished>,
) -> Answer<Response> {
    page.check_form(&wished.form)?;
    let opened = codes::open(
        app.storage(),
        devices::routes::authority(&app)?,
        Some(operator),
        number(&terminal)?,
        app.now(),
    )
    .await?;
    let template = EnrolmentPage {
        page: &page,
        code: &opened.code,
        name: &opened.name,
        expires: opened.expires,
    };
    respond(&template)
}

/// The file of keys for a terminal's stick.
pub async fn keys(
    State(app): State<App>,
    AsOperator(operator, _): AsOperator,
    Path(terminal): Path<String>,
) -> Answer<Response> {
    let terminal = number(&terminal)?;
    let file = stick_keys::file(&app, terminal, Some(operator))
        .await
        .map_err(|refusal| Refusal {
            code: kippu_api::problem::ProblemCode::WrongState,
            ..refusal
        })?;
    let name = format!("attachment; filename=\"keys-{terminal}.kst\"");
    let name = HeaderValue::from_str(&name).map_err(|error| Refusal::internal(&error))?;
    Ok((stick_headers(), [(header::CONTENT_DISPOSITION, name)], file).into_response())
}

/// How large an uploaded file may be.
pub fn upload_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(BODY_MAX + FORM_ROOM)
}

/// Imports an uploaded file of reports.
pub async fn import(
    State(app): State<App>,
    page: Page,
    AsOperator(operator, _): AsOperator,
    sent: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Answer<Response> {
    let sent = upload::read(sent).await?;
    page.check_form(&sent.form)?;
    let done = reports::import(&app, &sent.file, (&operator).into()).await?;
    show(&app, &page, "", Some(&done)).await
}

/// Which terminals have sent their rows again to a restored platform.
pub async fn restore(State(app): State<App>, page: Page) -> Answer<Response> {
    let life = app.storage().life();
    let Listed { mut rows, more } = app.storage().terminals_in_view(String::new()).await?;
    rows.retain(|terminal| terminal.role == "kiosk");
    let template = RestorePage {
        page: &page,
        incarnation: life.incarnation,
        began: life.began,
        due: app.storage().owing().await?,
        rows: &rows,
        more,
    };
    respond(&template)
}

fn number(text: &str) -> Answer<TerminalId> {
    text.parse()
        .map(TerminalId)
        .map_err(|_| Refusal::not_found("terminal"))
}
