//! The way back from devices to the flow: a queue that any thread fills and the event loop empties.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

/// Where inputs of a flow wait for the event loop. Clones are the same mailbox.
pub struct Mailbox<I> {
    queue: Arc<Mutex<VecDeque<I>>>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl<I> Clone for Mailbox<I> {
    fn clone(&self) -> Self {
        Self {
            queue: Arc::clone(&self.queue),
            wake: Arc::clone(&self.wake),
        }
    }
}

impl<I> Mailbox<I> {
    /// An empty mailbox; `wake` is called after every letter, on the sender's thread.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            queue: Arc::default(),
            wake: Arc::new(wake),
        }
    }

    /// Puts an input in and wakes the event loop.
    pub fn send(&self, input: I) {
        // A panic elsewhere leaves the queue whole: letters are put in and taken out one by one.
        self.queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back(input);
        (self.wake)();
    }

    /// The next input, oldest first.
    pub fn take(&self) -> Option<I> {
        self.queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    }
}
