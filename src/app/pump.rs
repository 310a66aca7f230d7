//! The event loop's side of a terminal: inputs from every thread are taken one by one, the view is shown when none is left.

use std::{
    cell::RefCell,
    rc::Rc,
    time::{Duration, Instant},
};

use kippu_service::{Health, Pulse};

use crate::devices::mailbox::Mailbox;

/// How often the flow hears the clock.
const TICK: Duration = Duration::from_millis(250);

/// A flow with its window and devices.
pub(super) trait Terminal: 'static {
    /// What its flow takes.
    type Input: Send + 'static;

    /// The clock's input.
    fn tick() -> Self::Input;

    /// Takes an input and does what it leads to.
    fn take(&mut self, input: Self::Input);

    /// Shows the flow's view.
    fn show(&mut self);

    /// How it stands, for the system that started it.
    fn health(&self) -> Health;
}

thread_local! {
    /// What empties the mailbox; lives on the event loop's thread.
    static PUMP: RefCell<Option<Rc<dyn Fn()>>> = const { RefCell::new(None) };
}

/// A mailbox whose letters wake the event loop.
pub(super) fn mailbox<I: Send + 'static>() -> Mailbox<I> {
    Mailbox::new(|| {
        // Before the loop runs and after it ended, letters wait or nobody needs them.
        let _ = slint::invoke_from_event_loop(|| {
            let pump = PUMP.with(|pump| pump.borrow().clone());
            if let Some(pump) = pump {
                pump();
            }
        });
    })
}

/// Runs the event loop until the window is closed or the hand quits. systemd hears of this thread's own ticks: a screen that hangs is started again.
///
/// # Errors
/// The window system fails.
pub(super) fn run<T: Terminal>(
    mut terminal: T,
    mailbox: Mailbox<T::Input>,
) -> Result<(), slint::PlatformError> {
    terminal.show();
    let terminal = Rc::new(RefCell::new(terminal));
    let (inbox, of_tick) = (mailbox.clone(), Rc::clone(&terminal));
    let pump = move || {
        // Touches come through the mailbox too, so the terminal is never entered twice.
        let mut terminal = terminal.borrow_mut();
        let mut taken = false;
        while let Some(input) = inbox.take() {
            terminal.take(input);
            taken = true;
        }
        if taken {
            terminal.show();
        }
    };
    PUMP.with(|slot| *slot.borrow_mut() = Some(Rc::new(pump)));
    let timer = slint::Timer::default();
    let pulse = Rc::new(RefCell::new(Pulse::of_this_process()));
    let of_timer = Rc::clone(&pulse);
    timer.start(slint::TimerMode::Repeated, TICK, move || {
        mailbox.send(T::tick());
        of_timer
            .borrow_mut()
            .tick(Instant::now(), || of_tick.borrow().health());
    });
    let ended = slint::run_event_loop_until_quit();
    pulse.borrow().stop();
    PUMP.with(|slot| *slot.borrow_mut() = None);
    ended
}
