//! Pages about masters, for operators: lists, and a form for each.

mod form;
mod list;

use axum::{
    response::Redirect,
    routing::{get, post},
};
use kippu_api::registry::{MasterKind, UseOf};

use super::{rules::Field, words::Words};
use crate::{
    auth::{OPERATOR, Scope},
    routes::Routes,
};

/// In the order of the keys above the lists.
const KINDS: [MasterKind; 4] = [
    MasterKind::Organizers,
    MasterKind::Sellers,
    MasterKind::Stores,
    MasterKind::Venues,
];

/// The pages.
pub fn routes(routes: Routes) -> Routes {
    let all = OPERATOR.of(Scope::All);
    let first = || async { Redirect::to("/operator/masters/organizers") };
    let (new, one) = (
        "/operator/masters/{kind}/new",
        "/operator/masters/{kind}/{number}",
    );
    routes
        .on("/operator/masters", "get", all, get(first))
        .on("/operator/masters/{kind}", "get", all, get(list::list))
        .on(new, "get", all, get(form::empty))
        .on(new, "post", all, post(form::make))
        .on(one, "get", all, get(form::show))
        .on(one, "post", all, post(form::change))
        .on(
            "/operator/masters/{kind}/{number}/service",
            "post",
            all,
            post(form::service),
        )
        .on(
            "/operator/masters/stores/{number}/terminals",
            "post",
            all,
            post(form::add_terminal),
        )
}

/// What a kind is called, path and words.
struct Kind {
    kind: MasterKind,
    path: &'static str,
    name: &'static str,
    about: &'static str,
    new: &'static str,
    none: &'static str,
}

impl Kind {
    fn of(kind: MasterKind, w: &'static Words) -> Self {
        let (path, name, about, new, none) = match kind {
            MasterKind::Organizers => (
                "/operator/masters/organizers",
                w.organizers,
                w.about_organizers,
                w.new_organizer,
                w.no_organizers,
            ),
            MasterKind::Sellers => (
                "/operator/masters/sellers",
                w.sellers,
                w.about_sellers,
                w.new_seller,
                w.no_sellers,
            ),
            MasterKind::Stores => (
                "/operator/masters/stores",
                w.stores,
                w.about_stores,
                w.new_store,
                w.no_stores,
            ),
            MasterKind::Venues => (
                "/operator/masters/venues",
                w.venues,
                w.about_venues,
                w.new_venue,
                w.no_venues,
            ),
        };
        Self {
            kind,
            path,
            name,
            about,
            new,
            none,
        }
    }
}

fn label(w: &'static Words, field: Field) -> &'static str {
    match field {
        Field::Code => w.code,
        Field::Name => w.name,
        Field::Address => w.address,
        Field::Contact => w.contact,
        Field::Registration => w.registration,
        Field::Seller => w.seller,
        Field::Zone => w.zone,
        Field::Link => w.link,
    }
}

fn hint(w: &'static Words, field: Field) -> &'static str {
    match field {
        Field::Code => w.code_hint,
        Field::Name => w.name_hint,
        Field::Contact => w.contact_hint,
        Field::Registration => w.registration_hint,
        Field::Zone => w.zone_hint,
        Field::Link => w.link_hint,
        Field::Address | Field::Seller => "",
    }
}

/// Why a field cannot be what was typed.
fn trouble(w: &'static Words, field: Field) -> &'static str {
    match field {
        Field::Code => w.bad_code,
        Field::Name => w.bad_name,
        Field::Address | Field::Contact => w.bad_text,
        Field::Registration => w.bad_registration,
        Field::Seller | Field::Zone => w.bad_choice,
        Field::Link => w.bad_link,
    }
}

fn use_name(w: &'static Words, of: UseOf) -> &'static str {
    match of {
        UseOf::Events => w.events,
        UseOf::Stores => w.stores_in_use,
        UseOf::Terminals => w.terminals,
        UseOf::Layouts => w.layouts,
        UseOf::Accounts => w.accounts,
    }
}
