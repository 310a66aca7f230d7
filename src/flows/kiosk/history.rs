//! What became of one ticket, as the platform was told by kiosks and gates.

use kippu_api::parcels::Passage;
use kippu_card::capability::CardContents;

use super::{
    Desk, Phase, Step,
    effect::{Ask, RequestNo},
    input::{Answer, Input, ReaderNews},
    my_card::MyCard,
    view::{self, FirstKey, HistoryRow, MyTicket, Screen, Touch, Way},
};

pub(super) struct History {
    contents: Box<CardContents>,
    ticket: MyTicket,
    passages: Vec<Passage>,
    asked: Option<RequestNo>,
    offline: bool,
}

impl History {
    pub fn open(contents: Box<CardContents>, ticket: MyTicket, desk: &mut Desk) -> Phase {
        let asked = Some(desk.ask(Ask::History(contents.uid)));
        Phase::History(Self {
            contents,
            ticket,
            passages: Vec::new(),
            asked,
            offline: false,
        })
    }
}

impl Step for History {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Platform { no, answer } if self.asked == Some(*no) => {
                self.asked = None;
                match &**answer {
                    Ok(Answer::History(passages)) => {
                        let ticket = self.ticket.id;
                        self.passages = passages
                            .iter()
                            .filter(|passage| passage.ticket == ticket)
                            .cloned()
                            .collect();
                    }
                    Ok(_) | Err(_) => self.offline = true,
                }
            }
            Input::Touch(Touch::First | Touch::Way(Way::Finish)) => {
                desk.abandon(self.asked);
                return MyCard::open(self.contents, self.offline);
            }
            Input::Reader(ReaderNews::Empty | ReaderNews::Lost) => {
                desk.abandon(self.asked);
                return desk.go_home();
            }
            _ => {}
        }
        Phase::History(self)
    }

    fn screen(&self, desk: &Desk) -> Screen {
        let row = |passage: &Passage| HistoryRow {
            what: passage.what,
            at: desk.here(passage.at),
            other_card: passage.other_card.clone(),
            terminal: passage.terminal.clone(),
            proved: passage.proved,
        };
        Screen::History(view::History {
            ticket: self.ticket.clone(),
            rows: self.passages.iter().map(row).collect(),
            offline: self.offline,
            busy: self.asked.is_some(),
        })
    }

    fn first_key(&self) -> FirstKey {
        FirstKey::Back
    }
}
