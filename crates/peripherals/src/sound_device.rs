//! The sound card that chimes and speech share: missing or lost, it is opened again when something shall be heard, at most once a second.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rodio::{DeviceSinkBuilder, DeviceSinkError, MixerDeviceSink, mixer::Mixer};

use crate::chime::SoundCondition;

/// Looking for a card that is not there costs milliseconds, and some sound servers take longer to say so.
const AGAIN: Duration = Duration::from_secs(1);

/// The default sound card. Clones are the same one.
#[derive(Clone)]
pub struct Loudspeaker(Arc<Mutex<Reopened<MixerDeviceSink>>>);

impl Loudspeaker {
    /// Opens the default card; with none it stays silent and says so.
    pub fn open() -> Self {
        let speaker = Self(Arc::default());
        speaker.mixer();
        speaker
    }

    /// Whether sound goes out, as far as is known: a card that is back is found when something shall be heard.
    pub fn condition(&self) -> SoundCondition {
        match self.lock().is_there() {
            true => SoundCondition::Sounding,
            false => SoundCondition::Silent,
        }
    }

    /// Where sound is mixed, where there is a card; and how often it was opened: what played on an earlier one is not heard any more.
    pub(crate) fn mixer(&self) -> Option<(Mixer, u64)> {
        let mut device = self.lock();
        let (sink, opened) = device.ready(Instant::now(), open)?;
        Some((sink.mixer().clone(), opened))
    }

    fn lock(&self) -> MutexGuard<'_, Reopened<MixerDeviceSink>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open(lost: Arc<AtomicBool>) -> Result<MixerDeviceSink, DeviceSinkError> {
    let on_error = move |error| {
        tracing::warn!(%error, "sound device");
        lost.store(true, Ordering::SeqCst);
    };
    let mut device = DeviceSinkBuilder::from_default_device()?
        .with_error_callback(on_error)
        .open_sink_or_fallback()?;
    device.log_on_drop(false);
    Ok(device)
}

/// A device that is opened again after it was lost.
struct Reopened<D> {
    device: Option<D>,
    /// Raised by the device that is open now; an earlier one raises another flag.
    lost: Arc<AtomicBool>,
    tried: Option<Instant>,
    opened: u64,
}

impl<D> Default for Reopened<D> {
    fn default() -> Self {
        Self {
            device: None,
            lost: Arc::default(),
            tried: None,
            opened: 0,
        }
    }
}

impl<D> Reopened<D> {
    fn is_there(&self) -> bool {
        self.device.is_some() && !self.lost.load(Ordering::SeqCst)
    }

    /// The device, opened where it is not; `open` is given the flag to raise when it is lost.
    fn ready<E: std::fmt::Display>(
        &mut self,
        now: Instant,
        open: impl FnOnce(Arc<AtomicBool>) -> Result<D, E>,
    ) -> Option<(&D, u64)> {
        if !self.is_there() {
            self.device = None;
            let waits = |tried: Instant| now.saturating_duration_since(tried) < AGAIN;
            if !self.tried.is_some_and(waits) {
                self.tried = Some(now);
                self.lost = Arc::default();
                match open(self.lost.clone()) {
                    Ok(device) => {
                        self.opened += 1;
                        self.device = Some(device);
                    }
                    Err(error) => tracing::warn!(%error, "no sound"),
                }
            }
        }
        self.device.as_ref().map(|device| (device, self.opened))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine whose card can be pulled out.
    #[derive(Default)]
    struct Machine {
        reopened: Reopened<&'static str>,
        has_card: bool,
        tries: usize,
        lost: Option<Arc<AtomicBool>>,
    }

    impl Machine {
        fn ready(&mut self, now: Instant) -> Option<u64> {
            let ready = self.reopened.ready(now, |lost| {
                self.tries += 1;
                self.lost = Some(lost);
                match self.has_card {
                    true => Ok("card"),
                    false => Err("no card"),
                }
            });
            ready.map(|(_, opened)| opened)
        }

        fn lose(&mut self) {
            let lost = self.lost.take().expect("a card is open");
            lost.store(true, Ordering::SeqCst);
        }
    }

    #[test]
    fn a_card_that_is_lost_is_opened_again_for_the_next_sound() {
        let start = Instant::now();
        let mut machine = Machine {
            has_card: true,
            ..Machine::default()
        };
        assert_eq!(machine.ready(start), Some(1));
        assert_eq!(machine.ready(start), Some(1), "still the same");
        assert_eq!(machine.tries, 1);

        machine.lose();
        assert!(!machine.reopened.is_there());
        assert_eq!(machine.ready(start + AGAIN), Some(2));
        assert!(machine.reopened.is_there());
    }

    #[test]
    fn a_card_that_is_missing_is_looked_for_once_a_second() {
        let start = Instant::now();
        let mut machine = Machine::default();
        for milliseconds in [0, 1, 500, 999] {
            let now = start + Duration::from_millis(milliseconds);
            assert_eq!(machine.ready(now), None);
        }
        assert_eq!(machine.tries, 1);
        machine.has_card = true;
        assert_eq!(machine.ready(start + AGAIN), Some(1));
    }

    #[test]
    fn a_card_that_dies_at_once_is_not_opened_over_and_over() {
        let start = Instant::now();
        let mut machine = Machine {
            has_card: true,
            ..Machine::default()
        };
        machine.ready(start);
        machine.lose();
        assert_eq!(machine.ready(start), None);
        assert_eq!(machine.tries, 1);
    }

    #[test]
    fn a_late_complaint_of_an_earlier_card_is_not_about_the_present_one() {
        let start = Instant::now();
        let mut machine = Machine {
            has_card: true,
            ..Machine::default()
        };
        machine.ready(start);
        let earlier = machine.lost.clone().expect("a card is open");
        machine.lose();
        machine.ready(start + AGAIN);
        earlier.store(true, Ordering::SeqCst);
        assert!(machine.reopened.is_there());
    }
}
