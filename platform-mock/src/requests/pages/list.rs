//! A side's requests: those that wait for it first, each with everything that was said and the ways to answer.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use kippu_api::requests::{
    AnswerKind, OpenEvent, Party, RequestAnswer, RequestState, SeatRequest, Turn,
};
use serde::Deserialize;

use super::{
    super::{
        routes::{answered, events_to_ask},
        storage::{NumberedAnswer, Side},
        words::{Words, words},
    },
    entries::{counts, said},
};
use crate::{
    app::App,
    auth::{AsOrganizer, AsSeller, OwnOrganizer, OwnSeller},
    organizer::{amount::grouped, pages::Head, sheet},
    own::routes::sales,
    pages::{
        Page, respond,
        typed::{Troubles, Typed, unprocessable},
    },
    people::rules::Person,
    refusal::{Answer, Refusal},
    request::Path,
};

/// A request with what is needed to name it.
struct Line {
    row: SeatRequest,
    head: Head,
    /// By class, how many seats are nobody's; only the organizer knows, and only while its answer is due.
    nobodys: Option<Vec<u32>>,
}

impl Line {
    /// Rows and numbers of the seats that went over.
    fn given(&self) -> String {
        sheet::words(&self.head.facts.plan, &self.row.given)
    }

    /// What was said last, or nothing where that was an end.
    fn last(&self) -> &[u32] {
        self.row.turns.last().map_or(&[], |turn| &turn.seats)
    }

    /// When it was spoken about last.
    fn when(&self) -> String {
        let last = self.row.turns.last();
        last.map_or_else(String::new, |turn| self.head.time(&turn.at))
    }
}

/// An answer that was not taken, to be mended.
struct Mended<'a> {
    number: i64,
    typed: &'a Typed,
    troubles: &'a Troubles,
    refused: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "requests/list.html")]
struct ListPage<'a> {
    page: &'a Page,
    w: &'a Words,
    party: Party,
    lines: &'a [Line],
    events: &'a [(OpenEvent, Head)],
    done: Option<String>,
    mended: Option<Mended<'a>>,
}

impl ListPage<'_> {
    fn due(&self, line: &Line) -> bool {
        line.row.state.due() == Some(self.party)
    }

    fn mine(&self) -> Vec<&Line> {
        self.lines.iter().filter(|line| self.due(line)).collect()
    }

    fn theirs(&self) -> Vec<&Line> {
        let other = Some(self.party.other());
        let waits = |line: &&Line| line.row.state.due() == other;
        self.lines.iter().filter(waits).collect()
    }

    fn over(&self) -> Vec<&Line> {
        let over = |line: &&Line| line.row.state.due().is_none();
        self.lines.iter().filter(over).collect()
    }

    fn selling(&self) -> bool {
        self.party == Party::Seller
    }

    /// Counts of those classes of which there are any.
    fn seats(&self, line: &Line, seats: &[u32]) -> String {
        by_class(line, seats, |count| count > 0)
    }

    /// Counts of every class.
    fn all_seats(&self, line: &Line, seats: &[u32]) -> String {
        by_class(line, seats, |_| true)
    }

    fn who(&self, turn: &Turn) -> &'static str {
        match turn.party {
            party if party == self.party => self.w.us,
            Party::Seller => self.w.seller,
            Party::Organizer => self.w.organizer,
        }
    }

    fn state(&self, line: &Line) -> &'static str {
        outcome(self.w, line.row.state)
    }

    /// What a count's field shows: what was typed, or what was said last.
    fn count(&self, line: &Line, class: &usize) -> String {
        match self.mended_of(line) {
            Some(mended) => mended.typed.nth("seats", class).to_owned(),
            None => line.last().get(*class).copied().unwrap_or(0).to_string(),
        }
    }

    fn trouble(&self, line: &Line, class: &usize) -> Option<&str> {
        self.mended_of(line)?.troubles.nth("seats", class)
    }

    fn note_trouble(&self, line: &Line) -> Option<&str> {
        self.mended_of(line)?.troubles.of("note")
    }

    fn mended_of(&self, line: &Line) -> Option<&Mended<'_>> {
        let mended = self.mended.as_ref();
        mended.filter(|mended| mended.number == line.row.number)
    }

    /// Whether so many seats of a class are there to be given.
    fn enough(&self, line: &Line) -> bool {
        let there = line.nobodys.as_ref();
        there.is_none_or(|there| {
            line.last()
                .iter()
                .zip(there)
                .all(|(wish, there)| wish <= there)
        })
    }
}

/// Counts with the names of their classes.
fn by_class(line: &Line, seats: &[u32], shown: impl Fn(u32) -> bool) -> String {
    let prices = line.head.facts.prices.iter().zip(seats);
    let parts = prices.filter(|(_, count)| shown(**count));
    let parts = parts.map(|(price, count)| format!("{} {}", price.name, grouped((*count).into())));
    parts.collect::<Vec<_>>().join(", ")
}

fn outcome(w: &Words, state: RequestState) -> &'static str {
    match state {
        RequestState::Asked | RequestState::Offered => w.open,
        RequestState::Agreed => w.agreed,
        RequestState::Declined => w.declined,
        RequestState::Withdrawn => w.withdrawn,
    }
}

/// A request that was just answered, to say so.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: Option<i64>,
}

/// The seller's requests and the events it may ask about.
pub(super) async fn of_seller(
    State(app): State<App>,
    page: Page,
    OwnSeller(seller): OwnSeller,
    Query(Done { done }): Query<Done>,
) -> Answer<Response> {
    show(&app, &page, Side::Seller(seller), done, None).await
}

/// Requests about the organizer's events.
pub(super) async fn of_organizer(
    State(app): State<App>,
    page: Page,
    OwnOrganizer(organizer): OwnOrganizer,
    Query(Done { done }): Query<Done>,
) -> Answer<Response> {
    show(&app, &page, Side::Organizer(organizer), done, None).await
}

async fn show(
    app: &App,
    page: &Page,
    side: Side,
    done: Option<i64>,
    mended: Option<Mended<'_>>,
) -> Answer<Response> {
    let w = words(page.language);
    let party = side.party();
    let mut lines = Vec::new();
    for row in app.storage().seat_requests(side).await? {
        let head = Head::of(app, row.event).await?;
        let due = party == Party::Organizer && row.state.due() == Some(party);
        let nobodys = if due {
            Some(nobodys(app, &head).await?)
        } else {
            None
        };
        lines.push(Line { row, head, nobodys });
    }
    let mut events = Vec::new();
    if party == Party::Seller {
        for event in events_to_ask(app).await? {
            let talks =
                |line: &Line| line.row.event == event.event && line.row.state.due().is_some();
            if !lines.iter().any(talks) {
                let head = Head::of(app, event.event).await?;
                events.push((event, head));
            }
        }
    }
    let told = done.and_then(|number| lines.iter().find(|line| line.row.number == number));
    let template = ListPage {
        page,
        w,
        party,
        done: told.map(|line| sentence(w, party, line)),
        lines: &lines,
        events: &events,
        mended,
    };
    respond(&template)
}

fn sentence(w: &Words, party: Party, line: &Line) -> String {
    let text = match line.row.state {
        RequestState::Agreed if party == Party::Seller => w.done_agreed_seller,
        RequestState::Agreed => w.done_agreed,
        RequestState::Declined | RequestState::Withdrawn => w.done_ended,
        RequestState::Asked | RequestState::Offered => w.done_said,
    };
    text.replace("{n}", &line.row.count.to_string())
        .replace("{who}", &line.row.seller_name)
}

/// By class, how many seats are nobody's.
pub(super) async fn nobodys(app: &App, head: &Head) -> Answer<Vec<u32>> {
    let sales = sales(app, head.facts.event, None).await?;
    let of = |name: &str| {
        let parts = sales.parts.iter().filter(|part| part.class == name);
        parts.map(|part| part.counts.unallocated).sum()
    };
    let prices = head.facts.prices.iter();
    Ok(prices.map(|price| of(&price.name)).collect())
}

/// The seller's answer.
pub(super) async fn seller_answers(
    State(app): State<App>,
    page: Page,
    AsSeller(person, seller): AsSeller,
    Path(number): Path<i64>,
    typed: Typed,
) -> Answer<Response> {
    answer(&app, &page, Side::Seller(seller), person, number, &typed).await
}

/// The organizer's answer.
pub(super) async fn organizer_answers(
    State(app): State<App>,
    page: Page,
    AsOrganizer(person, organizer): AsOrganizer,
    Path(number): Path<i64>,
    typed: Typed,
) -> Answer<Response> {
    answer(
        &app,
        &page,
        Side::Organizer(organizer),
        person,
        number,
        &typed,
    )
    .await
}

async fn answer(
    app: &App,
    page: &Page,
    side: Side,
    person: Person,
    number: i64,
    typed: &Typed,
) -> Answer<Response> {
    typed.check(page)?;
    let w = words(page.language);
    let old = || Refusal::bad_request(page.w.form_old);
    let known = app.storage().seat_request(side, number).await?;
    let classes = app.event(known.event).await?.prices.len();
    let mut troubles = Troubles::default();
    let kind = match typed.get("wish") {
        "accept" => AnswerKind::Accept,
        "end" => AnswerKind::End,
        "counter" => AnswerKind::Counter(counts(typed, classes, w, &mut troubles)),
        _ => return Err(old()),
    };
    let mended = |troubles, refused| Mended {
        number,
        typed,
        troubles,
        refused,
    };
    if !troubles.is_empty() {
        let mended = mended(&troubles, None);
        return unprocessable(show(app, page, side, None, Some(mended)).await);
    }
    let key = typed.key(person.account)?;
    let answer = RequestAnswer {
        turns: typed.get("turns").parse().map_err(|_| old())?,
        answer: kind,
        note: typed.get("note").to_owned(),
    };
    let answer = NumberedAnswer { number, answer };
    match answered(app, key, side, person, answer).await {
        Ok(_) => {
            let back = format!("{}/requests?done={number}", page.site.below);
            Ok(Redirect::to(&back).into_response())
        }
        Err(refusal) => {
            let mended = mended(&troubles, Some(said(w, refusal)?));
            unprocessable(show(app, page, side, None, Some(mended)).await)
        }
    }
}
