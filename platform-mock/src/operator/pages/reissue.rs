//! Pages for issuing anew: what, the consequences, and where the new tickets wait.

use askama::Template;
use axum::{
    extract::{Form, Query, State},
    response::Response,
};
use kippu_api::{
    operator::{
        BelievedHolder, ReissueLook, ReissueOrder, ReissueReason, ReissueWhat, Reissued, WaitsFor,
    },
    problem::ProblemCode,
};
use serde::Deserialize;

use crate::{
    app::App,
    auth::AsOperator,
    operator::reissue,
    pages::{Page, form_key::form_key, respond},
    refusal::{Answer, Refusal},
    storage::idempotency::RequestKey,
};
use kippu_ticket::ids::TicketId;

#[derive(Template)]
#[template(path = "operator/reissue.html")]
struct LookPage<'a> {
    page: &'a Page,
    looked: Option<&'a ReissueLook>,
    what: (&'static str, String),
    key: String,
}

#[derive(Template)]
#[template(path = "operator/reissued.html")]
struct DonePage<'a> {
    page: &'a Page,
    done: &'a Reissued,
}

/// Which tickets, as a link or form says it.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    ticket: Option<String>,
    card: Option<String>,
    handover: Option<String>,
}

/// The form under the consequences.
#[derive(Debug, Deserialize)]
pub struct Confirmed {
    #[serde(default)]
    form: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    what: String,
    #[serde(default)]
    which: String,
    #[serde(default)]
    state: String,
    reason: Option<String>,
    #[serde(default)]
    words: String,
}

/// Asks what, or shows what it would do.
pub async fn look(
    State(app): State<App>,
    page: Page,
    Query(asked): Query<Asked>,
) -> Answer<Response> {
    let (what, looked) = match asked.what() {
        None => (("", String::new()), None),
        Some((word, which)) => {
            let what = parse(word, &which)?;
            ((word, which), Some(reissue::look(&app, what).await?))
        }
    };
    let template = LookPage {
        page: &page,
        looked: looked.as_ref(),
        what,
        key: hex::encode(rand::random::<[u8; 16]>()),
    };
    respond(&template)
}

/// Does it and shows where the new tickets wait.
pub async fn order(
    State(app): State<App>,
    page: Page,
    AsOperator(operator, _): AsOperator,
    Form(confirmed): Form<Confirmed>,
) -> Answer<Response> {
    page.check_form(&confirmed.form)?;
    let key = confirmed.key(operator.id)?;
    let order = ReissueOrder {
        what: parse(&confirmed.what, &confirmed.which)?,
        reason: confirmed.reason()?,
        words: confirmed.words.clone(),
        state: confirmed.state.clone(),
    };
    let done = reissue::order(&app, key, operator, order)
        .await
        .map_err(|refusal| in_words(&page, refusal))?;
    let template = DonePage {
        page: &page,
        done: &done,
    };
    respond(&template)
}

impl Asked {
    fn what(&self) -> Option<(&'static str, String)> {
        let given = |word: &'static str, text: &Option<String>| {
            let text: String = text.as_deref()?.split_whitespace().collect();
            (!text.is_empty()).then_some((word, text))
        };
        given("ticket", &self.ticket)
            .or_else(|| given("card", &self.card))
            .or_else(|| given("handover", &self.handover))
    }
}

impl Confirmed {
    fn reason(&self) -> Answer<ReissueReason> {
        match self.reason.as_deref() {
            Some("lost_card") => Ok(ReissueReason::LostCard),
            Some("destroyed_terminal") => Ok(ReissueReason::DestroyedTerminal),
            Some("nobody_answers") => Ok(ReissueReason::NobodyAnswers),
            _ => Err(Refusal::bad_request("A reason has to be chosen.")),
        }
    }

    /// The page's own key: sending the form twice does it once.
    fn key(&self, operator: i64) -> Answer<RequestKey> {
        let reason = self.reason.as_deref().unwrap_or_default();
        let words = [&self.what, &self.which, &self.state, &self.words, reason];
        form_key(operator, &self.key, &words)
    }
}

fn parse(word: &str, which: &str) -> Answer<ReissueWhat> {
    let bad = || Refusal::bad_request(format!("{which} is not such a number."));
    Ok(match word {
        "ticket" => ReissueWhat::Ticket {
            ticket: TicketId(which.parse().map_err(|_| bad())?),
        },
        "card" => ReissueWhat::Card {
            card: which.parse().map_err(|_| bad())?,
        },
        "handover" => ReissueWhat::Handover {
            handover: which.parse().map_err(|_| bad())?,
        },
        _ => return Err(bad()),
    })
}

/// The commonest refusal in the reader's language.
fn in_words(page: &Page, refusal: Refusal) -> Refusal {
    if refusal.code == ProblemCode::WrongState
        && refusal.detail.starts_with("Something has changed")
    {
        return Refusal::new(refusal.code, page.w.something_changed);
    }
    refusal
}
