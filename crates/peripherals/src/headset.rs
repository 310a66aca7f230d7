//! The headset jack: the kernel reports as a switch whether a plug is in (`SW_HEADPHONE_INSERT`).
//!
//! What is said into a headset may be private, so a jack that cannot be watched any more counts as empty.

use std::io;

use evdev::raw_stream::RawDevice;
use evdev::{EventSummary, InputEvent, SwitchCode, SynchronizationCode};

use crate::{
    hot_plug::{self, Pluggable, Presence},
    input_device,
};

/// Watches the first jack of the machine for as long as the process lives. `tell` is called on a thread of its own, with whether a headset is
/// plugged in: once at the start where it is, then whenever it changes.
pub fn watch(tell: impl FnMut(bool) + Send + 'static) {
    hot_plug::start(Jack::new(open, tell));
}

fn open() -> io::Result<RawDevice> {
    let has_plug = |device: &RawDevice| {
        device
            .supported_switches()
            .is_some_and(|switches| switches.contains(SwitchCode::SW_HEADPHONE_INSERT))
    };
    input_device::first(
        has_plug,
        "no headset jack among the input devices this user may read",
    )
}

/// What is learned of the plug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plug {
    In,
    Out,
    /// The system lost events: the switch has to be asked.
    Ask,
}

/// Where the plug is heard of.
trait PlugSource {
    /// Whether it is in now.
    fn is_in(&self) -> io::Result<bool>;

    /// Waits for changes.
    fn next(&mut self) -> io::Result<Vec<Plug>>;
}

impl PlugSource for RawDevice {
    fn is_in(&self) -> io::Result<bool> {
        let switches = self.get_switch_state()?;
        Ok(switches.contains(SwitchCode::SW_HEADPHONE_INSERT))
    }

    fn next(&mut self) -> io::Result<Vec<Plug>> {
        Ok(self.fetch_events()?.filter_map(plug).collect())
    }
}

fn plug(event: InputEvent) -> Option<Plug> {
    match event.destructure() {
        EventSummary::Switch(_, SwitchCode::SW_HEADPHONE_INSERT, 0) => Some(Plug::Out),
        EventSummary::Switch(_, SwitchCode::SW_HEADPHONE_INSERT, _) => Some(Plug::In),
        EventSummary::Synchronization(_, SynchronizationCode::SYN_DROPPED, _) => Some(Plug::Ask),
        _ => None,
    }
}

struct Jack<O, T> {
    open: O,
    tell: T,
    /// What was told last.
    told: bool,
}

impl<O, T: FnMut(bool)> Jack<O, T> {
    fn new(open: O, tell: T) -> Self {
        Self {
            open,
            tell,
            told: false,
        }
    }

    fn set(&mut self, is_in: bool) {
        if self.told != is_in {
            self.told = is_in;
            (self.tell)(is_in);
        }
    }

    fn listen(&mut self, device: &mut impl PlugSource) -> io::Result<()> {
        let is_in = device.is_in()?;
        self.set(is_in);
        loop {
            for plug in device.next()? {
                let is_in = match plug {
                    Plug::In => true,
                    Plug::Out => false,
                    Plug::Ask => device.is_in()?,
                };
                self.set(is_in);
            }
        }
    }
}

impl<O, S, T> Pluggable for Jack<O, T>
where
    O: FnMut() -> io::Result<S>,
    S: PlugSource,
    T: FnMut(bool),
{
    type Device = S;

    fn open(&mut self) -> io::Result<S> {
        (self.open)()
    }

    fn attend(&mut self, mut device: S) -> io::Error {
        loop {
            match self.listen(&mut device) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return error,
                Ok(()) | Err(_) => {}
            }
        }
    }

    fn tell(&mut self, presence: Presence) {
        if presence != Presence::There {
            self.set(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use evdev::EventType;
    use std::collections::VecDeque;

    /// A jack whose plug is in or not when asked, and these changes; then it is lost.
    struct Played {
        is_in: bool,
        changes: VecDeque<Plug>,
    }

    impl PlugSource for Played {
        fn is_in(&self) -> io::Result<bool> {
            Ok(self.is_in)
        }

        fn next(&mut self) -> io::Result<Vec<Plug>> {
            let change = self.changes.pop_front();
            change
                .map(|change| vec![change])
                .ok_or_else(|| io::ErrorKind::NotConnected.into())
        }
    }

    fn told(jacks: Vec<Option<(bool, Vec<Plug>)>>) -> Vec<bool> {
        let mut looks = jacks.len();
        let mut jacks = VecDeque::from(jacks);
        let mut told = Vec::new();
        let open = || match jacks.pop_front().flatten() {
            Some((is_in, changes)) => Ok(Played {
                is_in,
                changes: changes.into(),
            }),
            None => Err(io::Error::from(io::ErrorKind::NotFound)),
        };
        hot_plug::watch(&mut Jack::new(open, |is_in| told.push(is_in)), || {
            looks -= 1;
            looks > 0
        });
        told
    }

    #[test]
    fn a_headset_that_is_in_at_the_start_is_told() {
        assert_eq!(told(vec![Some((true, vec![Plug::Out]))]), [true, false]);
        assert_eq!(told(vec![Some((false, vec![]))]), [] as [bool; 0]);
    }

    #[test]
    fn changes_are_told_once() {
        let changes = vec![Plug::In, Plug::In, Plug::Out, Plug::Out];
        assert_eq!(told(vec![Some((false, changes))]), [true, false]);
    }

    #[test]
    fn a_jack_that_is_lost_counts_as_empty_and_is_asked_when_it_is_back() {
        assert_eq!(
            told(vec![
                None,
                Some((false, vec![Plug::In])),
                None,
                Some((true, vec![]))
            ]),
            [true, false, true, false]
        );
    }

    #[test]
    fn after_lost_events_the_switch_is_asked() {
        assert_eq!(
            told(vec![Some((true, vec![Plug::Out, Plug::Ask]))]),
            [true, false, true, false]
        );
    }

    #[test]
    fn the_kernels_events_are_understood() {
        let of =
            |kind: EventType, code: u16, value: i32| plug(InputEvent::new(kind.0, code, value));
        let headphone = SwitchCode::SW_HEADPHONE_INSERT.0;
        assert_eq!(of(EventType::SWITCH, headphone, 1), Some(Plug::In));
        assert_eq!(of(EventType::SWITCH, headphone, 0), Some(Plug::Out));
        let microphone = SwitchCode::SW_MICROPHONE_INSERT.0;
        assert_eq!(of(EventType::SWITCH, microphone, 1), None);
        assert_eq!(of(EventType::SYNCHRONIZATION, 0, 0), None);
        assert_eq!(of(EventType::SYNCHRONIZATION, 3, 0), Some(Plug::Ask));
    }
}
