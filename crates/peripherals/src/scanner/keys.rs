//! A scanner that acts as a keyboard, by the kernel's input events. It is grabbed: nobody else, the window system included, gets its keys.

use std::{io, time::SystemTime};

use evdev::{EventSummary, InputEvent, SynchronizationCode, raw_stream::RawDevice};

use super::{KeyDecoder, KeyEvent, ScannerNews, ScannerPlace, Stroke};
use crate::hot_plug::{self, Pluggable, Presence};

/// Values of a key's event (Linux `input-event-codes`, `EV_KEY`); 2, a key that is held, writes nothing on a scanner.
const RELEASED: i32 = 0;
const PRESSED: i32 = 1;

/// Listens to a scanner for as long as the process lives, whenever it is plugged in. `tell` is called on a thread of its own.
pub fn listen(place: ScannerPlace, tell: impl FnMut(ScannerNews) + Send + 'static) {
    let open = move || {
        let mut device = place.open()?;
        device.grab()?;
        tracing::info!(name = device.name().unwrap_or("without a name"), "scanner");
        Ok(device)
    };
    hot_plug::start(Scanner { open, tell });
}

/// Where strokes come from.
trait KeySource {
    /// Waits for the next ones. An error means that the device is lost.
    fn next(&mut self) -> io::Result<Vec<KeyEvent>>;
}

impl KeySource for RawDevice {
    fn next(&mut self) -> io::Result<Vec<KeyEvent>> {
        Ok(self.fetch_events()?.filter_map(key_event).collect())
    }
}

fn key_event(event: InputEvent) -> Option<KeyEvent> {
    let stroke = match event.destructure() {
        EventSummary::Key(_, key, PRESSED) => Stroke::Down(key),
        EventSummary::Key(_, key, RELEASED) => Stroke::Up(key),
        EventSummary::Synchronization(_, SynchronizationCode::SYN_DROPPED, _) => Stroke::Lost,
        _ => return None,
    };
    let since = event.timestamp().duration_since(SystemTime::UNIX_EPOCH);
    Some(KeyEvent {
        // A clock before 1970 stands still: then only Enter divides the scans.
        at: since.unwrap_or_default(),
        stroke,
    })
}

/// How its device is opened, and who is told.
struct Scanner<O, T> {
    open: O,
    tell: T,
}

impl<O, S, T> Pluggable for Scanner<O, T>
where
    O: FnMut() -> io::Result<S>,
    S: KeySource,
    T: FnMut(ScannerNews),
{
    type Device = S;

    fn open(&mut self) -> io::Result<S> {
        (self.open)()
    }

    fn attend(&mut self, mut device: S) -> io::Error {
        // Made anew with the device: half a scan from before it was pulled out is nothing.
        let mut decoder = KeyDecoder::default();
        loop {
            match device.next() {
                Ok(events) => {
                    for event in events {
                        if let Some(text) = decoder.take(event) {
                            (self.tell)(ScannerNews::Text(text));
                        }
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return error,
            }
        }
    }

    fn tell(&mut self, presence: Presence) {
        (self.tell)(ScannerNews::Presence(presence));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use evdev::{EventType, KeyCode};
    use std::{collections::VecDeque, time::Duration};

    /// Gives these strokes, then is pulled out.
    struct Played(VecDeque<Vec<KeyEvent>>);

    impl KeySource for Played {
        fn next(&mut self) -> io::Result<Vec<KeyEvent>> {
            self.0
                .pop_front()
                .ok_or_else(|| io::ErrorKind::NotConnected.into())
        }
    }

    fn strokes(from: u64, keys: &[KeyCode]) -> Vec<KeyEvent> {
        keys.iter()
            .zip(from..)
            .map(|(key, at)| KeyEvent {
                at: Duration::from_millis(at),
                stroke: Stroke::Down(*key),
            })
            .collect()
    }

    #[test]
    fn it_is_heard_again_after_it_was_pulled_out_and_half_a_scan_is_forgotten() {
        let pulled_out = Played([strokes(0, &[KeyCode::KEY_1, KeyCode::KEY_2])].into());
        let back = Played([strokes(5, &[KeyCode::KEY_3, KeyCode::KEY_ENTER])].into());
        let mut devices = VecDeque::from([None, Some(pulled_out), None, Some(back)]);
        let mut news = Vec::new();
        let mut looks = devices.len();
        let mut scanner = Scanner {
            open: || {
                let device = devices.pop_front().flatten();
                device.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
            },
            tell: |one| news.push(one),
        };
        hot_plug::watch(&mut scanner, || {
            looks -= 1;
            looks > 0
        });
        assert_eq!(
            news,
            [
                ScannerNews::Presence(Presence::NeverThere),
                ScannerNews::Presence(Presence::There),
                ScannerNews::Presence(Presence::Gone),
                ScannerNews::Presence(Presence::There),
                ScannerNews::Text("3".into()),
                ScannerNews::Presence(Presence::Gone),
            ]
        );
    }

    #[test]
    fn the_kernels_events_are_strokes() {
        let stroke = |kind: EventType, code: u16, value: i32| {
            key_event(InputEvent::new(kind.0, code, value)).map(|event| event.stroke)
        };
        let a = KeyCode::KEY_A;
        assert_eq!(stroke(EventType::KEY, a.0, 1), Some(Stroke::Down(a)));
        assert_eq!(stroke(EventType::KEY, a.0, 0), Some(Stroke::Up(a)));
        assert_eq!(stroke(EventType::KEY, a.0, 2), None, "held");
        assert_eq!(stroke(EventType::MISC, 4, 0x7001E), None);
        assert_eq!(stroke(EventType::SYNCHRONIZATION, 0, 0), None);
        assert_eq!(stroke(EventType::SYNCHRONIZATION, 3, 0), Some(Stroke::Lost));
    }
}
