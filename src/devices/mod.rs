//! Devices and the platform as actors: a job goes in, typed news come out, and nothing here blocks the window.

pub mod cards;
pub mod clerks;
pub(crate) mod files;
pub mod gate;
pub mod keys;
#[cfg(debug_assertions)]
mod kill;
/// A release has no kill points: every port is itself.
#[cfg(not(debug_assertions))]
mod kill {
    pub(super) type Watched<T> = T;

    pub(super) fn watched<T>(port: T) -> T {
        port
    }

    pub(super) fn around<T>(_what: &str, work: impl FnOnce() -> T) -> T {
        work()
    }

    pub(super) async fn around_question<T>(
        _what: Option<&str>,
        question: impl Future<Output = T>,
    ) -> T {
        question.await
    }
}
pub mod mailbox;
pub mod payment;
pub mod platform;
pub mod printer;
pub mod register;
#[cfg(test)]
mod samples;
pub mod scanner;
pub mod staff_book;
pub mod stick;
pub mod tray;
pub mod vault;
