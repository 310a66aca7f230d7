//! The kiosk's window: its flow's view in, touches out.

mod browse;
mod card;
mod chrome;
mod interrupted;
mod pay;
mod seats;
#[cfg(test)]
mod tests;
mod trouble;

use std::{cell::RefCell, rc::Rc};

use kippu_ui as ui;
use slint::ComponentHandle;

use crate::flows::{
    facts::Language,
    kiosk::view::{Screen, Touch, View},
};
use seats::SeatPicture;

/// Connects a kiosk's window with its flow.
pub struct KioskAdapter {
    window: slint::Weak<ui::KioskWindow>,
    link: Rc<Link>,
    seats: Rc<RefCell<SeatPicture>>,
}

/// What callbacks need: where touches go, and the view they were made on.
struct Link {
    send: Box<dyn Fn(Touch)>,
    view: RefCell<Option<View>>,
}

impl Link {
    /// Sends a touch; no borrow is held, because the flow may answer with a new view at once.
    fn send(&self, touch: Touch) {
        (self.send)(touch);
    }

    /// Sends what `touch` makes of the screen that is shown.
    fn send_of(&self, touch: impl FnOnce(&Screen) -> Option<Touch>) {
        let touch = self
            .view
            .borrow()
            .as_ref()
            .and_then(|view| touch(&view.screen));
        if let Some(touch) = touch {
            self.send(touch);
        }
    }
}

/// Makes a callback that sends one fixed touch.
fn sends(link: &Rc<Link>, touch: Touch) -> impl Fn() + 'static {
    let link = Rc::clone(link);
    move || link.send(touch.clone())
}

impl KioskAdapter {
    /// Connects the window's callbacks; `send` is called on the event loop's thread.
    pub fn new(window: &ui::KioskWindow, send: impl Fn(Touch) + 'static) -> Self {
        let link = Rc::new(Link {
            send: Box::new(send),
            view: RefCell::new(None),
        });
        let seats = Rc::new(RefCell::new(SeatPicture::default()));
        chrome::connect(&window.global(), &link);
        browse::connect(window, &link);
        seats::connect(window, &link, &seats);
        pay::connect(window, &link);
        card::connect(window, &link);
        trouble::connect(window, &link);
        interrupted::connect(&window.global(), &link);
        Self {
            window: window.as_weak(),
            link,
            seats,
        }
    }

    /// Shows a view. Nothing happens once the window is gone.
    pub fn show(&self, view: &View) {
        let Some(window) = self.window.upgrade() else {
            return;
        };
        let language = view.chrome.appearance.language;
        chrome::show(&window, view);
        self.show_screen(&window, &view.screen, view, language);
        *self.link.view.borrow_mut() = Some(view.clone());
    }

    fn show_screen(
        &self,
        window: &ui::KioskWindow,
        screen: &Screen,
        view: &View,
        language: Language,
    ) {
        let shown = match screen {
            Screen::Home(home) => browse::show_home(&window.global(), home, language),
            Screen::Events(events) => browse::show_events(&window.global(), events, language),
            Screen::Seats(seats) => {
                self.seats
                    .borrow_mut()
                    .show(window, seats, view.chrome.appearance)
            }
            Screen::Best(best) => browse::show_best(&window.global(), best),
            Screen::Check(check) => pay::show_check(&window.global(), check, language),
            Screen::LayCard(lay) => card::show_lay(&window.global(), lay, language),
            Screen::CheckingCard(checking) => card::show_checking(&window.global(), checking),
            Screen::OpenOrders(orders) => pay::show_open_orders(&window.global(), orders, language),
            Screen::Slip(slip) => pay::show_slip(&window.global(), slip, language),
            Screen::SlipEntry(entry) => pay::show_entry(&window.global(), entry),
            Screen::Writing(writing) => card::show_writing(&window.global(), writing),
            Screen::Done(done) => card::show_done(&window.global(), done, language),
            Screen::MyCard(card) => card::show_my_card(&window.global(), card, language),
            Screen::SlipResult(result) => {
                trouble::show_slip_result(&window.global(), result, language)
            }
            Screen::TooFull(full) => trouble::show_too_full(&window.global(), full, language),
            Screen::Trouble(trouble) => trouble::show_trouble(&window.global(), trouble, language),
            Screen::Interrupted(interrupted) => {
                interrupted::show(&window.global(), interrupted, language)
            }
        };
        window
            .global::<ui::Theme>()
            .set_staff(matches!(screen, Screen::Interrupted(_)));
        window.global::<ui::Shown>().set_screen(shown);
    }
}
