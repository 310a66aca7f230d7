//! Pages about handovers: what is open and what it waits for, one's whole story, and reports no card proved.

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use kippu_api::operator::{
    BelievedHolder, Found, HandoverInView, HandoverStory, Listed, TicketInView, ToldInView,
    WaitsFor,
};
use kippu_ticket::ids::HandoverId;

use crate::{
    app::App,
    operator::{
        routes::Find,
        views::{self, Sought},
    },
    pages::{Page, respond},
    refusal::{Answer, Refusal},
};

#[derive(Template)]
#[template(path = "operator/handovers.html")]
struct ListPage<'a> {
    page: &'a Page,
    find: &'a str,
    rows: &'a [HandoverInView],
    tickets: &'a [TicketInView],
    reissue: Option<String>,
    more: bool,
}

#[derive(Template)]
#[template(path = "operator/story.html")]
struct StoryPage<'a> {
    page: &'a Page,
    story: &'a HandoverStory,
}

#[derive(Template)]
#[template(path = "operator/unproved.html")]
struct UnprovedPage<'a> {
    page: &'a Page,
    rows: &'a [ToldInView],
    more: bool,
}

/// The first page.
pub async fn home() -> Response {
    Redirect::to("/operator/handovers").into_response()
}

/// Open handovers, or what is found.
pub async fn list(
    State(app): State<App>,
    page: Page,
    Query(Find { find }): Query<Find>,
) -> Answer<Response> {
    let find = find.trim();
    let sought = Sought::parse(find);
    let found = match sought.clone() {
        Some(sought) => views::find(&app, sought).await?,
        // What is no number at all is nowhere.
        None => nothing(),
    };
    let template = ListPage {
        page: &page,
        find,
        rows: &found.handovers.rows,
        tickets: &found.tickets,
        reissue: sought.as_ref().and_then(reissue_link),
        more: found.handovers.more,
    };
    respond(&template)
}

/// One handover's story.
pub async fn story(
    State(app): State<App>,
    page: Page,
    Path(handover): Path<String>,
) -> Answer<Response> {
    let handover: HandoverId = handover
        .parse()
        .map_err(|_| Refusal::not_found("handover"))?;
    let story = views::story(&app, handover).await?;
    let template = StoryPage {
        page: &page,
        story: &story,
    };
    respond(&template)
}

/// Reports no card proved.
pub async fn unproved(State(app): State<App>, page: Page) -> Answer<Response> {
    let Listed { rows, more } = app.storage().unproved().await?;
    let template = UnprovedPage {
        page: &page,
        rows: &rows,
        more,
    };
    respond(&template)
}

fn nothing() -> Found {
    Found {
        handovers: Listed {
            rows: Vec::new(),
            more: false,
        },
        tickets: Vec::new(),
    }
}

/// Where what was found can be issued anew.
fn reissue_link(sought: &Sought) -> Option<String> {
    match sought {
        Sought::Ticket(ticket) => Some(format!("/operator/reissue?ticket={ticket}")),
        Sought::Card(card) => Some(format!("/operator/reissue?card={card}")),
        Sought::Open | Sought::Named(_) | Sought::Slip(_) => None,
    }
}
