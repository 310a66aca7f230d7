//! Language, text size, contrast and movement of a window.

use kippu_ui as ui;
use kippu_ui::Theme;

use crate::flows::facts::{Appearance, TextSize};

/// Draws a window as its user wants it.
pub fn show(theme: &Theme<'_>, appearance: Appearance) {
    let code = appearance.language.code();
    if theme.get_language() != code {
        theme.set_language(code.into());
        if let Err(error) = slint::select_bundled_translation(code) {
            tracing::error!(%error, language = code, "the translation is missing");
        }
    }
    theme.set_text_size(match appearance.text {
        TextSize::Normal => ui::TextSize::Normal,
        TextSize::Large => ui::TextSize::Large,
        TextSize::Largest => ui::TextSize::Largest,
    });
    theme.set_high_contrast(appearance.high_contrast);
    theme.set_low_reach(appearance.low_reach);
    theme.set_reduced_motion(appearance.calm);
}

/// The size that a key of the panel stands for.
pub fn text_size(size: ui::TextSize) -> TextSize {
    match size {
        ui::TextSize::Normal => TextSize::Normal,
        ui::TextSize::Large => TextSize::Large,
        ui::TextSize::Largest => TextSize::Largest,
    }
}
