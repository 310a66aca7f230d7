//! Reports that wait, onto a USB stick: for a kiosk without network.

use super::Care;
use crate::flows::kiosk::{
    Desk, Phase, Step,
    effect::{CardJob, RequestNo},
    input::{CardNews, Input, StickFault},
    view::{self, FirstKey, Screen, StickState, Touch, Way},
};

pub(in crate::flows::kiosk) struct Stick {
    state: StickState,
    reports: usize,
    saving: Option<RequestNo>,
}

impl Stick {
    pub fn open(unsent: usize) -> Phase {
        Phase::Stick(Self {
            state: StickState::Insert,
            reports: unsent,
            saving: None,
        })
    }
}

impl Step for Stick {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Card {
                no,
                news: CardNews::Saved(saved),
            } if self.saving == Some(*no) => {
                self.saving = None;
                self.state = match saved {
                    Ok(reports) => {
                        self.reports = *reports;
                        StickState::Saved
                    }
                    Err(StickFault::Missing) => StickState::Missing,
                    Err(StickFault::Full) => StickState::Full,
                    Err(StickFault::NotWritable) => StickState::NotWritable,
                };
            }
            Input::Touch(_) if self.saving.is_some() => {}
            Input::Touch(Touch::SaveReports) => {
                self.saving = Some(desk.card(CardJob::SaveReports));
                self.state = StickState::Saving;
            }
            Input::Touch(Touch::First | Touch::Way(Way::Finish)) => return Care::open(None),
            _ => {}
        }
        Phase::Stick(self)
    }

    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::Stick(view::Stick {
            state: self.state,
            reports: self.reports,
        })
    }

    fn first_key(&self) -> FirstKey {
        match self.saving {
            Some(_) => FirstKey::None,
            None => FirstKey::Back,
        }
    }

    fn may_idle(&self) -> bool {
        self.saving.is_none()
    }
}
