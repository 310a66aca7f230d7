//! What is wrong with how a screen lies: words cut off, words over words, keys over keys, and keys too small for a finger.

use std::{pin::Pin, rc::Rc};

use i_slint_core::{
    accessibility::AccessibleStringProperty,
    item_rendering::RenderText,
    item_tree::ItemRc,
    items::{
        AccessibleRole, ComplexText, Flickable, SimpleText, TextHorizontalAlignment, TextOverflow,
        TextVerticalAlignment, TextWrap,
    },
    layout::Orientation,
    lengths::{LogicalPoint, LogicalRect, LogicalSize},
    window::{WindowAdapter, WindowInner},
};
use slint::{SharedString, Window};

/// Layouts are rounded to whole pixels; less than this is no fault.
const ROUNDING: f32 = 1.5;
/// Above and below its letters, and beside the outer ones, a line has so much air, as parts of its height.
const AIR: f32 = 0.16;
const BESIDE: f32 = 0.05;
/// Two boxes that share less of either side only touch: letters have air around them.
const TOUCHING: f32 = 6.0;

/// A text as it is drawn: where its letters are, at most.
struct Words {
    text: SharedString,
    at: LogicalRect,
}

/// A key.
struct Key {
    label: SharedString,
    whole: LogicalRect,
    /// The part of it that can be touched now.
    seen: LogicalRect,
    /// Keys it lies in.
    within: Vec<usize>,
}

/// Where something may be seen.
#[derive(Clone, Copy)]
struct Frame {
    at: LogicalRect,
    /// It can be moved into sight.
    moves: bool,
}

struct Walk {
    adapter: Rc<dyn WindowAdapter>,
    words: Vec<Words>,
    keys: Vec<Key>,
    found: Vec<String>,
    may_move: bool,
}

/// Everything wrong with what a window shows. A key is `finger` pixels high and wide at least, but for those above `top`: they are no keys of the
/// panel's. With `may_move` what is higher than the screen may be moved up and down.
pub fn of(window: &Window, finger: f32, top: u32, may_move: bool) -> Vec<String> {
    let inner = WindowInner::from_pub(window);
    let mut walk = Walk {
        adapter: inner.window_adapter(),
        words: Vec::new(),
        keys: Vec::new(),
        found: Vec::new(),
        may_move,
    };
    let size = window.size().to_logical(window.scale_factor());
    let screen = Frame {
        at: LogicalRect::new(
            LogicalPoint::default(),
            LogicalSize::new(size.width, size.height),
        ),
        moves: false,
    };
    walk.visit(
        &ItemRc::new_root(inner.component()),
        screen,
        &mut Vec::new(),
    );
    for (at, words) in walk.words.iter().enumerate() {
        for other in &walk.words[at + 1..] {
            if overlap(words.at, other.at) {
                let both = format!("{:?} lies over {:?}", other.text, words.text);
                walk.found.push(both);
            }
        }
    }
    for (at, key) in walk.keys.iter().enumerate() {
        let LogicalSize { width, height, .. } = key.whole.size;
        let on_panel = key.seen.origin.y >= top as f32;
        if on_panel && (width + ROUNDING < finger || height + ROUNDING < finger) {
            let size = format!("{:?} is {width:.0} × {height:.0}", key.label);
            walk.found.push(size);
        }
        for (place, other) in walk.keys.iter().enumerate().skip(at + 1) {
            let nested = other.within.contains(&at) || key.within.contains(&place);
            if !nested && overlap(key.seen, other.seen) {
                let both = format!("key {:?} lies over key {:?}", other.label, key.label);
                walk.found.push(both);
            }
        }
    }
    walk.found
}

/// Whether the whole of something is seen, or can be moved into sight up and down.
fn fits(whole: LogicalRect, seen: LogicalRect, frame: Frame) -> bool {
    // Far below, nothing of it is seen, not even its width.
    let wide = seen.size.width + ROUNDING > whole.size.width || (frame.moves && seen.is_empty());
    wide && (frame.moves || seen.size.height + ROUNDING > whole.size.height)
}

fn overlap(a: LogicalRect, b: LogicalRect) -> bool {
    a.intersection(&b)
        .is_some_and(|both| both.size.width > TOUCHING && both.size.height > TOUCHING)
}

impl Walk {
    fn visit(&mut self, item: &ItemRc, frame: Frame, within: &mut Vec<usize>) {
        let shown = item.is_visible();
        let inside = if item.borrow().as_ref().clips_children() {
            Frame {
                at: frame.at.intersection(&on_screen(item)).unwrap_or_default(),
                moves: frame.moves || self.moved(item),
            }
        } else {
            frame
        };
        let whole = on_screen(item);
        let seen = whole.intersection(&frame.at).unwrap_or_default();
        let is_key = item.accessible_role() == AccessibleRole::Button && !seen.is_empty() && shown;
        if is_key {
            let label = item
                .accessible_string_property(AccessibleStringProperty::Label)
                .unwrap_or_default();
            if !fits(whole, seen, frame) {
                self.found.push(format!("key {label:?} leaves its frame"));
            }
            self.keys.push(Key {
                label,
                whole,
                seen,
                within: within.clone(),
            });
            within.push(self.keys.len() - 1);
        }
        if shown && let Some(text) = item.downcast::<SimpleText>() {
            let drawn = text.as_pin_ref();
            self.text(item, frame, within, drawn, drawn.text());
        }
        if shown && let Some(text) = item.downcast::<ComplexText>() {
            let drawn = text.as_pin_ref();
            self.text(item, frame, within, drawn, drawn.text());
        }
        let mut child = item.first_child();
        while let Some(item) = child {
            self.visit(&item, inside, within);
            child = item.next_sibling();
        }
        if is_key {
            within.pop();
        }
    }

    /// Whether what is in an item can be moved up and down.
    fn moved(&mut self, item: &ItemRc) -> bool {
        let Some(pane) = item.downcast::<Flickable>() else {
            return false;
        };
        let rest = pane.as_pin_ref().content_height().get() - item.geometry().size.height;
        let moves = pane.as_pin_ref().interactive() && rest > ROUNDING;
        if moves && !self.may_move {
            self.found
                .push(format!("it is {rest:.0} higher than the screen"));
        }
        moves
    }

    /// Looks at one text, which may lie within keys.
    fn text(
        &mut self,
        item: &ItemRc,
        frame: Frame,
        within: &[usize],
        drawn: Pin<&impl RenderText>,
        text: SharedString,
    ) {
        let room = on_screen(item);
        if text.trim().is_empty() || room.is_empty() {
            return;
        }
        let needed = |orientation| {
            item.borrow()
                .as_ref()
                .layout_info(orientation, -1.0, &self.adapter, item)
        };
        let (wide, high) = (
            needed(Orientation::Horizontal),
            needed(Orientation::Vertical),
        );
        let wraps = drawn.wrap() != TextWrap::NoWrap;
        // What ends in dots is meant to.
        let elides = drawn.overflow() == TextOverflow::Elide;
        let least = if wraps { wide.min } else { wide.preferred };
        // Of a text of several lines the height of one, nearly.
        let lines = if wraps {
            (wide.preferred / room.size.width).ceil().max(1.0)
        } else {
            1.0
        };
        let line = high.preferred / lines;
        if !elides && least > room.size.width + ROUNDING + BESIDE * line {
            let (needs, has) = (least, room.size.width);
            self.found
                .push(format!("{text:?} is cut off: {needs:.0} wide in {has:.0}"));
        }
        if !elides && high.preferred > room.size.height + ROUNDING + AIR * line {
            let (needs, has) = (high.preferred, room.size.height);
            self.found
                .push(format!("{text:?} is cut off: {needs:.0} high in {has:.0}"));
        }
        let size = LogicalSize::new(
            wide.preferred.min(room.size.width),
            high.preferred.min(room.size.height),
        );
        let (across, down) = drawn.alignment();
        let left = room.size.width - size.width;
        let x = match across {
            TextHorizontalAlignment::Center => left / 2.0,
            TextHorizontalAlignment::Right | TextHorizontalAlignment::End => left,
            _ => 0.0,
        };
        let left = room.size.height - size.height;
        let y = match down {
            TextVerticalAlignment::Center => left / 2.0,
            TextVerticalAlignment::Bottom => left,
            _ => 0.0,
        };
        let corner = LogicalPoint::new(room.origin.x + x, room.origin.y + y);
        let letters = LogicalRect::new(corner, size).inflate(0.0, -AIR * line.min(size.height));
        let seen = letters.intersection(&frame.at).unwrap_or_default();
        let key = within.last().map(|key| self.keys[*key].whole);
        if key.is_some_and(|key| !key.inflate(ROUNDING, ROUNDING).contains_rect(&letters)) {
            self.found.push(format!("{text:?} leaves its key"));
        }
        if !fits(letters, seen, frame) {
            self.found.push(format!("{text:?} leaves its frame"));
        }
        self.words.push(Words { text, at: seen });
    }
}

fn on_screen(item: &ItemRc) -> LogicalRect {
    let room = item.geometry();
    LogicalRect::new(item.map_to_window(room.origin), room.size)
}
