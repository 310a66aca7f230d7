//! Pictures of every screen of the kiosk, gate and register in both languages and the pseudo-language, in all sizes of text and both contrasts,
//! those of the kiosk on a lying panel, too, with no display. Fails where words are cut off or lie over each other, or keys are too small or lie over each other ([`faults`]).
//!
//! `gallery OUT [NAME]` writes `OUT/<screen>-<language>[-large][-contrast].png`; NAME picks screens that contain it.
//! `gallery --sheets OUT [NAME [PANEL]]` writes all screens small onto one picture for each way of drawing them; PANEL is `upright` or `lying`.

mod faults;
mod gate;
mod giving;
mod kiosk;
mod register;
mod sheet;
mod staff;
mod waiting;

use std::{env, fs::File, io::BufWriter, path::Path};

use anyhow::{Context, Result, bail, ensure};
use i_slint_backend_testing::{TestingBackend, TestingBackendOptions};
use kippu::{
    adapters::{GateAdapter, KioskAdapter, RegisterAdapter},
    flows::facts::{Appearance, Language, TextSize},
};
use slint::{ComponentHandle, PhysicalSize, Rgba8Pixel, SharedPixelBuffer};

use sheet::Sheet;

/// What a window looks like.
type Picture = SharedPixelBuffer<Rgba8Pixel>;

/// The pseudo-language's folder of translations, made by `ui/build.rs`.
const PSEUDO: &str = "en-XA";
/// Screens that may be higher than the panel in Japanese or English too.
const LONG: [&str; 1] = ["register-unknown"];
/// 20 mm on the kiosk's panel: 4 pixels are 1 mm.
const FINGER: f32 = 80.0;
/// A panel, upright as most kiosks have it or lying.
type Panel = (u32, u32);
const UPRIGHT: Panel = (1080, 1920);
const LYING: Panel = (1920, 1080);
/// The strip of virtual devices above it.
const DOCK: u32 = 160;

fn main() -> Result<()> {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    let sheets = arguments.first().is_some_and(|first| first == "--sheets");
    arguments.drain(..usize::from(sheets));
    let usage = "usage: gallery [--sheets] OUT [NAME [PANEL]]: where do the pictures go?";
    let folder = arguments.first().context(usage)?;
    let folder = Path::new(folder);
    let wanted = arguments.get(1).map_or("", String::as_str);
    let panels: &[Panel] = match arguments.get(2).map(String::as_str) {
        None => &[UPRIGHT, LYING],
        Some("upright") => &[UPRIGHT],
        Some("lying") => &[LYING],
        Some(other) => bail!("{other:?} is no panel: upright or lying"),
    };
    std::fs::create_dir_all(folder)?;
    let backend = TestingBackend::new(TestingBackendOptions {
        mock_time: true,
        threading: false,
        renderer_name: Some("software".into()),
    });
    slint::platform::set_platform(Box::new(backend))?;

    let (mut drawn, mut wrong) = (0, 0);
    for style in styles() {
        if !panels.contains(&style.panel) {
            continue;
        }
        let mut sheet = Sheet::new(style.panel);
        for (name, window) in windows(&style, wanted)? {
            if style.pseudo {
                slint::select_bundled_translation(PSEUDO)?;
            }
            let picture = window.draw(style.panel)?;
            drawn += 1;
            let may_move = style.may_move() || LONG.contains(&name);
            for fault in faults::of(window.shown(), FINGER, window.dock(), may_move) {
                wrong += 1;
                println!("{name}-{}: {fault}", style.suffix);
            }
            if sheets {
                sheet.add(&picture);
            } else {
                let file = folder.join(format!("{name}-{}.png", style.suffix));
                save(&file, picture.width(), picture.height(), picture.as_bytes())?;
            }
            window.shown().hide()?;
        }
        if sheets {
            let (width, height, bytes) = sheet.finish();
            let file = folder.join(format!("sheet-{}.png", style.suffix));
            save(&file, width, height, &bytes)?;
        }
    }
    println!("{drawn} screens drawn, {wrong} faults");
    ensure!(drawn > 0, "no screen has {wanted:?} in its name");
    ensure!(wrong == 0, "{wrong} faults");
    Ok(())
}

/// A window that was made for one picture.
enum Shown {
    Kiosk(kippu_ui::KioskWindow, u32),
    Gate(kippu_ui::GateWindow),
    Register(kippu_ui::RegisterWindow),
}

impl Shown {
    fn shown(&self) -> &slint::Window {
        match self {
            Self::Kiosk(window, _) => window.window(),
            Self::Gate(window) => window.window(),
            Self::Register(window) => window.window(),
        }
    }

    /// Height of the virtual devices above the panel.
    fn dock(&self) -> u32 {
        match self {
            Self::Kiosk(_, dock) => *dock,
            Self::Gate(_) | Self::Register(_) => 0,
        }
    }

    fn draw(&self, (width, height): Panel) -> Result<Picture> {
        let height = height + self.dock();
        let window = self.shown();
        window.show()?;
        window.set_size(PhysicalSize::new(width, height));
        // The panel's layout follows its size; then the first drawing makes the screen's parts, which ask for pictures of their size, and the second
        // shows them.
        slint::platform::update_timers_and_animations();
        window.take_snapshot()?;
        slint::platform::update_timers_and_animations();
        Ok(window.take_snapshot()?)
    }
}

/// Every screen whose name has this in it; lying panels and the largest text are the kiosk's alone.
fn windows(style: &Style, wanted: &str) -> Result<Vec<(&'static str, Shown)>> {
    let appearance = style.appearance;
    let mut windows = Vec::new();
    for (name, view) in kiosk::views(appearance) {
        if name.contains(wanted) {
            let window = kippu_ui::KioskWindow::new()?;
            KioskAdapter::new(&window, |_| {}).show(&view);
            let dock = if view.chrome.simulated.is_empty() {
                0
            } else {
                DOCK
            };
            windows.push((name, Shown::Kiosk(window, dock)));
        }
    }
    if style.panel == LYING || appearance.text == TextSize::Largest {
        return Ok(windows);
    }
    for (name, view) in gate::views(appearance) {
        if name.contains(wanted) {
            let window = kippu_ui::GateWindow::new()?;
            GateAdapter::new(&window, |_| {}).show(&view);
            windows.push((name, Shown::Gate(window)));
        }
    }
    for (name, view) in register::views(appearance) {
        if name.contains(wanted) {
            let window = kippu_ui::RegisterWindow::new()?;
            RegisterAdapter::new(&window, |_| {}).show(&view);
            windows.push((name, Shown::Register(window)));
        }
    }
    Ok(windows)
}

/// How all screens are drawn once.
struct Style {
    suffix: String,
    appearance: Appearance,
    /// English stretched and accented, for the languages that are still to come.
    pseudo: bool,
    panel: Panel,
}

impl Style {
    /// Whether what is higher than the screen may be moved up and down.
    fn may_move(&self) -> bool {
        let Appearance {
            text, low_reach, ..
        } = self.appearance;
        let lying_large = self.panel == LYING && text != TextSize::Normal;
        self.pseudo || low_reach || text == TextSize::Largest || lying_large
    }
}

/// What a way of drawing changes.
type Change = fn(&mut Appearance);

fn styles() -> Vec<Style> {
    let languages = [
        ("en", Language::English, false),
        ("ja", Language::Japanese, false),
        ("pseudo", Language::English, true),
    ];
    let mut styles = Vec::new();
    for (name, language, pseudo) in languages {
        for text in [TextSize::Normal, TextSize::Large] {
            for high_contrast in [false, true] {
                let large = match text {
                    TextSize::Normal => "",
                    TextSize::Large => "-large",
                    TextSize::Largest => "-largest",
                };
                let contrast = if high_contrast { "-contrast" } else { "" };
                styles.push(Style {
                    suffix: format!("{name}{large}{contrast}"),
                    appearance: Appearance {
                        language,
                        text,
                        high_contrast,
                        ..Appearance::default()
                    },
                    pseudo,
                    panel: UPRIGHT,
                });
            }
        }
    }
    // Low reach and lying panels move every screen alike, so these are not drawn in every way.
    let more: [(&str, Panel, Change); 6] = [
        ("low", UPRIGHT, |look| look.low_reach = true),
        ("largest", UPRIGHT, |look| look.text = TextSize::Largest),
        ("lying", LYING, |_| {}),
        ("lying-large", LYING, |look| look.text = TextSize::Large),
        ("lying-largest", LYING, |look| {
            look.text = TextSize::Largest;
        }),
        ("lying-low", LYING, |look| look.low_reach = true),
    ];
    for (name, language, pseudo) in languages {
        for (way, panel, look) in more {
            let mut appearance = Appearance {
                language,
                ..Appearance::default()
            };
            look(&mut appearance);
            styles.push(Style {
                suffix: format!("{name}-{way}"),
                appearance,
                pseudo,
                panel,
            });
        }
    }
    let contrast = Appearance {
        high_contrast: true,
        ..Appearance::default()
    };
    styles.push(Style {
        suffix: "ja-lying-contrast".into(),
        appearance: contrast,
        pseudo: false,
        panel: LYING,
    });
    styles
}

fn save(file: &Path, width: u32, height: u32, rgba: &[u8]) -> Result<()> {
    let mut encoder = png::Encoder::new(BufWriter::new(File::create(file)?), width, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.write_header()?.write_image_data(rgba)?;
    Ok(())
}
