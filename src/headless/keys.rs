//! Keys of a keyboard by name.

use slint::{SharedString, platform::Key};

/// What a key sends; a single character stands for itself.
pub(super) fn text_of(name: &str) -> Option<SharedString> {
    let key = match name.to_ascii_lowercase().as_str() {
        "tab" => Key::Tab,
        "backtab" => Key::Backtab,
        "return" | "enter" => Key::Return,
        "escape" => Key::Escape,
        "space" => Key::Space,
        "backspace" => Key::Backspace,
        "delete" => Key::Delete,
        "up" => Key::UpArrow,
        "down" => Key::DownArrow,
        "left" => Key::LeftArrow,
        "right" => Key::RightArrow,
        "home" => Key::Home,
        "end" => Key::End,
        "pageup" => Key::PageUp,
        "pagedown" => Key::PageDown,
        _ => {
            let mut characters = name.chars();
            return match (characters.next(), characters.next()) {
                (Some(one), None) => Some(one.into()),
                _ => None,
            };
        }
    };
    Some(key.into())
}
