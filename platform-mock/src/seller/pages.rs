//! The pages: a seller's events, its seats on the picture and as a list, and offering seats back.

use askama::Template;
use axum::{
    extract::{Form, Query, State},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use kippu_api::{
    own::{EventFigures, EventSales},
    returns::{NewReturn, ReturnState, StockState, WhichSeats},
};
use serde::Deserialize;

use super::{
    exchange,
    list::{self, BlockLine, RowLine},
    members,
    stock::{self, Counts},
    words::{Words, words},
};
use crate::{
    allocation::runs,
    app::App,
    auth::{Allow, AsSeller, OwnSeller, SELLER, Scope},
    organizer::{
        pages::{Head, SCRIPT},
        words::{Words as SeatWords, words as seat_words},
    },
    own::{event::OwnEvent, routes::sales},
    pages::{Page, asset, form_key::form_key, respond, respond_with_scripts},
    refusal::{Answer, Refusal},
    request::Path,
    returns::{
        pages::{Line, class, filled, lines},
        routes::own_stock,
        storage::Counter,
    },
    routes::Routes,
};

/// The pages and their script.
pub fn routes(routes: Routes) -> Routes {
    let own = SELLER.of(Scope::Seller);
    let routes = routes
        .on("/seller", "get", own, get(events))
        .on("/seller/events/{event}", "get", own, get(event))
        .on("/seller/events/{event}/seats", "get", own, get(seats))
        .on("/seller/events/{event}/list", "get", own, get(listed))
        .on("/seller/events/{event}/returns", "post", own, post(offer))
        .on("/seller/returns", "get", own, get(returns))
        .on(
            "/seller/returns/{return}/withdraw",
            "post",
            own,
            post(withdraw),
        )
        .on(
            "/assets/seller-seats.js",
            "get",
            Allow::Anyone.of(Scope::Common),
            asset(SCRIPT, include_str!("../../assets/seller-seats.js")),
        );
    members::routes(exchange::routes(routes))
}

/// An event with the seller's seats of it.
struct EventLine {
    head: Head,
    figures: EventFigures,
    offered: u32,
}

impl EventLine {
    /// Held by customers: what is offered back is claimed as well, and told apart.
    fn held(&self) -> u32 {
        self.figures.counts.held.saturating_sub(self.offered)
    }

    /// How much of the stock is sold, in hundredths.
    fn share(&self) -> u32 {
        self.figures.counts.sold * 100 / self.figures.counts.seats.max(1)
    }
}

/// A class of an event's own seats.
struct ClassLine {
    index: usize,
    name: String,
    counts: Counts,
    revenue: i64,
}

#[derive(Template)]
#[template(path = "seller/events.html")]
struct EventsPage<'a> {
    page: &'a Page,
    t: &'a SeatWords,
    s: &'a Words,
    rows: &'a [EventLine],
}

#[derive(Template)]
#[template(path = "seller/event.html")]
struct EventPage<'a> {
    page: &'a Page,
    t: &'a SeatWords,
    s: &'a Words,
    head: &'a Head,
    counts: Counts,
    revenue: i64,
    classes: &'a [ClassLine],
}

#[derive(Template)]
#[template(path = "seller/seats.html")]
struct SeatsPage<'a> {
    page: &'a Page,
    t: &'a SeatWords,
    s: &'a Words,
    head: &'a Head,
}

#[derive(Template)]
#[template(path = "seller/list.html")]
struct ListPage<'a> {
    page: &'a Page,
    t: &'a SeatWords,
    s: &'a Words,
    head: &'a Head,
    blocks: &'a [BlockLine],
    /// The one that is shown.
    block: Option<&'a BlockLine>,
    rows: &'a [RowLine],
}

#[derive(Template)]
#[template(path = "seller/returns.html")]
struct ReturnsPage<'a> {
    page: &'a Page,
    t: &'a SeatWords,
    s: &'a Words,
    lines: &'a [Line],
    waiting: usize,
    done: Option<String>,
}

impl ReturnsPage<'_> {
    fn outcome(&self, line: &Line) -> &'static str {
        match line.row.state {
            ReturnState::Waiting => self.s.waiting,
            ReturnState::Accepted => self.s.accepted,
            ReturnState::Declined => self.s.declined,
            ReturnState::Withdrawn => self.s.withdrawn,
            ReturnState::CalledIn => self.s.called_in,
        }
    }
}

/// What a state is called.
fn state_name(s: &Words, state: &StockState) -> &'static str {
    match state {
        StockState::Other => s.not_yours,
        StockState::Free => s.state_free,
        StockState::Held => s.state_held,
        StockState::Offered => s.state_offered,
        StockState::Sold => s.state_sold,
    }
}

/// The seller's events.
pub async fn events(
    State(app): State<App>,
    page: Page,
    OwnSeller(seller): OwnSeller,
) -> Answer<Response> {
    let returns = app.storage().returns_of_seller(seller).await?;
    let mut rows = Vec::new();
    for event in app.storage().events_of_seller(seller).await? {
        let waiting = returns
            .iter()
            .filter(|row| row.event == event && row.state == ReturnState::Waiting);
        rows.push(EventLine {
            head: Head::of(&app, event).await?,
            figures: sales(&app, event, Some(seller)).await?.event,
            offered: waiting.map(|row| row.count).sum(),
        });
    }
    let template = EventsPage {
        page: &page,
        t: seat_words(page.language),
        s: words(page.language),
        rows: &rows,
    };
    respond(&template)
}

/// An event with the seller's own seats by class.
pub async fn event(
    State(app): State<App>,
    page: Page,
    OwnSeller(seller): OwnSeller,
    OwnEvent(event): OwnEvent,
) -> Answer<Response> {
    let head = Head::of(&app, event).await?;
    let EventSales { event: all, parts } = sales(&app, event, Some(seller)).await?;
    let states = stock::states(&own_stock(&app, event, seller).await?);
    let prices = head.facts.prices.iter().enumerate();
    let mut classes: Vec<ClassLine> = prices
        .map(|(index, price)| ClassLine {
            index,
            name: price.name.clone(),
            counts: Counts::default(),
            revenue: parts
                .iter()
                .filter(|part| part.class == price.name)
                .map(|part| part.revenue)
                .sum(),
        })
        .collect();
    let mut counts = Counts::default();
    for (seat, state) in head.facts.plan.seats.iter().zip(&states) {
        counts.add(*state);
        if let Some(line) = classes.get_mut(usize::from(seat.class)) {
            line.counts.add(*state);
        }
    }
    classes.retain(|line| line.counts.seats() > 0);
    let template = EventPage {
        page: &page,
        t: seat_words(page.language),
        s: words(page.language),
        head: &head,
        counts,
        revenue: all.revenue,
        classes: &classes,
    };
    respond(&template)
}

/// The seller's seats on the picture.
pub async fn seats(
    State(app): State<App>,
    page: Page,
    OwnEvent(event): OwnEvent,
) -> Answer<Response> {
    let template = SeatsPage {
        page: &page,
        t: seat_words(page.language),
        s: words(page.language),
        head: &Head::of(&app, event).await?,
    };
    respond_with_scripts(&template)
}

/// The block to show.
#[derive(Debug, Default, Deserialize)]
pub struct Block {
    #[serde(default)]
    block: Option<u16>,
}

/// The seller's seats as a list.
pub async fn listed(
    State(app): State<App>,
    page: Page,
    OwnSeller(seller): OwnSeller,
    OwnEvent(event): OwnEvent,
    Query(Block { block }): Query<Block>,
) -> Answer<Response> {
    let head = Head::of(&app, event).await?;
    let states = stock::states(&own_stock(&app, event, seller).await?);
    let plan = &head.facts.plan;
    let blocks = list::blocks(plan, &states);
    let shown = match block {
        Some(wished) => blocks.iter().find(|line| line.block == wished),
        None => blocks.first(),
    };
    let rows = shown.map_or_else(Vec::new, |line| list::rows(plan, &states, line.block));
    let template = ListPage {
        page: &page,
        t: seat_words(page.language),
        s: words(page.language),
        head: &head,
        blocks: &blocks,
        block: shown,
        rows: &rows,
    };
    respond(&template)
}

/// Seats offered back by form: runs of them, or all unsold ones of a class.
#[derive(Debug, Deserialize)]
pub struct OfferForm {
    #[serde(default)]
    form: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    seats: String,
    #[serde(default)]
    class: String,
    #[serde(default)]
    note: String,
}

/// Offers seats back and shows the list.
pub async fn offer(
    State(app): State<App>,
    page: Page,
    AsSeller(person, seller): AsSeller,
    OwnEvent(event): OwnEvent,
    Form(form): Form<OfferForm>,
) -> Answer<Response> {
    page.check_form(&form.form)?;
    let words = [&form.seats, &form.class, &form.note, &event.to_string()];
    let key = form_key(person.account, &form.key, &words.map(String::as_str))?;
    let which = if form.seats.is_empty() {
        let class = class(&page, &form.class)?;
        WhichSeats::Unsold { class }
    } else {
        let seats = runs::read(&form.seats);
        WhichSeats::Named {
            seats: seats.ok_or_else(|| Refusal::bad_request(page.w.form_old))?,
        }
    };
    app.storage().expire_due().await?;
    let new = NewReturn {
        which,
        note: form.note,
    };
    let counter = Counter { person, seller };
    let offered = app.storage().offer_back(key, counter, event, new).await?;
    let back = format!("/seller/returns?done={}", offered.number);
    Ok(Redirect::to(&back).into_response())
}

/// A return that was just made or withdrawn, to say so.
#[derive(Debug, Default, Deserialize)]
pub struct Done {
    #[serde(default)]
    done: Option<i64>,
}

/// What was offered back and called in.
pub async fn returns(
    State(app): State<App>,
    page: Page,
    OwnSeller(seller): OwnSeller,
    Query(Done { done }): Query<Done>,
) -> Answer<Response> {
    let s = words(page.language);
    let rows = app.storage().returns_of_seller(seller).await?;
    let told = done.and_then(|number| rows.iter().find(|row| row.number == number));
    let done = told.and_then(|row| match row.state {
        ReturnState::Waiting => Some(filled(s.offered_done, row.count, "")),
        ReturnState::Withdrawn => Some(filled(s.done_withdrawn, row.count, "")),
        _ => None,
    });
    let lines = lines(&app, rows).await?;
    let template = ReturnsPage {
        page: &page,
        t: seat_words(page.language),
        s,
        waiting: lines.iter().filter(|line| line.waits()).count(),
        lines: &lines,
        done,
    };
    respond(&template)
}

/// A form with nothing but its key.
#[derive(Debug, Deserialize)]
pub struct WithdrawForm {
    #[serde(default)]
    form: String,
    #[serde(default)]
    key: String,
}

/// Takes an offer back and shows the list.
pub async fn withdraw(
    State(app): State<App>,
    page: Page,
    AsSeller(person, seller): AsSeller,
    Path(number): Path<i64>,
    Form(form): Form<WithdrawForm>,
) -> Answer<Response> {
    page.check_form(&form.form)?;
    let words = ["withdraw", &number.to_string()];
    let key = form_key(person.account, &form.key, &words)?;
    let counter = Counter { person, seller };
    app.storage().withdraw(key, counter, number).await?;
    let back = format!("/seller/returns?done={number}");
    Ok(Redirect::to(&back).into_response())
}
