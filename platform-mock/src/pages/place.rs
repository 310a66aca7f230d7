//! The navigation of each site.

use super::{site::Site, words::Words};

/// A key of the navigation.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The page it leads to.
    pub path: &'static str,
    /// What it says.
    pub text: &'static str,
}

/// Everything in a site's navigation.
pub(super) fn of(site: Site, w: &'static Words) -> Vec<Place> {
    let place = |path, text| Place { path, text };
    match site {
        Site::Operator => vec![
            place("/operator/handovers", w.handovers),
            place("/operator/unproved", w.unproved),
            place("/operator/reissue", w.reissue),
            place("/operator/terminals", w.terminals),
            place("/operator/masters", w.masters),
            place("/operator/accounts", w.accounts),
            place("/operator/audit", w.audit),
            place("/operator/restore", w.restore),
        ],
        Site::Organizer => vec![
            place("/organizer", w.events),
            place("/organizer/halls", w.halls),
            place("/organizer/report", w.report),
            place("/organizer/requests", w.requests),
            place("/organizer/returns", w.returns),
        ],
        Site::Seller => vec![
            place("/seller", w.events),
            place("/seller/requests", w.requests),
            place("/seller/returns", w.returns),
            place("/seller/columns", w.columns),
            place("/seller/members", w.members),
        ],
    }
}

/// The place a page belongs to: the one whose path begins the page's own, the longest of them.
pub(super) fn around(places: &[Place], path: &str) -> Option<&'static str> {
    places
        .iter()
        .map(|place| place.path)
        .filter(|place| {
            path.strip_prefix(place)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
        .max_by_key(|place| place.len())
}
