//! Pages of halls: seat plans of all venues, each with its picture, its counts and files of it.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use kippu_api::organizing::LayoutInList;
use kippu_seatplan::Plan;

use super::{
    hall_files, hall_picture, importing, sample,
    words::halls::{Words, words},
};
use crate::{
    app::App,
    auth::{ORGANIZER, Scope},
    masters::organizing::{LayoutPlace, keep},
    pages::{Page, respond, typed::Typed},
    refusal::{Answer, Refusal},
    request::Path,
    routes::Routes,
};

/// The pages.
pub fn routes(routes: Routes) -> Routes {
    // Halls are shared by all organizers.
    let common = ORGANIZER.of(Scope::Common);
    let routes = routes
        .on("/organizer/halls", "get", common, get(list))
        .on("/organizer/halls/sample", "post", common, post(put_sample))
        .on("/organizer/halls/{layout}", "get", common, get(show))
        .on(
            "/organizer/halls/{layout}/picture.svg",
            "get",
            common,
            get(picture),
        )
        .on(
            "/organizer/halls/{layout}/plan.csv",
            "get",
            common,
            get(as_csv),
        )
        .on(
            "/organizer/halls/{layout}/plan.json",
            "get",
            common,
            get(as_pretix),
        );
    importing::routes(routes)
}

#[derive(Template)]
#[template(path = "organizer/halls.html")]
struct ListPage<'a> {
    page: &'a Page,
    t: &'a Words,
    layouts: &'a [LayoutInList],
}

#[derive(Template)]
#[template(path = "organizer/hall.html")]
struct HallPage<'a> {
    page: &'a Page,
    t: &'a Words,
    layout: &'a LayoutInList,
    seen: &'a Seen,
}

/// A plan as pages show it.
pub(super) struct Seen {
    /// The drawing.
    pub picture: String,
    /// Seats altogether.
    pub seats: usize,
    /// Rows altogether.
    pub rows: usize,
    /// Classes with their marks and seats.
    pub classes: Vec<SeenClass>,
    /// Blocks.
    pub blocks: Vec<SeenBlock>,
}

/// A class in a legend.
pub(super) struct SeenClass {
    /// How it is drawn.
    pub mark: String,
    /// As the plan names it.
    pub name: String,
    /// Its seats.
    pub seats: usize,
}

/// A block in the table.
pub(super) struct SeenBlock {
    /// What people call it.
    pub name: String,
    /// Storey; 0 where there is none.
    pub floor: u8,
    /// Its rows.
    pub rows: usize,
    /// Its seats.
    pub seats: usize,
    /// Of each class.
    pub classes: Vec<usize>,
}

impl Seen {
    /// Draws and counts.
    pub fn of(plan: &Plan, t: &Words) -> Self {
        let mut blocks: Vec<SeenBlock> = plan
            .blocks
            .iter()
            .map(|block| SeenBlock {
                name: block.name.clone(),
                floor: block.floor,
                rows: 0,
                seats: 0,
                classes: vec![0; plan.classes.len()],
            })
            .collect();
        for row in &plan.rows {
            let block = &mut blocks[usize::from(row.block)];
            block.rows += 1;
            for seat in &plan.seats[row.range()] {
                block.seats += 1;
                block.classes[usize::from(seat.class)] += 1;
            }
        }
        let classes = plan.classes.iter().enumerate();
        Self {
            picture: hall_picture::hall(plan, t.stage, t.picture),
            seats: plan.seats.len(),
            rows: plan.rows.len(),
            classes: classes
                .map(|(index, class)| SeenClass {
                    mark: hall_picture::mark(index),
                    name: class.name.clone(),
                    seats: blocks.iter().map(|block| block.classes[index]).sum(),
                })
                .collect(),
            blocks,
        }
    }

    /// Whether any block states its storey.
    pub fn floors(&self) -> bool {
        self.blocks.iter().any(|block| block.floor > 0)
    }
}

/// A stored layout.
pub(super) async fn layout(app: &App, layout: i64) -> Answer<(LayoutInList, Plan)> {
    let found = app.storage().layout(layout).await?;
    found.ok_or_else(|| Refusal::not_found("layout"))
}

/// All halls.
pub async fn list(State(app): State<App>, page: Page) -> Answer<Response> {
    let template = ListPage {
        t: words(page.language),
        page: &page,
        layouts: &app.storage().layouts().await?,
    };
    respond(&template)
}

/// One hall.
pub async fn show(State(app): State<App>, page: Page, Path(number): Path<i64>) -> Answer<Response> {
    let (layout, plan) = layout(&app, number).await?;
    let t = words(page.language);
    let template = HallPage {
        page: &page,
        t,
        layout: &layout,
        seen: &Seen::of(&plan, t),
    };
    respond(&template)
}

/// Its picture alone.
pub async fn picture(
    State(app): State<App>,
    page: Page,
    Path(number): Path<i64>,
) -> Answer<Response> {
    let (_, plan) = layout(&app, number).await?;
    let t = words(page.language);
    let svg = hall_picture::hall(&plan, t.stage, t.picture);
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        // A stored layout never changes; its stage is named in the reader's language.
        (header::CACHE_CONTROL, "private, max-age=3600"),
        (header::VARY, "Accept-Language, Cookie"),
    ];
    Ok((headers, svg).into_response())
}

/// It as a list of seats.
pub async fn as_csv(State(app): State<App>, Path(number): Path<i64>) -> Answer<Response> {
    let (_, plan) = layout(&app, number).await?;
    file(
        "text/csv; charset=utf-8",
        number,
        "csv",
        hall_files::csv(&plan),
    )
}

/// It as a pretix seating plan.
pub async fn as_pretix(State(app): State<App>, Path(number): Path<i64>) -> Answer<Response> {
    let (_, plan) = layout(&app, number).await?;
    file(
        "application/json",
        number,
        "json",
        hall_files::pretix(&plan),
    )
}

fn file(kind: &'static str, layout: i64, ending: &str, text: String) -> Answer<Response> {
    let name = format!("attachment; filename=\"hall-{layout}.{ending}\"");
    let name = HeaderValue::from_str(&name).map_err(|error| Refusal::internal(&error))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, text).into_response())
}

/// Stores the sample hall, or finds it where it is already.
pub async fn put_sample(State(app): State<App>, page: Page, typed: Typed) -> Answer<Response> {
    typed.check(&page)?;
    let t = words(page.language);
    let zone = importing::usual_zone(&app.storage().layouts().await?);
    let place = LayoutPlace::checked(t.sample_venue, &zone, t.sample_layout)?;
    let layout = keep(&app, &place, &sample::hall()?).await?;
    Ok(Redirect::to(&format!("/organizer/halls/{layout}")).into_response())
}
