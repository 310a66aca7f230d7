//! Pages about returns for organizers: what sellers offer back, and calling seats in.

use askama::Template;
use axum::{
    extract::{Form, Query, State},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use kippu_api::{
    allocation::AllocatedSeller,
    returns::{CallIn, ReturnDecision, ReturnState, SeatReturn},
};
use kippu_ticket::ids::{EventId, SellerId};
use serde::Deserialize;

use super::words::{Words, words};
use crate::{
    allocation::storage::Desk,
    app::App,
    auth::{AsOrganizer, ORGANIZER, OwnOrganizer, Scope},
    organizer::{
        pages::Head,
        sheet,
        words::{Words as SeatWords, words as seat_words},
    },
    own::event::OwnEvent,
    pages::{Page, form_key::form_key, respond},
    refusal::{Answer, Refusal},
    request::Path,
    routes::Routes,
};

/// The pages.
pub fn routes(routes: Routes) -> Routes {
    let own = ORGANIZER.of(Scope::Organizer);
    routes
        .on("/organizer/returns", "get", own, get(list))
        .on("/organizer/returns/{return}", "post", own, post(decide))
        .on(
            "/organizer/events/{event}/call-in",
            "get",
            own,
            get(call_in_form),
        )
        .on(
            "/organizer/events/{event}/call-in",
            "post",
            own,
            post(call_in),
        )
}

/// A return with what is needed to name it.
pub(crate) struct Line {
    /// The return.
    pub(crate) row: SeatReturn,
    /// Its event.
    pub(crate) head: Head,
}

impl Line {
    /// Rows and numbers of the seats.
    pub(crate) fn seats(&self) -> String {
        sheet::words(&self.head.facts.plan, &self.row.seats)
    }

    /// Whether an answer is due.
    pub(crate) fn waits(&self) -> bool {
        self.row.state == ReturnState::Waiting
    }
}

/// Returns with their events.
pub(crate) async fn lines(app: &App, rows: Vec<SeatReturn>) -> Answer<Vec<Line>> {
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let head = Head::of(app, row.event).await?;
        lines.push(Line { row, head });
    }
    Ok(lines)
}

/// A return that was just decided, to say so.
#[derive(Debug, Default, Deserialize)]
pub struct Done {
    #[serde(default)]
    done: Option<i64>,
}

#[derive(Template)]
#[template(path = "returns/list.html")]
struct ListPage<'a> {
    page: &'a Page,
    t: &'a SeatWords,
    w: &'a Words,
    lines: &'a [Line],
    waiting: usize,
    sellers: &'a [AllocatedSeller],
    done: Option<String>,
}

impl ListPage<'_> {
    fn outcome(&self, line: &Line) -> String {
        match (line.row.state, &line.row.to) {
            (ReturnState::Accepted, Some(to)) => self.w.handed_on.replace("{who}", to),
            (state, _) => outcome(self.w, state).to_owned(),
        }
    }
}

#[derive(Template)]
#[template(path = "returns/call_in.html")]
struct CallInPage<'a> {
    page: &'a Page,
    t: &'a SeatWords,
    w: &'a Words,
    head: &'a Head,
    sellers: &'a [AllocatedSeller],
}

/// A text with a number, and a name, in it.
pub(crate) fn filled(text: &str, count: impl std::fmt::Display, who: &str) -> String {
    text.replace("{n}", &count.to_string())
        .replace("{who}", who)
}

fn outcome(w: &Words, state: ReturnState) -> &'static str {
    match state {
        ReturnState::Waiting => w.waiting,
        ReturnState::Accepted => w.accepted,
        ReturnState::Declined => w.declined,
        ReturnState::Withdrawn => w.withdrawn,
        ReturnState::CalledIn => w.called_in,
    }
}

fn sentence(w: &Words, row: &SeatReturn) -> Option<String> {
    let text = match (row.state, &row.to) {
        (ReturnState::Accepted, Some(to)) => &w.done_handed_on.replace("{to}", to),
        (ReturnState::Accepted, None) => w.done_accepted,
        (ReturnState::Declined, _) => w.done_declined,
        (ReturnState::CalledIn, _) => w.done_called_in,
        (ReturnState::Waiting | ReturnState::Withdrawn, _) => return None,
    };
    Some(filled(text, row.count, &row.seller_name))
}

/// What was offered back, what waits first.
pub async fn list(
    State(app): State<App>,
    page: Page,
    OwnOrganizer(organizer): OwnOrganizer,
    Query(Done { done }): Query<Done>,
) -> Answer<Response> {
    let rows = app.storage().returns_of_organizer(organizer).await?;
    let w = words(page.language);
    let told = done.and_then(|number| rows.iter().find(|row| row.number == number));
    let done = told.and_then(|row| sentence(w, row));
    let lines = lines(&app, rows).await?;
    let sellers = match lines.first() {
        // All sellers there are, whatever event is asked about.
        Some(line) => app.storage().allocated(line.row.event).await?,
        None => Vec::new(),
    };
    let template = ListPage {
        page: &page,
        t: seat_words(page.language),
        w,
        waiting: lines.iter().filter(|line| line.waits()).count(),
        lines: &lines,
        sellers: &sellers,
        done,
    };
    respond(&template)
}

/// The organizer's answer to one offer.
#[derive(Debug, Deserialize)]
pub struct DecisionForm {
    #[serde(default)]
    form: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    wish: String,
    #[serde(default)]
    to: String,
}

/// Decides an offer and shows the list.
pub async fn decide(
    State(app): State<App>,
    page: Page,
    AsOrganizer(person, organizer): AsOrganizer,
    Path(number): Path<i64>,
    Form(form): Form<DecisionForm>,
) -> Answer<Response> {
    page.check_form(&form.form)?;
    let decision = match form.wish.as_str() {
        "take" => ReturnDecision::Accept { to: None },
        "hand_on" => ReturnDecision::Accept {
            to: Some(seller(&page, &form.to)?),
        },
        "decline" => ReturnDecision::Decline,
        _ => return Err(Refusal::bad_request(page.w.form_old)),
    };
    let words = [&number.to_string(), &form.wish, &form.to];
    let key = form_key(person.account, &form.key, &words.map(String::as_str))?;
    let desk = Desk { person, organizer };
    app.storage().decide(key, desk, number, decision).await?;
    let back = format!("/organizer/returns?done={number}");
    Ok(Redirect::to(&back).into_response())
}

/// The sellers of an event, with what each has not sold.
pub async fn call_in_form(
    State(app): State<App>,
    page: Page,
    OwnEvent(event): OwnEvent,
) -> Answer<Response> {
    app.storage().expire_due().await?;
    let mut sellers = app.storage().allocated(event).await?;
    sellers.retain(|seller| seller.seats > 0);
    let template = CallInPage {
        page: &page,
        t: seat_words(page.language),
        w: words(page.language),
        head: &Head::of(&app, event).await?,
        sellers: &sellers,
    };
    respond(&template)
}

/// Which seats to call in.
#[derive(Debug, Deserialize)]
pub struct CallInForm {
    #[serde(default)]
    form: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    seller: String,
    #[serde(default)]
    class: String,
    #[serde(default)]
    note: String,
}

/// Calls seats in and shows the list.
pub async fn call_in(
    State(app): State<App>,
    page: Page,
    AsOrganizer(person, organizer): AsOrganizer,
    Path(event): Path<EventId>,
    Form(form): Form<CallInForm>,
) -> Answer<Response> {
    page.check_form(&form.form)?;
    let words = [&form.seller, &form.class, &form.note, &event.to_string()];
    let key = form_key(person.account, &form.key, &words.map(String::as_str))?;
    let wish = CallIn {
        seller: seller(&page, &form.seller)?,
        class: class(&page, &form.class)?,
        note: form.note,
    };
    app.storage().expire_due().await?;
    let desk = Desk { person, organizer };
    let done = app.storage().call_in(key, desk, event, wish).await?;
    let back = format!("/organizer/returns?done={}", done.number);
    Ok(Redirect::to(&back).into_response())
}

fn seller(page: &Page, text: &str) -> Answer<SellerId> {
    let number = text.parse();
    number
        .map(SellerId)
        .map_err(|_| Refusal::bad_request(page.w.form_old))
}

/// The class a form names; nothing for all.
pub(crate) fn class(page: &Page, text: &str) -> Answer<Option<u8>> {
    if text.is_empty() {
        return Ok(None);
    }
    let class = text.parse();
    class
        .map(Some)
        .map_err(|_| Refusal::bad_request(page.w.form_old))
}
