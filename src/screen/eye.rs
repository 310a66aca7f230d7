//! What can be seen, looked at anew only after something has changed: looking at every element costs more than most of what a terminal does
//! for its people, and whoever waits for a screen looks many times a second.

use std::{cell::RefCell, pin::Pin, rc::Rc};

use i_slint_backend_testing::ElementRoot;
// Slint's own way to hear of changes, as its renderers do. It stands in no public interface; the testing backend beside it fixes the version.
use slint::{LogicalSize, private_unstable_api::re_exports::PropertyTracker};

use super::elements::{self, Seen};

thread_local! {
    /// The eye on this thread's window. A terminal has one.
    static EYE: RefCell<Eye> = RefCell::new(Eye {
        changes: Box::pin(PropertyTracker::default()),
        seen: Rc::default(),
    });
}

struct Eye {
    /// Hears of changes of everything the last look depended on.
    changes: Pin<Box<PropertyTracker>>,
    seen: Rc<[Seen]>,
}

/// Everything with a name or a mark in the window of this thread, in the order of drawing.
pub fn look(root: &impl ElementRoot, window: LogicalSize) -> Rc<[Seen]> {
    EYE.with_borrow_mut(|eye| {
        let anew = eye
            .changes
            .as_ref()
            .evaluate_if_dirty(|| elements::seen(root, window));
        if let Some(seen) = anew {
            eye.seen = seen.into();
        }
        Rc::clone(&eye.seen)
    })
}
