//! Pictures of every screen of the kiosk, gate and register in both languages, large text and high contrast, with no display.
//!
//! `cargo run --example gallery -- OUT [NAME]` writes `OUT/<screen>-<language>[-large|-contrast].png`; NAME picks screens that contain it.

mod gate;
mod giving;
mod kiosk;
mod register;
mod staff;
mod waiting;

use std::{env, fs::File, io::BufWriter, path::Path};

use anyhow::{Context, Result};
use i_slint_backend_testing::{TestingBackend, TestingBackendOptions};
use kippu::{
    adapters::{GateAdapter, KioskAdapter, RegisterAdapter},
    flows::facts::{Appearance, Language},
};
use slint::{ComponentHandle, PhysicalSize};

/// The kiosk's panel.
const WIDTH: u32 = 1080;
const HEIGHT: u32 = 1920;
/// The strip of virtual devices above it.
const DOCK: u32 = 160;

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let folder = arguments
        .next()
        .context("usage: gallery OUT [NAME]: where do the pictures go?")?;
    let wanted = arguments.next().unwrap_or_default();
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let backend = TestingBackend::new(TestingBackendOptions {
        mock_time: true,
        threading: false,
        renderer_name: Some("software".into()),
    });
    slint::platform::set_platform(Box::new(backend))?;

    for (suffix, appearance) in appearances() {
        let file = |name: &str| folder.join(format!("{name}-{suffix}.png"));
        for (name, view) in kiosk::views(appearance) {
            if name.contains(&wanted) {
                let window = kippu_ui::KioskWindow::new()?;
                let adapter = KioskAdapter::new(&window, |_| {});
                adapter.show(&view);
                let dock = if view.chrome.simulated.is_empty() {
                    0
                } else {
                    DOCK
                };
                save(window.window(), HEIGHT + dock, &file(name))?;
            }
        }
        for (name, view) in gate::views(appearance) {
            if name.contains(&wanted) {
                let window = kippu_ui::GateWindow::new()?;
                GateAdapter::new(&window, |_| {}).show(&view);
                save(window.window(), HEIGHT, &file(name))?;
            }
        }
        for (name, view) in register::views(appearance) {
            if name.contains(&wanted) {
                let window = kippu_ui::RegisterWindow::new()?;
                RegisterAdapter::new(&window, |_| {}).show(&view);
                save(window.window(), HEIGHT, &file(name))?;
            }
        }
    }
    Ok(())
}

fn appearances() -> [(&'static str, Appearance); 5] {
    let plain = |language| Appearance {
        language,
        ..Appearance::default()
    };
    let (ja, en) = (plain(Language::Japanese), plain(Language::English));
    let large = |appearance| Appearance {
        large_text: true,
        ..appearance
    };
    [
        ("en", en),
        ("ja", ja),
        ("en-large", large(en)),
        ("ja-large", large(ja)),
        (
            "ja-contrast",
            Appearance {
                high_contrast: true,
                ..ja
            },
        ),
    ]
}

/// Draws the window and writes what it shows.
fn save(window: &slint::Window, height: u32, file: &Path) -> Result<()> {
    window.show()?;
    window.set_size(PhysicalSize::new(WIDTH, height));
    // The first drawing makes the screen's parts, which ask for pictures of their size; the second shows them.
    window.take_snapshot()?;
    slint::platform::update_timers_and_animations();
    let picture = window.take_snapshot()?;
    let mut encoder = png::Encoder::new(
        BufWriter::new(File::create(file)?),
        picture.width(),
        picture.height(),
    );
    encoder.set_color(png::ColorType::Rgba);
    encoder
        .write_header()?
        .write_image_data(picture.as_bytes())?;
    window.hide()?;
    Ok(())
}
