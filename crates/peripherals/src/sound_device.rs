//! The sound card that chimes and speech share the way to: missing or lost, it is looked for again before each sound.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use rodio::{DeviceSinkBuilder, DeviceSinkError, MixerDeviceSink, mixer::Mixer};

/// The default device.
pub(crate) struct SoundDevice {
    device: Option<MixerDeviceSink>,
    lost: Arc<AtomicBool>,
}

impl SoundDevice {
    /// Opens the default device; with none it stays silent and says so.
    pub fn open() -> Self {
        let mut device = Self {
            device: None,
            lost: Arc::new(AtomicBool::new(false)),
        };
        device.ready();
        device
    }

    /// The device's mixer, where there is a device; and whether it is another one than the last time.
    pub fn ready(&mut self) -> Option<(&Mixer, bool)> {
        if self.lost.swap(false, Ordering::SeqCst) {
            self.device = None;
        }
        let anew = self.device.is_none();
        if anew {
            match open(self.lost.clone()) {
                Ok(device) => self.device = Some(device),
                Err(error) => tracing::warn!(%error, "no sound"),
            }
        }
        self.device.as_ref().map(|device| (device.mixer(), anew))
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
