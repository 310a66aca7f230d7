//! Elements as somebody before the screen would name them.

use std::collections::HashSet;

use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery, ElementRoot};
use slint::{LogicalPosition, LogicalSize};

/// What an element is to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Part of something else that has the name.
    Part,
    /// Words.
    Words,
    /// A picture with a name.
    Picture,
    /// A frame around other elements.
    Frame,
    /// One of several things of a kind, with a name for all that is drawn in it.
    Item,
    /// How far something is.
    Progress,
    /// Something to touch.
    Key,
    /// Something to type into.
    Input,
}

/// An element with a name.
#[derive(Clone)]
pub struct Seen {
    /// What it is.
    pub role: Role,
    /// What it is called.
    pub label: String,
    /// What else there is to know about it.
    pub description: String,
    /// Its `accessible-id`, by which screens mark what speech and pad treat in a way of its own.
    pub mark: String,
    /// It can be used now.
    pub enabled: bool,
    /// Whether it is chosen, where it is something to choose.
    pub chosen: Option<bool>,
    /// Its upper left corner.
    pub corner: LogicalPosition,
    /// Its middle.
    pub middle: LogicalPosition,
    /// Its middle is within the window.
    pub on_screen: bool,
    element: Option<ElementHandle>,
}

impl Seen {
    /// Whether a touch means something there.
    pub fn is_key(&self) -> bool {
        !matches!(self.role, Role::Part | Role::Words | Role::Picture)
    }

    /// Whether a point lies within it.
    pub fn covers(&self, at: LogicalPosition) -> bool {
        let half = (self.middle.x - self.corner.x, self.middle.y - self.corner.y);
        (at.x - self.middle.x).abs() < half.0 && (at.y - self.middle.y).abs() < half.1
    }

    /// Does what a touch would.
    pub fn press(&self) {
        if let Some(element) = &self.element {
            element.invoke_accessible_default_action();
        }
    }

    /// An element that is in no window.
    #[cfg(test)]
    pub fn imagined(role: Role, label: &str) -> Self {
        Self {
            role,
            label: label.into(),
            description: String::new(),
            mark: String::new(),
            enabled: true,
            chosen: None,
            corner: LogicalPosition::default(),
            middle: LogicalPosition::default(),
            on_screen: true,
            element: None,
        }
    }

    /// The same with a mark.
    #[cfg(test)]
    pub fn marked(self, mark: &str) -> Self {
        Self {
            mark: mark.into(),
            ..self
        }
    }

    /// The same around this middle.
    #[cfg(test)]
    pub fn around(self, x: f32, y: f32, half: f32) -> Self {
        Self {
            corner: LogicalPosition::new(x - half, y - half),
            middle: LogicalPosition::new(x, y),
            ..self
        }
    }

    /// The same with a description.
    #[cfg(test)]
    pub fn described(self, description: &str) -> Self {
        Self {
            description: description.into(),
            ..self
        }
    }
}

/// Everything with a name or a mark in a window of this size, in the order of drawing. What lies outside the window, such as in a list that is
/// moved up and down, is there too.
pub(super) fn seen(root: &impl ElementRoot, window: LogicalSize) -> Vec<Seen> {
    let found = ElementQuery::from_root(root).match_descendants().find_all();
    let mut seen: Vec<Seen> = Vec::new();
    let mut known = HashSet::new();
    for element in found.into_iter().filter_map(|one| see(one, window)) {
        // The query comes to what stands in a component by more than one way.
        let at = [element.corner, element.middle].map(|at| (at.x.to_bits(), at.y.to_bits()));
        if known.insert((element.label.clone(), element.mark.clone(), at)) {
            seen.push(element);
        }
    }
    seen
}

fn see(element: ElementHandle, window: LogicalSize) -> Option<Seen> {
    let text = |text: Option<slint::SharedString>| {
        let text = text.unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let label = text(element.accessible_label());
    let mark = text(element.accessible_id());
    if label.is_empty() && mark.is_empty() {
        return None;
    }
    let size = element.size();
    if size.width <= 0.0 || size.height <= 0.0 || element.computed_opacity() <= 0.0 {
        return None;
    }
    let corner = element.absolute_position();
    let middle = LogicalPosition::new(corner.x + size.width / 2.0, corner.y + size.height / 2.0);
    let within =
        (0.0..window.width).contains(&middle.x) && (0.0..window.height).contains(&middle.y);
    let role = match element.accessible_role() {
        None | Some(AccessibleRole::None) => Role::Part,
        Some(AccessibleRole::Text) => Role::Words,
        Some(AccessibleRole::Image) => Role::Picture,
        Some(AccessibleRole::Button | AccessibleRole::Checkbox) => Role::Key,
        Some(AccessibleRole::ListItem) => Role::Item,
        Some(AccessibleRole::TextInput) => Role::Input,
        Some(AccessibleRole::ProgressIndicator) => Role::Progress,
        Some(_) => Role::Frame,
    };
    Some(Seen {
        role,
        label,
        description: text(element.accessible_description()),
        mark,
        enabled: element.accessible_enabled().unwrap_or(true),
        chosen: element
            .accessible_checked()
            .filter(|_| element.accessible_checkable() == Some(true)),
        corner,
        middle,
        on_screen: within,
        element: Some(element),
    })
}

/// The element a label means: the whole label before a beginning, a key before a text, what is drawn last before what is under it.
pub fn find<'a>(seen: &'a [Seen], label: &str) -> Option<&'a Seen> {
    let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
    let rank = |element: &Seen| {
        let whole = element.label == label;
        (whole || element.label.starts_with(&label)).then_some((whole, element.is_key()))
    };
    visible(seen)
        .filter_map(|element| Some((rank(element)?, element)))
        .max_by_key(|(rank, _)| *rank)
        .map(|(_, element)| element)
}

/// Those with a name that lie within the window.
pub fn visible(seen: &[Seen]) -> impl Iterator<Item = &Seen> {
    seen.iter()
        .filter(|element| element.on_screen && !element.label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_labels_and_keys_come_first() {
        let seen = [
            Seen::imagined(Role::Words, "Buy"),
            Seen::imagined(Role::Key, "Buy tickets"),
            Seen::imagined(Role::Key, "Buy"),
        ];
        let found = find(&seen, "Buy").unwrap();
        assert!(found.label == "Buy" && found.is_key());
        assert_eq!(find(&seen, "Buy  tick").unwrap().label, "Buy tickets");
        assert!(find(&seen, "Sell").is_none());
    }
}
