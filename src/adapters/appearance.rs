//! Language, text size and contrast of a window.

use kippu_ui::Theme;

use crate::flows::facts::Appearance;

/// Draws a window as its user wants it.
pub fn show(theme: &Theme<'_>, appearance: Appearance) {
    let code = appearance.language.code();
    if theme.get_language() != code {
        theme.set_language(code.into());
        if let Err(error) = slint::select_bundled_translation(code) {
            tracing::error!(%error, language = code, "the translation is missing");
        }
    }
    theme.set_large_text(appearance.large_text);
    theme.set_high_contrast(appearance.high_contrast);
    theme.set_low_reach(appearance.low_reach);
}
