//! The navigation of each site.

use super::{site::Site, words::Words};

/// Places in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// None of them.
    Nowhere,
    /// Handovers.
    Handovers,
    /// Unproved reports.
    Unproved,
    /// Re-issue.
    Reissue,
    /// Terminals.
    Terminals,
    /// Accounts.
    Accounts,
    /// Who did what.
    Audit,
    /// Restore.
    Restore,
    /// An organizer's events.
    Events,
}

/// Place, path and text of everything in a site's navigation.
pub(super) fn of(site: Site, w: &Words) -> Vec<(Place, &'static str, &'static str)> {
    match site {
        Site::Operator => vec![
            (Place::Handovers, "/operator/handovers", w.handovers),
            (Place::Unproved, "/operator/unproved", w.unproved),
            (Place::Reissue, "/operator/reissue", w.reissue),
            (Place::Terminals, "/operator/terminals", w.terminals),
            (Place::Accounts, "/operator/accounts", w.accounts),
            (Place::Audit, "/operator/audit", w.audit),
            (Place::Restore, "/operator/restore", w.restore),
        ],
        Site::Organizer => vec![(Place::Events, "/organizer", w.events)],
    }
}
