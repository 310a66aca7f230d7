//! Pages on which a seller asks for seats of an event, and an organizer offers some.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use kippu_api::{
    allocation::AllocatedSeller,
    requests::{NewOffer, NewRequest, SeatRequest},
};
use kippu_ticket::ids::{EventId, SellerId};

use super::{
    super::words::{Words, words},
    entries::{counts, said},
    list::nobodys,
};
use crate::{
    allocation::storage::Desk,
    app::App,
    auth::{AsOrganizer, AsSeller},
    organizer::pages::Head,
    own::event::OwnEvent,
    pages::{
        Page, respond,
        typed::{Troubles, Typed, unprocessable},
    },
    refusal::{Answer, Refusal},
    request::Path,
    returns::storage::Counter,
};

/// What only the organizer sees of an event.
struct OrganizersPart {
    sellers: Vec<AllocatedSeller>,
    nobodys: Vec<u32>,
    open: bool,
}

#[derive(Template)]
#[template(path = "requests/begin.html")]
struct BeginPage<'a> {
    page: &'a Page,
    w: &'a Words,
    head: &'a Head,
    of_organizer: Option<&'a OrganizersPart>,
    typed: &'a Typed,
    troubles: &'a Troubles,
    refused: Option<&'static str>,
}

impl BeginPage<'_> {
    fn action(&self) -> String {
        let event = self.head.facts.event;
        match self.of_organizer {
            Some(_) => format!("/organizer/events/{event}/offers"),
            None => format!("/seller/requests/events/{event}"),
        }
    }

    /// How many seats of a class there are: for the organizer, those that are nobody's.
    fn hint(&self, class: &usize) -> String {
        let there = self.of_organizer.and_then(|it| it.nobodys.get(*class));
        let price = self.head.facts.prices.get(*class);
        match there {
            Some(there) => self.w.nobodys.replace("{n}", &self.head.count(there)),
            None => price.map_or_else(String::new, |price| self.head.money(&price.price)),
        }
    }

    fn chosen(&self, seller: &SellerId) -> bool {
        self.typed.get("seller") == seller.to_string()
    }
}

/// An event whose organizer lets sellers ask; any other is refused as if it were not there.
async fn open_event(app: &App, event: EventId) -> Answer<Head> {
    if !app.storage().open_events().await?.contains(&event) {
        return Err(Refusal::not_found("event"));
    }
    Head::of(app, event).await
}

/// How many seats a seller wants.
pub(super) async fn ask_form(
    State(app): State<App>,
    page: Page,
    Path(event): Path<EventId>,
) -> Answer<Response> {
    let head = open_event(&app, event).await?;
    show(
        &page,
        &head,
        None,
        &Typed::default(),
        &Troubles::default(),
        None,
    )
}

fn show(
    page: &Page,
    head: &Head,
    of_organizer: Option<&OrganizersPart>,
    typed: &Typed,
    troubles: &Troubles,
    refused: Option<&'static str>,
) -> Answer<Response> {
    let template = BeginPage {
        page,
        w: words(page.language),
        head,
        of_organizer,
        typed,
        troubles,
        refused,
    };
    respond(&template)
}

/// Asks, and shows the request.
pub(super) async fn ask(
    State(app): State<App>,
    page: Page,
    AsSeller(person, seller): AsSeller,
    Path(event): Path<EventId>,
    typed: Typed,
) -> Answer<Response> {
    typed.check(&page)?;
    let head = open_event(&app, event).await?;
    let w = words(page.language);
    let mut troubles = Troubles::default();
    let seats = counts(&typed, head.facts.prices.len(), w, &mut troubles);
    if !troubles.is_empty() {
        return unprocessable(show(&page, &head, None, &typed, &troubles, None));
    }
    let key = typed.key(person.account)?;
    let new = NewRequest {
        event,
        seats,
        note: typed.get("note").to_owned(),
    };
    let counter = Counter { person, seller };
    let facts = head.facts.clone();
    let begun = app.storage().ask_for_seats(key, counter, facts, new).await;
    match begun {
        Ok(request) => Ok(to_list(&page, &request)),
        Err(refusal) => {
            let refused = Some(said(w, refusal)?);
            unprocessable(show(&page, &head, None, &typed, &troubles, refused))
        }
    }
}

fn to_list(page: &Page, request: &SeatRequest) -> Response {
    let list = format!("{}/requests?done={}", page.site.below, request.number);
    Redirect::to(&list).into_response()
}

/// Whom to offer seats, and whether sellers may ask by themselves.
pub(super) async fn offer_form(
    State(app): State<App>,
    page: Page,
    OwnEvent(event): OwnEvent,
) -> Answer<Response> {
    let head = Head::of(&app, event).await?;
    let part = organizers_part(&app, &head).await?;
    let (typed, troubles) = (Typed::default(), Troubles::default());
    show(&page, &head, Some(&part), &typed, &troubles, None)
}

async fn organizers_part(app: &App, head: &Head) -> Answer<OrganizersPart> {
    let event = head.facts.event;
    Ok(OrganizersPart {
        sellers: app.storage().allocated(event).await?,
        nobodys: nobodys(app, head).await?,
        open: app.storage().open_events().await?.contains(&event),
    })
}

/// Offers, and shows the request.
pub(super) async fn offer(
    State(app): State<App>,
    page: Page,
    AsOrganizer(person, organizer): AsOrganizer,
    OwnEvent(event): OwnEvent,
    typed: Typed,
) -> Answer<Response> {
    typed.check(&page)?;
    let head = Head::of(&app, event).await?;
    let w = words(page.language);
    let mut troubles = Troubles::default();
    let seats = counts(&typed, head.facts.prices.len(), w, &mut troubles);
    let seller = typed.get("seller").parse().map(SellerId);
    let seller = troubles.take("seller", seller, |_| w.choose);
    let part = organizers_part(&app, &head).await?;
    let Some(seller) = seller.filter(|_| troubles.is_empty()) else {
        return unprocessable(show(&page, &head, Some(&part), &typed, &troubles, None));
    };
    let key = typed.key(person.account)?;
    let new = NewOffer {
        seller,
        seats,
        note: typed.get("note").to_owned(),
    };
    let desk = Desk { person, organizer };
    let facts = head.facts.clone();
    match app.storage().offer_seats(key, desk, facts, new).await {
        Ok(request) => Ok(to_list(&page, &request)),
        Err(refusal) => {
            let refused = Some(said(w, refusal)?);
            unprocessable(show(&page, &head, Some(&part), &typed, &troubles, refused))
        }
    }
}

/// Lets sellers ask, or no longer.
pub(super) async fn open(
    State(app): State<App>,
    page: Page,
    AsOrganizer(person, organizer): AsOrganizer,
    OwnEvent(event): OwnEvent,
    typed: Typed,
) -> Answer<Response> {
    typed.check(&page)?;
    let open = match typed.get("open") {
        "yes" => true,
        "no" => false,
        _ => return Err(Refusal::bad_request(page.w.form_old)),
    };
    let desk = Desk { person, organizer };
    app.storage().open_for_requests(desk, event, open).await?;
    Ok(Redirect::to(&format!("/organizer/events/{event}/offers")).into_response())
}
