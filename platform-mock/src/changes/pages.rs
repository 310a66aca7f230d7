//! Pages for changing an event, looked at before it is done, for cancelling it, and of what was changed.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use kippu_api::{
    changes::{Changeable, EventCancellation, EventChange, EventStanding, PastChange},
    problem::ProblemCode,
};
use kippu_ticket::ids::EventId;

use super::words::{Words, words};
use crate::{
    allocation::storage::Desk,
    app::App,
    auth::{AsOrganizer, ORGANIZER, Scope},
    masters::wall_clock::shown,
    notes,
    organizer::{event_form, pages::Head, words::registering::words as entry_words},
    own::event::OwnEvent,
    pages::{
        Page,
        form_key::fresh_key,
        respond,
        typed::{Troubles, Typed, unprocessable},
    },
    refusal::{Answer, Refusal},
    routes::Routes,
};

/// How long tickets of a cancelled event bring money, unless the organizer says otherwise: 60 days.
const REFUNDS_MICROS: i64 = 60 * 24 * 3600 * 1_000_000;

/// The pages.
pub fn routes(routes: Routes) -> Routes {
    let own = ORGANIZER.of(Scope::Organizer);
    routes
        .on("/organizer/events/{event}/change", "get", own, get(form))
        .on(
            "/organizer/events/{event}/change",
            "post",
            own,
            post(change),
        )
        .on("/organizer/events/{event}/cancel", "get", own, get(asked))
        .on(
            "/organizer/events/{event}/cancel",
            "post",
            own,
            post(cancel),
        )
        .on("/organizer/events/{event}/changes", "get", own, get(list))
}

/// What all these pages show of an event.
struct Of<'a> {
    page: &'a Page,
    w: &'a Words,
    head: &'a Head,
    now: EventStanding,
}

impl<'a> Of<'a> {
    async fn event(app: &App, page: &'a Page, head: &'a Head) -> Answer<Self> {
        app.storage().expire_due().await?;
        Ok(Self {
            page,
            w: words(page.language),
            head,
            now: app.storage().event_standing(head.facts.event).await?,
        })
    }

    /// Whether a change meets somebody.
    fn meets(&self) -> bool {
        let concerned = &self.now.concerned;
        concerned.sold + concerned.unpaid + concerned.held > 0
    }

    /// The lines of a change: what it is about, how it was, what it becomes.
    fn lines(&self, was: &Changeable, becomes: &Changeable) -> Vec<(&'static str, String, String)> {
        let w = self.w;
        let of = |it: &Changeable| {
            [
                (w.name, it.name.clone()),
                (w.performers, it.performers.clone()),
                (w.doors_open, self.head.time(&it.doors_open)),
                (w.starts, self.head.time(&it.starts)),
                (w.sales_end, self.head.time(&it.sales_end)),
                (w.limit, it.limit_per_order.to_string()),
            ]
        };
        let pairs = of(was).into_iter().zip(of(becomes));
        pairs
            .filter(|((_, was), (_, becomes))| was != becomes)
            .map(|((what, was), (_, becomes))| (what, was, becomes))
            .collect()
    }
}

#[derive(Template)]
#[template(path = "changes/form.html")]
struct FormPage<'a> {
    page: &'a Page,
    w: &'a Words,
    head: &'a Head,
    of: &'a Of<'a>,
    typed: &'a Typed,
    troubles: &'a Troubles,
    refused: Option<&'a str>,
    key: String,
}

#[derive(Template)]
#[template(path = "changes/look.html")]
struct LookPage<'a> {
    page: &'a Page,
    w: &'a Words,
    head: &'a Head,
    of: &'a Of<'a>,
    typed: &'a Typed,
    lines: &'a [(&'static str, String, String)],
}

#[derive(Template)]
#[template(path = "changes/cancel.html")]
struct CancelPage<'a> {
    page: &'a Page,
    w: &'a Words,
    head: &'a Head,
    of: &'a Of<'a>,
    typed: &'a Typed,
    troubles: &'a Troubles,
    refused: Option<&'a str>,
    key: String,
}

#[derive(Template)]
#[template(path = "changes/list.html")]
struct ListPage<'a> {
    page: &'a Page,
    w: &'a Words,
    head: &'a Head,
    of: &'a Of<'a>,
}

impl ListPage<'_> {
    fn lines(&self, change: &PastChange) -> Vec<(&'static str, String, String)> {
        self.of.lines(&change.was, &change.became)
    }
}

/// Fields of the form that make the change; the page that is looked at keeps them.
const FIELDS: [&str; 10] = [
    "key",
    "revision",
    "name",
    "performers",
    "doors",
    "starts",
    "sales_end",
    "limit",
    "take_back",
    "note",
];

fn filled(of: &Of<'_>) -> Typed {
    let (now, zone) = (&of.now.now, &of.head.zone);
    let fields = [
        ("revision", of.now.revision.to_string()),
        ("name", now.name.clone()),
        ("performers", now.performers.clone()),
        ("doors", shown(now.doors_open, zone)),
        ("starts", shown(now.starts, zone)),
        ("sales_end", shown(now.sales_end, zone)),
        ("limit", now.limit_per_order.to_string()),
    ];
    Typed::filled(fields.map(|(name, text)| (name.to_owned(), text)))
}

/// The event as it is, to be changed.
pub async fn form(
    State(app): State<App>,
    page: Page,
    OwnEvent(event): OwnEvent,
) -> Answer<Response> {
    let head = Head::of(&app, event).await?;
    let of = Of::event(&app, &page, &head).await?;
    if of.now.cancelled.is_some() {
        return Ok(to_list(event));
    }
    let begun = (of.now.now.starts <= app.now()).then_some(of.w.begun);
    show(&of, &filled(&of), &Troubles::default(), begun)
}

fn show(
    of: &Of<'_>,
    typed: &Typed,
    troubles: &Troubles,
    refused: Option<&str>,
) -> Answer<Response> {
    let template = FormPage {
        page: of.page,
        w: of.w,
        head: of.head,
        of,
        typed,
        troubles,
        refused,
        key: fresh_key(),
    };
    respond(&template)
}

/// Shows what a change means, or makes it.
pub async fn change(
    State(app): State<App>,
    page: Page,
    AsOrganizer(person, organizer): AsOrganizer,
    OwnEvent(event): OwnEvent,
    typed: Typed,
) -> Answer<Response> {
    typed.check(&page)?;
    let head = Head::of(&app, event).await?;
    let of = Of::event(&app, &page, &head).await?;
    if of.now.cancelled.is_some() {
        return Ok(to_list(event));
    }
    if typed.has("back") {
        return show(&of, &typed, &Troubles::default(), None);
    }
    // What is looked at must be what would be done: compared with a newer event, somebody else's change would seem to be undone.
    let revision = revision(&page, &typed)?;
    if revision != of.now.revision {
        let refused = Some(of.w.older);
        return unprocessable(show(&of, &filled(&of), &Troubles::default(), refused));
    }
    let (read, troubles) = read(&typed, &of, app.now());
    let Some(becomes) = read else {
        return unprocessable(show(&of, &typed, &troubles, None));
    };
    if !typed.has("go") {
        let template = LookPage {
            page: &page,
            w: of.w,
            head: &head,
            of: &of,
            typed: &typed,
            lines: &of.lines(&of.now.now, &becomes),
        };
        return respond(&template);
    }
    let key = typed.key(person.account)?;
    let wish = EventChange {
        revision,
        name: becomes.name,
        performers: becomes.performers,
        doors_open: shown(becomes.doors_open, &head.zone),
        starts: shown(becomes.starts, &head.zone),
        sales_end: shown(becomes.sales_end, &head.zone),
        limit_per_order: becomes.limit_per_order,
        take_back: typed.has("take_back"),
        note: typed.get("note").to_owned(),
    };
    let desk = Desk { person, organizer };
    match app.storage().change_event(key, desk, event, wish).await {
        Ok(_) => Ok(to_list(event)),
        Err(refusal) => {
            let refused = said(of.w, refusal)?;
            unprocessable(show(
                &of,
                &filled(&of),
                &Troubles::default(),
                Some(&refused),
            ))
        }
    }
}

fn to_list(event: EventId) -> Response {
    Redirect::to(&format!("/organizer/events/{event}/changes")).into_response()
}

fn revision(page: &Page, typed: &Typed) -> Answer<u32> {
    let number = typed.get("revision").parse();
    number.map_err(|_| Refusal::bad_request(page.w.form_old))
}

/// What a page says of a refusal; others are pages of their own.
fn said(w: &Words, refusal: Refusal) -> Answer<String> {
    match refusal.code {
        ProblemCode::WrongState => Ok(w.older.to_owned()),
        ProblemCode::KeyReused => Ok(w.sent_before.to_owned()),
        ProblemCode::BadRequest => Ok(refusal.detail),
        _ => Err(refusal),
    }
}

/// What the event would be, and what is wrong with it.
fn read(typed: &Typed, of: &Of<'_>, now: i64) -> (Option<Changeable>, Troubles) {
    let (w, t) = (of.w, entry_words(of.page.language));
    let mut troubles = Troubles::default();
    let name = event_form::words_in(typed, t, &mut troubles, "name");
    let performers = event_form::words_in(typed, t, &mut troubles, "performers");
    let mut time = |field| event_form::time(typed, &of.head.zone, t, &mut troubles, field);
    let (doors, starts, sales_end) = (time("doors"), time("starts"), time("sales_end"));
    let limit = event_form::limit(typed, t, &mut troubles);
    if typed.get("note").chars().count() > notes::MAX {
        troubles.add("note", w.long_note);
    }
    let read = || {
        Some(Changeable {
            name: name?,
            performers: performers?,
            doors_open: doors?,
            starts: starts?,
            sales_end: sales_end?,
            limit_per_order: limit?,
        })
    };
    let read = read().map(|becomes| with_the_start(&of.now.now, becomes));
    if let Some(becomes) = &read {
        if becomes.starts <= now {
            troubles.add("starts", t.past_time);
        }
        if becomes.doors_open > becomes.starts {
            troubles.add("doors", t.doors_late);
        }
        if *becomes == of.now.now && !typed.has("take_back") {
            troubles.add("name", w.same);
        }
    }
    (read.filter(|_| troubles.is_empty()), troubles)
}

/// Doors and end of sales that were left as they are keep their distance to a start that was not.
fn with_the_start(now: &Changeable, becomes: Changeable) -> Changeable {
    let later = becomes.starts - now.starts;
    let moved = |was: i64, stated: i64| if stated == was { was + later } else { stated };
    Changeable {
        doors_open: moved(now.doors_open, becomes.doors_open),
        sales_end: moved(now.sales_end, becomes.sales_end),
        ..becomes
    }
}

/// What cancelling means, before it is done.
pub async fn asked(
    State(app): State<App>,
    page: Page,
    OwnEvent(event): OwnEvent,
) -> Answer<Response> {
    let head = Head::of(&app, event).await?;
    let of = Of::event(&app, &page, &head).await?;
    if of.now.cancelled.is_some() {
        return Ok(to_list(event));
    }
    let until = of.now.now.starts.max(app.now()) + REFUNDS_MICROS;
    let fields = [
        ("revision", of.now.revision.to_string()),
        ("refunds_until", shown(until, &head.zone)),
    ];
    let typed = Typed::filled(fields.map(|(name, text)| (name.to_owned(), text)));
    show_cancel(&of, &typed, &Troubles::default(), None)
}

fn show_cancel(
    of: &Of<'_>,
    typed: &Typed,
    troubles: &Troubles,
    refused: Option<&str>,
) -> Answer<Response> {
    let template = CancelPage {
        page: of.page,
        w: of.w,
        head: of.head,
        of,
        typed,
        troubles,
        refused,
        key: fresh_key(),
    };
    respond(&template)
}

/// Cancels, and shows that it is.
pub async fn cancel(
    State(app): State<App>,
    page: Page,
    AsOrganizer(person, organizer): AsOrganizer,
    OwnEvent(event): OwnEvent,
    typed: Typed,
) -> Answer<Response> {
    typed.check(&page)?;
    let head = Head::of(&app, event).await?;
    let of = Of::event(&app, &page, &head).await?;
    let (w, t) = (of.w, entry_words(page.language));
    let mut troubles = Troubles::default();
    let until = event_form::time(&typed, &head.zone, t, &mut troubles, "refunds_until");
    if until.is_some_and(|until| until <= app.now()) {
        troubles.add("refunds_until", t.past_time);
    }
    let note = typed.get("note");
    if note.is_empty() || note.chars().count() > notes::MAX {
        troubles.add("note", w.bad_note);
    }
    if !typed.has("sure") {
        troubles.add("sure", w.bad_sure);
    }
    if !troubles.is_empty() {
        return unprocessable(show_cancel(&of, &typed, &troubles, None));
    }
    let key = typed.key(person.account)?;
    let wish = EventCancellation {
        revision: revision(&page, &typed)?,
        refunds_until: typed.get("refunds_until").to_owned(),
        note: note.to_owned(),
    };
    let desk = Desk { person, organizer };
    match app.storage().cancel_event(key, desk, event, wish).await {
        Ok(_) => Ok(to_list(event)),
        Err(refusal) => {
            let refused = said(w, refusal)?;
            unprocessable(show_cancel(&of, &typed, &troubles, Some(&refused)))
        }
    }
}

/// What was changed.
pub async fn list(
    State(app): State<App>,
    page: Page,
    OwnEvent(event): OwnEvent,
) -> Answer<Response> {
    let head = Head::of(&app, event).await?;
    let of = Of::event(&app, &page, &head).await?;
    let template = ListPage {
        page: &page,
        w: of.w,
        head: &head,
        of: &of,
    };
    respond(&template)
}
