//! The scanner's texts and condition on their way to a flow.

use kippu_peripherals::{
    hot_plug::Presence,
    scanner::{self, ScannerNews, ScannerPlace},
};

use super::mailbox::Mailbox;
use crate::flows::facts::ScannerCondition;

/// Listens to the scanner, where one is named; its news become these inputs.
pub fn start<I: Send + 'static>(
    place: Option<&ScannerPlace>,
    mailbox: Mailbox<I>,
    scanned: impl Fn(String) -> I + Send + 'static,
    stands: impl Fn(ScannerCondition) -> I + Send + 'static,
) {
    let Some(place) = place else {
        return;
    };
    scanner::listen(place.clone(), move |news| {
        mailbox.send(match news {
            ScannerNews::Text(text) => scanned(text),
            ScannerNews::Presence(presence) => stands(condition(presence)),
        });
    });
}

fn condition(presence: Presence) -> ScannerCondition {
    match presence {
        Presence::NeverThere => ScannerCondition::NeverThere,
        Presence::There => ScannerCondition::There,
        Presence::Gone => ScannerCondition::Gone,
    }
}
