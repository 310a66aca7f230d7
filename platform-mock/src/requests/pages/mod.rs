//! Pages about requests for seats: what was said, whose answer is due, and how somebody begins.

mod begin;
mod entries;
mod list;

use axum::routing::{get, post};

use crate::{
    auth::{ORGANIZER, SELLER, Scope},
    routes::Routes,
};

/// A seat type with its name.
fn named(what: &str, name: &str) -> String {
    format!("{what} {name}")
}

/// The pages of both sides.
pub fn routes(routes: Routes) -> Routes {
    let seller = SELLER.of(Scope::Seller);
    let organizer = ORGANIZER.of(Scope::Organizer);
    routes
        .on("/seller/requests", "get", seller, get(list::of_seller))
        .on(
            "/seller/requests/{request}",
            "post",
            seller,
            post(list::seller_answers),
        )
        .on(
            "/seller/requests/events/{event}",
            "get",
            seller,
            get(begin::ask_form),
        )
        .on(
            "/seller/requests/events/{event}",
            "post",
            seller,
            post(begin::ask),
        )
        .on(
            "/organizer/requests",
            "get",
            organizer,
            get(list::of_organizer),
        )
        .on(
            "/organizer/requests/{request}",
            "post",
            organizer,
            post(list::organizer_answers),
        )
        .on(
            "/organizer/events/{event}/offers",
            "get",
            organizer,
            get(begin::offer_form),
        )
        .on(
            "/organizer/events/{event}/offers",
            "post",
            organizer,
            post(begin::offer),
        )
        .on(
            "/organizer/events/{event}/offers/open",
            "post",
            organizer,
            post(begin::open),
        )
}
