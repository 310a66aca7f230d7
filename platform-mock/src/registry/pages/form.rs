//! A master's own page: its facts in a form, what belongs to it, and whether it is in use.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use kippu_api::{
    operator::{NewStoreTerminal, StoreTerminalRole},
    problem::ProblemCode,
    registry::{Master, MasterChange, MasterFacts, MasterKind, MasterService, MasterUse, UseOf},
};
use serde::Deserialize;

use super::{
    super::{
        rules::Field,
        words::{Words, words},
    },
    KINDS, Kind, hint, label, trouble, use_name,
};
use crate::{
    app::App,
    auth::AsOperator,
    masters::wall_clock::zones,
    pages::{
        Page, respond,
        typed::{Troubles, Typed, unprocessable},
    },
    refusal::{Answer, Refusal},
    request::{Path, Query},
};

/// What was done before the page is shown.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "registry/form.html")]
struct FormPage<'a> {
    page: &'a Page,
    w: &'static Words,
    kind: Kind,
    kinds: [Kind; 4],
    /// The one there is; none for a new one.
    master: Option<&'a Master>,
    typed: &'a Typed,
    troubles: &'a Troubles,
    /// What was done, or why nothing was.
    done: Option<&'static str>,
    refused: Option<&'static str>,
    /// Whether the form shows what somebody typed and another has overtaken.
    stale: bool,
    /// Codes and names of sellers to choose from.
    sellers: Vec<(String, String)>,
}

impl FormPage<'_> {
    fn fields(&self) -> &'static [Field] {
        Field::of(self.kind.kind)
    }

    fn label(&self, field: &Field) -> &'static str {
        label(self.w, *field)
    }

    fn hint(&self, field: &Field) -> &'static str {
        hint(self.w, *field)
    }

    fn use_name(&self, of: &MasterUse) -> &'static str {
        use_name(self.w, of.of)
    }

    fn is_store(&self) -> bool {
        self.kind.kind == MasterKind::Stores
    }

    fn zones(&self) -> Vec<String> {
        zones(self.typed.get(Field::Zone.word()))
    }

    /// The list of those that belong to it with what finds them there, where there is such a page.
    fn list_of(&self, of: &MasterUse) -> Option<(&'static str, &str)> {
        let facts = &self.master?.facts;
        match of.of {
            UseOf::Stores => Some(("/operator/masters/stores", &facts.code)),
            UseOf::Terminals => Some(("/operator/terminals", &facts.name)),
            UseOf::Accounts => Some(("/operator/accounts", &facts.name)),
            UseOf::Events | UseOf::Layouts => None,
        }
    }

    fn kept_by(&self) -> Vec<&MasterUse> {
        let uses = self.master.map_or(&[][..], |master| &master.uses);
        uses.iter()
            .filter(|it| it.of.keeps() && it.count > 0)
            .collect()
    }
}

/// What is shown besides a master's own facts.
#[derive(Default)]
struct Shown<'a> {
    master: Option<&'a Master>,
    typed: Typed,
    troubles: Troubles,
    done: Option<&'static str>,
    refused: Option<&'static str>,
    stale: bool,
}

async fn page_of(app: &App, page: &Page, kind: MasterKind, shown: Shown<'_>) -> Answer<Response> {
    let w = words(page.language);
    let sellers = if kind == MasterKind::Stores {
        let all = app.storage().masters(MasterKind::Sellers, String::new());
        let rows = all.await?.rows.into_iter();
        rows.filter(|seller| seller.retired.is_none())
            .map(|seller| (seller.facts.code, seller.facts.name))
            .collect()
    } else {
        Vec::new()
    };
    let template = FormPage {
        page,
        w,
        kind: Kind::of(kind, w),
        kinds: KINDS.map(|kind| Kind::of(kind, w)),
        master: shown.master,
        typed: &shown.typed,
        troubles: &shown.troubles,
        done: shown.done,
        refused: shown.refused,
        stale: shown.stale,
        sellers,
    };
    respond(&template)
}

/// A form for a new one.
pub(super) async fn empty(
    State(app): State<App>,
    page: Page,
    Path(kind): Path<MasterKind>,
) -> Answer<Response> {
    page_of(&app, &page, kind, Shown::default()).await
}

fn stated(kind: MasterKind, typed: &Typed) -> MasterFacts {
    let mut facts = MasterFacts::default();
    for field in Field::of(kind) {
        typed.get(field.word()).clone_into(field.place(&mut facts));
    }
    facts
}

/// What is wrong with what was typed, as far as one can know before it is written.
async fn troubles_of(
    app: &App,
    w: &'static Words,
    kind: MasterKind,
    number: Option<i64>,
    facts: &MasterFacts,
) -> Answer<Troubles> {
    let mut troubles = Troubles::default();
    for field in Field::of(kind) {
        if !field.takes(field.text(facts)) {
            troubles.add(field.word(), trouble(w, *field));
        }
    }
    let clash = app.storage().master_clash(kind, number, facts.clone());
    if let Some(field) = clash.await? {
        troubles.add(field.word(), w.taken);
    }
    Ok(troubles)
}

/// Registers one and shows it.
pub(super) async fn make(
    State(app): State<App>,
    page: Page,
    AsOperator(operator, _): AsOperator,
    Path(kind): Path<MasterKind>,
    typed: Typed,
) -> Answer<Response> {
    typed.check(&page)?;
    let w = words(page.language);
    let key = typed.key(operator.id)?;
    let facts = stated(kind, &typed);
    let mut shown = Shown::default();
    match app
        .storage()
        .make_master(key, operator, kind, facts.clone())
        .await
    {
        Ok(master) => return Ok(to(&Kind::of(kind, w), master.number, "made")),
        Err(refusal) => {
            shown.troubles = troubles_of(&app, w, kind, None, &facts).await?;
            shown.refused = refused(w, refusal, &shown.troubles)?;
        }
    }
    shown.typed = typed;
    unprocessable(page_of(&app, &page, kind, shown).await)
}

fn to(kind: &Kind, number: i64, done: &str) -> Response {
    Redirect::to(&format!("{}/{number}?done={done}", kind.path)).into_response()
}

/// Why nothing was done, where no field says so; what is nobody's mistake goes on as it is.
fn refused(
    w: &'static Words,
    refusal: Refusal,
    troubles: &Troubles,
) -> Answer<Option<&'static str>> {
    match refusal.code {
        ProblemCode::WrongState | ProblemCode::BadRequest | ProblemCode::KeyReused => {
            Ok(troubles.is_empty().then_some(w.not_done))
        }
        _ => Err(refusal),
    }
}

/// One with its facts in the form.
pub(super) async fn show(
    State(app): State<App>,
    page: Page,
    Path((kind, number)): Path<(MasterKind, i64)>,
    Query(Done { done }): Query<Done>,
) -> Answer<Response> {
    let w = words(page.language);
    let done = match done.as_str() {
        "made" => Some(w.made),
        "changed" => Some(w.changed),
        "retired" => Some(w.now_retired),
        "restored" => Some(w.now_back),
        "added" => Some(w.added),
        _ => None,
    };
    let master = app.storage().master(kind, number).await?;
    let shown = Shown {
        master: Some(&master),
        typed: filled(&master, kind),
        done,
        ..Shown::default()
    };
    page_of(&app, &page, kind, shown).await
}

/// The form with what is known.
fn filled(master: &Master, kind: MasterKind) -> Typed {
    let facts = Field::of(kind).iter().map(|field| {
        let text = field.text(&master.facts).to_owned();
        (field.word().to_owned(), text)
    });
    let revision = ("revision".to_owned(), master.revision.to_string());
    Typed::filled(facts.chain([revision]))
}

fn revision(page: &Page, typed: &Typed) -> Answer<u32> {
    let revision = typed.get("revision").parse();
    revision.map_err(|_| Refusal::bad_request(page.w.form_old))
}

/// Changes one and shows it.
pub(super) async fn change(
    State(app): State<App>,
    page: Page,
    AsOperator(operator, _): AsOperator,
    Path((kind, number)): Path<(MasterKind, i64)>,
    typed: Typed,
) -> Answer<Response> {
    typed.check(&page)?;
    let w = words(page.language);
    let change = MasterChange {
        revision: revision(&page, &typed)?,
        facts: stated(kind, &typed),
    };
    let storage = app.storage();
    let facts = change.facts.clone();
    let believed = change.revision;
    let refusal = match storage.change_master(operator, kind, number, change).await {
        Ok(_) => return Ok(to(&Kind::of(kind, w), number, "changed")),
        Err(refusal) => refusal,
    };
    let master = storage.master(kind, number).await?;
    let stale = master.revision != believed;
    let mut troubles = Troubles::default();
    if !stale {
        troubles = troubles_of(&app, w, kind, Some(number), &facts).await?;
        if troubles.is_empty() && facts.zone != master.facts.zone {
            troubles.add(Field::Zone.word(), w.zone_fixed);
        }
        if troubles.is_empty() && kind == MasterKind::Stores {
            troubles.add(Field::Seller.word(), w.seller_gone);
        }
    }
    let refused = refused(w, refusal, &troubles)?;
    let shown = Shown {
        master: Some(&master),
        typed,
        troubles,
        refused: if stale { Some(w.stale) } else { refused },
        stale,
        done: None,
    };
    unprocessable(page_of(&app, &page, kind, shown).await)
}

/// Retires one, or takes it back into use.
pub(super) async fn service(
    State(app): State<App>,
    page: Page,
    AsOperator(operator, _): AsOperator,
    Path((kind, number)): Path<(MasterKind, i64)>,
    typed: Typed,
) -> Answer<Response> {
    typed.check(&page)?;
    let (retired, done) = match typed.get("service") {
        "retire" => (true, "retired"),
        "restore" => (false, "restored"),
        _ => return Err(Refusal::bad_request(page.w.form_old)),
    };
    let wish = MasterService {
        revision: revision(&page, &typed)?,
        retired,
    };
    let w = words(page.language);
    let storage = app.storage();
    match storage.master_service(operator, kind, number, wish).await {
        Ok(_) => Ok(to(&Kind::of(kind, w), number, done)),
        Err(refusal) => again(&app, &page, (kind, number), refusal).await,
    }
}

/// One as it is now, with why nothing was done.
async fn again(
    app: &App,
    page: &Page,
    (kind, number): (MasterKind, i64),
    refusal: Refusal,
) -> Answer<Response> {
    let master = app.storage().master(kind, number).await?;
    let shown = Shown {
        master: Some(&master),
        typed: filled(&master, kind),
        refused: refused(words(page.language), refusal, &Troubles::default())?,
        ..Shown::default()
    };
    let mut response = page_of(app, page, kind, shown).await?;
    *response.status_mut() = StatusCode::CONFLICT;
    Ok(response)
}

/// Registers a terminal of a store.
pub(super) async fn add_terminal(
    State(app): State<App>,
    page: Page,
    AsOperator(operator, _): AsOperator,
    Path(number): Path<i64>,
    typed: Typed,
) -> Answer<Response> {
    typed.check(&page)?;
    let w = words(page.language);
    let kind = MasterKind::Stores;
    let key = typed.key(operator.id)?;
    let storage = app.storage();
    let store = storage.master(kind, number).await?;
    let new = NewStoreTerminal {
        name: typed.get("terminal").to_owned(),
        role: match typed.get("role") {
            "kiosk" => StoreTerminalRole::Kiosk,
            "register" => StoreTerminalRole::Register,
            _ => return Err(Refusal::bad_request(page.w.form_old)),
        },
        store: store.facts.code.clone(),
    };
    let name = new.name.clone();
    let refusal = match storage.add_terminal(key, operator, new).await {
        Ok(_) => return Ok(to(&Kind::of(kind, w), number, "added")),
        Err(refusal) => refusal,
    };
    let mut troubles = Troubles::default();
    match refusal.code {
        ProblemCode::BadRequest => troubles.add("terminal", w.bad_name),
        ProblemCode::WrongState => troubles.add("terminal", w.taken),
        _ => return again(&app, &page, (kind, number), refusal).await,
    }
    let known = filled(&store, kind);
    let shown = Shown {
        typed: known.with("terminal", &name),
        master: Some(&store),
        troubles,
        ..Shown::default()
    };
    unprocessable(page_of(&app, &page, kind, shown).await)
}
