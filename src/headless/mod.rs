//! Without a display: the real windows drawn in memory by the software renderer, touched by the hand.

mod command;
mod hand;
mod keys;

use anyhow::{Context, Result};
use i_slint_backend_testing::{TestingBackend, TestingBackendOptions};
use kippu_peripherals::speech::MemorySpeechHandle;
use slint::{ComponentHandle, LogicalSize};

use crate::app::Common;

/// What stands in for a loudspeaker and a headset.
pub struct Ears {
    /// What is said.
    pub speech: MemorySpeechHandle,
    /// Plugs a headset in, or pulls it out.
    pub headset: Box<dyn Fn(bool) + Send>,
}

/// A portrait panel with the tray of virtual devices above it.
const PANEL: LogicalSize = LogicalSize {
    width: 1080.0,
    height: 2080.0,
};

/// Chooses where windows are drawn. To be called before the first window is made.
///
/// # Errors
/// A window system was chosen before.
pub fn prepare(headless: bool) -> Result<()> {
    if !headless {
        return Ok(());
    }
    let backend = TestingBackend::new(TestingBackendOptions {
        mock_time: false,
        threading: true,
        renderer_name: Some("software".into()),
    });
    slint::platform::set_platform(Box::new(backend)).context("drawing in memory")
}

/// Shows a terminal's window on the screen, in a window or in memory, where the hand has these ears.
///
/// # Errors
/// The window system fails.
pub fn show<W: ComponentHandle + i_slint_backend_testing::ElementRoot + 'static>(
    window: &W,
    common: &Common,
    ears: Option<Ears>,
) -> Result<()> {
    window.show()?;
    if common.headless {
        window.window().set_size(PANEL);
        hand::start(window.as_weak(), ears);
    } else {
        window.window().set_fullscreen(!common.windowed);
        window
            .window()
            .on_close_requested(|| slint::CloseRequestResponse::HideWindow);
    }
    Ok(())
}
