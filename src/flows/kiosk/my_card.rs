//! Tickets on the card, page by page. Gone from the screen as soon as the card is.

use kippu_card::capability::CardContents;

use super::{
    Desk, Phase, Step,
    input::{Input, ReaderNews},
    view::{self, FirstKey, Screen, TICKETS_A_PAGE, Touch, Turn, Way},
    words,
};

pub(super) struct MyCard {
    contents: Box<CardContents>,
    offline: bool,
    page: usize,
}

impl MyCard {
    pub fn open(contents: Box<CardContents>, offline: bool) -> Phase {
        Phase::MyCard(Self {
            contents,
            offline,
            page: 0,
        })
    }

    fn pages(&self) -> usize {
        words::my_tickets(&self.contents)
            .len()
            .div_ceil(TICKETS_A_PAGE)
            .max(1)
    }
}

impl Step for MyCard {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Touch(Touch::First | Touch::Way(Way::Finish)) => return desk.go_home(),
            // Whoever takes the card takes what it says along.
            Input::Reader(ReaderNews::Empty | ReaderNews::Lost) => return desk.go_home(),
            Input::Touch(Touch::Page(Turn::Up)) => self.page = self.page.saturating_sub(1),
            Input::Touch(Touch::Page(Turn::Down)) => {
                self.page = (self.page + 1).min(self.pages() - 1)
            }
            _ => {}
        }
        Phase::MyCard(self)
    }

    fn screen(&self, _desk: &Desk) -> Screen {
        let tickets = words::my_tickets(&self.contents);
        Screen::MyCard(view::MyCard {
            ending: words::ending(self.contents.uid),
            count: tickets.len(),
            page: self.page,
            pages: self.pages(),
            places: words::places(&self.contents),
            offline: self.offline,
            tickets: tickets
                .into_iter()
                .skip(self.page * TICKETS_A_PAGE)
                .take(TICKETS_A_PAGE)
                .collect(),
        })
    }

    fn first_key(&self) -> FirstKey {
        FirstKey::Back
    }
}
