//! The kiosk's window: its flow's view in, touches out.

mod browse;
mod card;
mod care;
mod chrome;
mod giving;
mod pay;
mod seats;
mod staff;
#[cfg(test)]
mod tests;
mod trouble;
mod waiting;

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
        giving::connect(window, &link);
        waiting::connect(window, &link);
        staff::connect(window, &link);
        care::connect(window, &link);
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
            Screen::PayChoice(choice) => pay::show_choice(&window.global(), choice),
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
            Screen::Choose(choose) => giving::show_choose(&window.global(), choose, language),
            Screen::Confirm(confirm) => giving::show_confirm(&window.global(), confirm, language),
            Screen::Swap(swap) => giving::show_swap(&window.global(), swap),
            Screen::HandedOver(over) => giving::show_handed_over(&window.global(), over, language),
            Screen::KeptCode(kept) => giving::show_kept_code(&window.global(), kept),
            Screen::RefundDue(due) => giving::show_refund_due(&window.global(), due),
            Screen::PrintingTickets(printing) => giving::show_printing(&window.global(), *printing),
            Screen::PaperDone(done) => giving::show_paper_done(&window.global(), done),
            Screen::PickUp(pick_up) => waiting::show_pick_up(&window.global(), pick_up, language),
            Screen::History(history) => waiting::show_history(&window.global(), history, language),
            Screen::ClerkEntry(entry) => staff::show_clerk(&window.global(), entry),
            Screen::OpenHandovers(list) => staff::show_list(&window.global(), list, language),
            Screen::OneHandover(one) => staff::show_one(&window.global(), one, language),
            Screen::PaperQuestion(question) => {
                staff::show_paper(&window.global(), question, language)
            }
            Screen::Stick(stick) => staff::show_stick(&window.global(), stick),
            Screen::Care(care) => care::show_care(&window.global(), care),
            Screen::NewRoll(state) => care::show_new_roll(&window.global(), *state),
            Screen::OutReasons => ui::Screen::OutReasons,
            Screen::OwnCard(state) => care::show_own_card(&window.global(), *state),
        };
        window.global::<ui::Theme>().set_staff(screen.is_staff());
        window.global::<ui::Shown>().set_screen(shown);
    }
}
