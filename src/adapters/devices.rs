//! How devices stand, in the screens' own kinds.

use kippu_ui as ui;

use crate::flows::facts::ScannerCondition;

/// The scanner.
pub fn scanner(condition: ScannerCondition) -> ui::ScannerState {
    match condition {
        ScannerCondition::Unwanted => ui::ScannerState::Unwanted,
        ScannerCondition::NeverThere => ui::ScannerState::NeverThere,
        ScannerCondition::There => ui::ScannerState::There,
        ScannerCondition::Gone => ui::ScannerState::Gone,
    }
}
