//! The page on which an organizer compares a file with the allocation and takes it over.

use askama::Template;
use axum::{
    extract::{DefaultBodyLimit, Multipart, State, multipart::MultipartRejection},
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use kippu_api::{
    allocation::{AllocatedSeller, AllocationDifference, FileLines, SeatMove, SeatRun},
    problem::ProblemCode,
};
use kippu_ticket::ids::SellerId;

use super::{
    compare::HEADINGS,
    routes::difference,
    words::{Words, words},
};
use crate::{
    allocation::storage::Desk,
    app::App,
    auth::{AsOrganizer, ORGANIZER, Scope},
    organizer::{pages::Head, sheet, table},
    own::event::OwnEvent,
    pages::{Page, respond, typed::Typed, upload},
    refusal::{Answer, Refusal},
    routes::Routes,
    seat_files,
    server::limits::STOCK_FILE_BYTES,
};

/// The pages.
pub fn routes(routes: Routes) -> Routes {
    let own = ORGANIZER.of(Scope::Organizer);
    let large = DefaultBodyLimit::max(STOCK_FILE_BYTES);
    let page = "/organizer/events/{event}/file";
    routes
        .on(page, "get", own, get(form))
        .on(page, "post", own, post(compare).layer(large))
        .on(
            "/organizer/events/{event}/file/moves",
            "post",
            own,
            post(take_over).layer(large),
        )
        .on(
            "/organizer/events/{event}/allocation.csv",
            "get",
            own,
            get(as_csv),
        )
}

#[derive(Template)]
#[template(path = "allocation/file.html")]
struct FilePage<'a> {
    page: &'a Page,
    w: &'static Words,
    head: &'a Head,
    sellers: &'a [AllocatedSeller],
    difference: Option<&'a AllocationDifference>,
    done: Option<String>,
    refused: Option<&'static str>,
}

/// A line of the report about seats.
struct About {
    what: String,
    seats: u32,
    which: String,
}

impl FilePage<'_> {
    fn name(&self, seller: Option<SellerId>) -> &str {
        let found = seller.and_then(|seller| {
            let known = self.sellers.iter().find(|known| known.seller == seller);
            known.map(|known| known.name.as_str())
        });
        found.unwrap_or(self.w.nobody)
    }

    fn about(&self, what: String, seats: &[SeatRun]) -> About {
        About {
            what,
            seats: counted(seats),
            which: sheet::words(&self.head.facts.plan, seats),
        }
    }

    fn ways(&self, form: &str, ways: &[SeatMove]) -> Vec<About> {
        let way = |way: &SeatMove| {
            let what = form
                .replace("{from}", self.name(way.from))
                .replace("{to}", self.name(way.to));
            self.about(what, &way.seats)
        };
        ways.iter().map(way).collect()
    }

    /// What moves, then what stays and why.
    fn lines(&self, difference: &AllocationDifference) -> Vec<About> {
        let (w, mut lines) = (self.w, self.ways(self.w.from_to, &difference.moves));
        lines.extend(self.ways(w.fixed, &difference.fixed));
        for (what, seats) in [
            (w.contradictory, &difference.contradictory),
            (w.not_named, &difference.not_named),
        ] {
            if !seats.is_empty() {
                lines.push(self.about(what.to_owned(), seats));
            }
        }
        lines
    }

    /// Lines that were not understood.
    fn about_lines<'r>(
        &self,
        difference: &'r AllocationDifference,
    ) -> [(&'static str, &'r FileLines); 2] {
        let w = self.w;
        [
            (w.unknown_seats, &difference.unknown_seats),
            (w.unknown_sellers, &difference.unknown_sellers),
        ]
    }

    fn lines_read(&self, difference: &AllocationDifference) -> String {
        let read = self
            .w
            .lines_read
            .replace("{n}", &self.head.count(&difference.lines));
        read.replace("{same}", &self.head.count(&difference.same))
    }

    fn movable(&self, difference: &AllocationDifference) -> u32 {
        difference.moves.iter().map(|way| counted(&way.seats)).sum()
    }

    fn go(&self, difference: &AllocationDifference) -> String {
        let seats = self.movable(difference);
        self.w.go.replace("{n}", &self.head.count(&seats))
    }

    /// Whether there is nothing to say at all.
    fn agrees(&self, difference: &AllocationDifference) -> bool {
        self.lines(difference).is_empty()
            && difference.unknown_seats.count == 0
            && difference.unknown_sellers.count == 0
    }

    fn moves(&self, difference: &AllocationDifference) -> askama::Result<String> {
        serde_json::to_string(&difference.moves)
            .map_err(|error| askama::Error::Custom(error.into()))
    }
}

/// Seats in runs that came from a plan.
fn counted(runs: &[SeatRun]) -> u32 {
    runs.iter().map(|[first, last]| last - first + 1).sum()
}

/// What is shown besides the event.
#[derive(Default)]
struct Shown<'a> {
    difference: Option<&'a AllocationDifference>,
    done: Option<String>,
    refused: Option<&'static str>,
}

async fn show(app: &App, page: &Page, head: &Head, shown: Shown<'_>) -> Answer<Response> {
    let template = FilePage {
        page,
        w: words(page.language),
        head,
        sellers: &app.storage().allocated(head.facts.event).await?,
        difference: shown.difference,
        done: shown.done,
        refused: shown.refused,
    };
    respond(&template)
}

/// Where a file is chosen.
async fn form(State(app): State<App>, page: Page, OwnEvent(event): OwnEvent) -> Answer<Response> {
    let head = Head::of(&app, event).await?;
    show(&app, &page, &head, Shown::default()).await
}

/// Says what a file has otherwise.
async fn compare(
    State(app): State<App>,
    page: Page,
    OwnEvent(event): OwnEvent,
    sent: Result<Multipart, MultipartRejection>,
) -> Answer<Response> {
    let sent = upload::read(sent).await?;
    page.check_form(&sent.form)?;
    let text = seat_files::text(&sent.file)?.to_owned();
    let found = difference(&app, event, text).await?;
    let head = Head::of(&app, event).await?;
    let shown = Shown {
        difference: Some(&found),
        ..Shown::default()
    };
    show(&app, &page, &head, shown).await
}

/// Moves what was shown.
async fn take_over(
    State(app): State<App>,
    page: Page,
    AsOrganizer(person, organizer): AsOrganizer,
    OwnEvent(event): OwnEvent,
    typed: Typed,
) -> Answer<Response> {
    typed.check(&page)?;
    let key = typed.key(person.account)?;
    let moves: Vec<SeatMove> = serde_json::from_str(typed.get("moves"))
        .map_err(|_| Refusal::bad_request(page.w.form_old))?;
    let desk = Desk { person, organizer };
    let moved = app.storage().move_seats(key, desk, event, moves).await;
    let head = Head::of(&app, event).await?;
    let w = words(page.language);
    match moved {
        Ok(done) => {
            let done = w.done.replace("{n}", &head.count(&done.seats));
            let shown = Shown {
                done: Some(done),
                ..Shown::default()
            };
            show(&app, &page, &head, shown).await
        }
        Err(refusal) if refusal.code == ProblemCode::SeatTaken => {
            let shown = Shown {
                refused: Some(w.changed),
                ..Shown::default()
            };
            let mut response = show(&app, &page, &head, shown).await?;
            *response.status_mut() = StatusCode::CONFLICT;
            Ok(response)
        }
        Err(refusal) => Err(refusal),
    }
}

/// The allocation as it is, in the columns that are read back.
async fn as_csv(State(app): State<App>, OwnEvent(event): OwnEvent) -> Answer<Response> {
    let facts = app.event(event).await?;
    let sellers = app.storage().allocated(event).await?;
    let owners = app.storage().owners(event).await?;
    let code = |seller: Option<SellerId>| {
        let known = sellers.iter().find(|known| Some(known.seller) == seller);
        known.map_or("", |known| known.code.as_str())
    };
    let seats = owners
        .iter()
        .flat_map(|run| (0..run.seats).map(|_| run.seller));
    let names: Vec<String> = HEADINGS[..5]
        .iter()
        .map(|(_, name)| table::cell(name))
        .collect();
    let mut text = names.join(",") + "\r\n";
    for (at, seller) in seats.enumerate() {
        let (block, row) = (facts.plan.block_of(at), facts.plan.row_of(at));
        let floor = block.floor.to_string();
        let cells = [
            &*block.code,
            &floor,
            &row.label,
            &facts.plan.seats[at].number,
            code(seller),
        ];
        text += &cells.map(table::cell).join(",");
        text += "\r\n";
    }
    Ok(table::csv(&format!("allocation-{event}"), text))
}
