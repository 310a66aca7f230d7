//! The event of a request, if it is the caller's.

use axum::{extract::FromRequestParts, http::request::Parts};
use kippu_ticket::ids::EventId;
use serde::Deserialize;

use crate::{
    app::App,
    auth::{OwnOrganizer, OwnSeller, OwnVenue},
    refusal::{Answer, Refusal},
    request::Path,
};

/// The `{event}` of the path, on a route about the caller's organizer, seller or venue: one the organizer puts on, the seller has seats of, or
/// that is at the venue. Any other is refused as if it did not exist.
pub struct OwnEvent(pub EventId);

#[derive(Deserialize)]
struct Named {
    event: EventId,
}

impl FromRequestParts<App> for OwnEvent {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Answer<Self> {
        let Path(Named { event }) = Path::from_request_parts(parts, app).await?;
        let storage = app.storage();
        let own = if let Ok(OwnOrganizer(organizer)) =
            OwnOrganizer::from_request_parts(parts, app).await
        {
            storage.events_of_organizer(organizer).await?
        } else if let Ok(OwnSeller(seller)) = OwnSeller::from_request_parts(parts, app).await {
            storage.events_of_seller(seller).await?
        } else {
            let OwnVenue(venue) = OwnVenue::from_request_parts(parts, app).await?;
            storage.events_of_venue(venue).await?
        };
        if own.contains(&event) {
            Ok(Self(event))
        } else {
            Err(Refusal::not_found("event"))
        }
    }
}
