//! Elements as somebody before the screen would name them.

use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery, ElementRoot};
use slint::{LogicalPosition, LogicalSize};

/// An element that can be seen.
pub(super) struct Seen {
    /// What it is called.
    pub label: String,
    /// Its middle.
    pub middle: LogicalPosition,
    /// Whether a touch means something there.
    pub key: bool,
}

/// Everything with a name that can be seen in a window of this size, in the order of drawing.
pub(super) fn seen(root: &impl ElementRoot, window: LogicalSize) -> Vec<Seen> {
    ElementQuery::from_root(root)
        .match_descendants()
        .find_all()
        .iter()
        .filter_map(|element| see(element, window))
        .collect()
}

fn see(element: &ElementHandle, window: LogicalSize) -> Option<Seen> {
    let label = element.accessible_label()?;
    let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
    let (at, size) = (element.absolute_position(), element.size());
    let middle = LogicalPosition::new(at.x + size.width / 2.0, at.y + size.height / 2.0);
    let within =
        (0.0..window.width).contains(&middle.x) && (0.0..window.height).contains(&middle.y);
    let visible =
        size.width > 0.0 && size.height > 0.0 && within && element.computed_opacity() > 0.0;
    let key = !matches!(
        element.accessible_role(),
        None | Some(AccessibleRole::None | AccessibleRole::Text | AccessibleRole::Image)
    );
    (visible && !label.is_empty()).then_some(Seen { label, middle, key })
}

/// The element a label means: the whole label before a beginning, a key before a text, what is drawn last before what is under it.
pub(super) fn find<'a>(seen: &'a [Seen], label: &str) -> Option<&'a Seen> {
    let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
    let rank = |element: &Seen| {
        let whole = element.label == label;
        (whole || element.label.starts_with(&label)).then_some((whole, element.key))
    };
    seen.iter()
        .filter_map(|element| Some((rank(element)?, element)))
        .max_by_key(|(rank, _)| *rank)
        .map(|(_, element)| element)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(label: &str, key: bool) -> Seen {
        Seen {
            label: label.into(),
            middle: LogicalPosition::default(),
            key,
        }
    }

    #[test]
    fn whole_labels_and_keys_come_first() {
        let seen = [
            element("Buy", false),
            element("Buy tickets", true),
            element("Buy", true),
        ];
        let found = find(&seen, "Buy").unwrap();
        assert!(found.label == "Buy" && found.key);
        assert_eq!(find(&seen, "Buy  tick").unwrap().label, "Buy tickets");
        assert!(find(&seen, "Sell").is_none());
    }
}
