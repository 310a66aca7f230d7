//! A device that is plugged in, pulled out and plugged in again while the terminal runs.

use std::{io, thread, time::Duration};

/// How often a device that is not there is looked for.
const AGAIN: Duration = Duration::from_secs(1);

/// Whether a device is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Presence {
    /// It was never seen since the terminal started.
    NeverThere,
    /// It works.
    There,
    /// It was there and is not any more.
    Gone,
}

/// A kind of device, and what is done with it.
pub(crate) trait Pluggable {
    /// The opened device.
    type Device;

    /// Looks for it and opens it.
    fn open(&mut self) -> io::Result<Self::Device>;

    /// Works with it until it is lost, and says how.
    fn attend(&mut self, device: Self::Device) -> io::Error;

    /// Its presence changed; the first call says how it stands at the start.
    fn tell(&mut self, presence: Presence);
}

/// Attends to a device on a thread of its own for as long as the process lives.
pub(crate) fn start(mut device: impl Pluggable + Send + 'static) {
    thread::spawn(move || {
        watch(&mut device, || {
            thread::sleep(AGAIN);
            true
        });
    });
}

/// Opens the device, attends to it, and does so again when it was lost. `wait` passes the time between two looks; false ends it.
pub(crate) fn watch(device: &mut impl Pluggable, mut wait: impl FnMut() -> bool) {
    let mut told = None;
    // The same complaint every second would fill the log.
    let mut complaint = String::new();
    loop {
        let error = match device.open() {
            Ok(opened) => {
                complaint.clear();
                told = Some(Presence::There);
                device.tell(Presence::There);
                device.attend(opened)
            }
            Err(error) => error,
        };
        if error.to_string() != complaint {
            complaint = error.to_string();
            tracing::warn!(%error, "a device is not there");
        }
        let now = match told {
            None | Some(Presence::NeverThere) => Presence::NeverThere,
            Some(Presence::There | Presence::Gone) => Presence::Gone,
        };
        if told != Some(now) {
            told = Some(now);
            device.tell(now);
        }
        if !wait() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Opens or not, in this order.
    struct Scripted {
        there: Vec<bool>,
        attended: usize,
        told: Vec<Presence>,
    }

    impl Pluggable for Scripted {
        type Device = ();

        fn open(&mut self) -> io::Result<()> {
            match self.there.remove(0) {
                true => Ok(()),
                false => Err(io::ErrorKind::NotFound.into()),
            }
        }

        fn attend(&mut self, (): ()) -> io::Error {
            self.attended += 1;
            io::ErrorKind::BrokenPipe.into()
        }

        fn tell(&mut self, presence: Presence) {
            self.told.push(presence);
        }
    }

    fn told(there: &[bool]) -> (Vec<Presence>, usize) {
        let mut device = Scripted {
            there: there.to_vec(),
            attended: 0,
            told: Vec::new(),
        };
        let mut looks = there.len();
        watch(&mut device, || {
            looks -= 1;
            looks > 0
        });
        (device.told, device.attended)
    }

    #[test]
    fn a_device_that_never_came_is_not_called_lost() {
        assert_eq!(told(&[false, false]), (vec![Presence::NeverThere], 0));
    }

    #[test]
    fn it_is_told_once_whenever_it_comes_and_goes() {
        use Presence::{Gone, NeverThere, There};
        assert_eq!(
            told(&[false, true, false, false, true]),
            (vec![NeverThere, There, Gone, There, Gone], 2)
        );
    }
}
