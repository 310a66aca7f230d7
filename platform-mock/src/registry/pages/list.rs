//! Lists of masters.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use kippu_api::{
    operator::Listed,
    registry::{Master, MasterKind},
};

use super::{
    super::{
        rules::Field,
        words::{Words, words},
    },
    KINDS, Kind, label,
};
use crate::{
    app::App,
    operator::routes::Find,
    pages::{Page, respond},
    refusal::Answer,
    request::Path,
};

#[derive(Template)]
#[template(path = "registry/list.html")]
struct ListPage<'a> {
    page: &'a Page,
    w: &'static Words,
    kind: Kind,
    kinds: [Kind; 4],
    find: &'a str,
    rows: &'a [Master],
    more: bool,
}

impl ListPage<'_> {
    /// What a list shows after code and name.
    fn fields(&self) -> Vec<Field> {
        let long = |field: &Field| {
            matches!(
                field,
                Field::Code | Field::Name | Field::Contact | Field::Link
            )
        };
        let fields = Field::of(self.kind.kind).iter().copied();
        fields.filter(|field| !long(field)).collect()
    }

    fn label(&self, field: &Field) -> &'static str {
        label(self.w, *field)
    }

    fn text<'m>(&self, master: &'m Master, field: &Field) -> &'m str {
        match field.text(&master.facts) {
            "" => "–",
            text => text,
        }
    }
}

/// Masters of a kind.
pub(super) async fn list(
    State(app): State<App>,
    page: Page,
    Path(kind): Path<MasterKind>,
    Query(Find { find }): Query<Find>,
) -> Answer<Response> {
    let find = find.trim();
    let Listed { rows, more } = app.storage().masters(kind, find.to_owned()).await?;
    let w = words(page.language);
    let template = ListPage {
        page: &page,
        w,
        kind: Kind::of(kind, w),
        kinds: KINDS.map(|kind| Kind::of(kind, w)),
        find,
        rows: &rows,
        more,
    };
    respond(&template)
}
