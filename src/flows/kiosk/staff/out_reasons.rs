//! Why is this kiosk to serve nobody?

use super::Care;
use crate::flows::kiosk::{
    Desk, Phase, Step,
    input::Input,
    view::{Screen, Touch, Way},
};

pub(in crate::flows::kiosk) struct OutReasons;

impl OutReasons {
    pub fn open() -> Phase {
        Phase::OutReasons(Self)
    }
}

impl Step for OutReasons {
    fn step(self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Touch(Touch::OutFor(reason)) => {
                desk.take_out(*reason);
                Care::open(None)
            }
            Input::Touch(Touch::First | Touch::Way(Way::Finish)) => Care::open(None),
            _ => Phase::OutReasons(self),
        }
    }

    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::OutReasons
    }
}
