//! The hand: reads commands from standard input, touches the window by real pointer and key events, answers on standard output.

use std::{
    fs::File,
    io::{self, BufRead, BufWriter, Write},
    path::Path,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use i_slint_backend_testing::ElementRoot;
use slint::{
    ComponentHandle, LogicalPosition, LogicalSize, SharedString, Weak, Window,
    platform::{PointerEventButton, WindowEvent},
};

use super::{Ears, command::Command, keys};
use crate::screen::{elements, eye};

/// How long a finger rests before it lifts.
const REST: Duration = Duration::from_millis(60);
/// Between two looks while waiting for an element.
const LOOK: Duration = Duration::from_millis(40);
/// Steps of a drag.
const DRAG_STEPS: u8 = 12;
/// Between two steps of a drag: a frame.
const FRAME: Duration = Duration::from_millis(16);

type Answer = Result<String, String>;

/// Starts obeying. The terminal ends when standard input does.
pub(super) fn start<W: ComponentHandle + ElementRoot + 'static>(
    window: Weak<W>,
    ears: Option<Ears>,
) {
    thread::spawn(move || {
        let hand = Hand { window, ears };
        let mut out = io::stdout();
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if line.trim().is_empty() {
                continue;
            }
            let command = Command::parse(&line);
            let quit = command == Ok(Command::Quit);
            let answer = command.and_then(|command| hand.obey(command));
            let written = match answer {
                Ok(text) if text.is_empty() => writeln!(out, "ok"),
                Ok(text) => writeln!(out, "ok {text}"),
                Err(why) => writeln!(out, "no {}", why.replace('\n', " ")),
            };
            if written.and_then(|()| out.flush()).is_err() || quit {
                break;
            }
        }
        // The loop may have ended by itself.
        let _ = slint::quit_event_loop();
    });
}

struct Hand<W: ComponentHandle + 'static> {
    window: Weak<W>,
    /// Where the terminal speaks.
    ears: Option<Ears>,
}

impl<W: ComponentHandle + ElementRoot + 'static> Hand<W> {
    fn obey(&self, command: Command) -> Answer {
        match command {
            Command::Tap(label) => {
                let at = self
                    .middle_of(&label)?
                    .ok_or_else(|| format!("{label:?} is not on the screen"))?;
                self.tap(at, REST)
            }
            Command::TapAt(x, y) => self.tap(LogicalPosition::new(x, y), REST),
            Command::Poke(x, y) => self.tap(LogicalPosition::new(x, y), Duration::ZERO),
            Command::Drag { from, to } => self.drag(from, to),
            Command::Key(name) => {
                let text =
                    keys::text_of(&name).ok_or_else(|| format!("there is no key {name:?}"))?;
                self.press(text)
            }
            Command::Type(text) => {
                text.chars()
                    .try_for_each(|one| self.press(one.into()).map(drop))?;
                Ok(String::new())
            }
            Command::Wait(label, time) => self.wait(&label, time, true),
            Command::Gone(label, time) => self.wait(&label, time, false),
            Command::Shot(file) => self.shot(&file),
            Command::Labels => {
                let labels = self.labels()?;
                Ok(labels.join(" | "))
            }
            Command::Heard => {
                let heard = self.ears()?.speech.take();
                let words: Vec<_> = heard.into_iter().map(|phrase| phrase.words).collect();
                Ok(words.join(" | "))
            }
            Command::Headset(there) => {
                (self.ears()?.headset)(there);
                Ok(String::new())
            }
            Command::Size(width, height) => {
                self.with(move |window| {
                    window.window().set_size(LogicalSize::new(width, height));
                })?;
                Ok(String::new())
            }
            Command::Quit => Ok(String::new()),
        }
    }

    /// Does something with the window on the event loop's thread and waits for it.
    fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&W) -> T + Send + 'static,
    ) -> Result<T, String> {
        let (answer, done) = mpsc::channel();
        self.window
            .upgrade_in_event_loop(move |window| {
                // Nobody waits any more: then nobody misses it.
                let _ = answer.send(work(&window));
            })
            .map_err(|error| error.to_string())?;
        done.recv().map_err(|_| "the window is gone".into())
    }

    fn ears(&self) -> Result<&Ears, String> {
        let silent = || "this terminal does not speak".to_owned();
        self.ears.as_ref().ok_or_else(silent)
    }

    fn labels(&self) -> Result<Vec<String>, String> {
        self.with(|window| {
            let mut labels: Vec<String> = Vec::new();
            for element in elements::visible(&eye::look(window, size(window.window()))) {
                // A key and the words on it have one name.
                if !labels.contains(&element.label) {
                    labels.push(element.label.clone());
                }
            }
            labels
        })
    }

    fn middle_of(&self, label: &str) -> Result<Option<LogicalPosition>, String> {
        let label = label.to_owned();
        self.with(move |window| {
            let seen = eye::look(window, size(window.window()));
            elements::find(&seen, &label).map(|element| element.middle)
        })
    }

    fn event(&self, event: WindowEvent) -> Result<(), String> {
        self.with(move |window| window.window().dispatch_event(event))
    }

    fn tap(&self, position: LogicalPosition, rest: Duration) -> Answer {
        let button = PointerEventButton::Left;
        self.event(WindowEvent::PointerMoved { position })?;
        self.event(WindowEvent::PointerPressed { position, button })?;
        thread::sleep(rest);
        self.event(WindowEvent::PointerReleased { position, button })?;
        // A finger that lifted is nowhere.
        self.event(WindowEvent::PointerExited)?;
        Ok(format!("{:.0} {:.0}", position.x, position.y))
    }

    fn drag(&self, from: (f32, f32), to: (f32, f32)) -> Answer {
        let button = PointerEventButton::Left;
        let position = LogicalPosition::new(from.0, from.1);
        self.event(WindowEvent::PointerMoved { position })?;
        self.event(WindowEvent::PointerPressed { position, button })?;
        for step in 1..=DRAG_STEPS {
            let part = f32::from(step) / f32::from(DRAG_STEPS);
            let position = LogicalPosition::new(
                from.0 + (to.0 - from.0) * part,
                from.1 + (to.1 - from.1) * part,
            );
            thread::sleep(FRAME);
            self.event(WindowEvent::PointerMoved { position })?;
        }
        thread::sleep(REST);
        let position = LogicalPosition::new(to.0, to.1);
        self.event(WindowEvent::PointerReleased { position, button })?;
        self.event(WindowEvent::PointerExited)?;
        Ok(String::new())
    }

    fn press(&self, text: SharedString) -> Answer {
        self.event(WindowEvent::KeyPressed { text: text.clone() })?;
        self.event(WindowEvent::KeyReleased { text })?;
        Ok(String::new())
    }

    fn wait(&self, label: &str, time: Duration, wanted: bool) -> Answer {
        let end = Instant::now() + time;
        loop {
            if self.middle_of(label)?.is_some() == wanted {
                return Ok(String::new());
            }
            if Instant::now() >= end {
                let state = if wanted { "is not" } else { "is still" };
                return Err(format!(
                    "{label:?} {state} on the screen: {}",
                    self.labels()?.join(" | ")
                ));
            }
            thread::sleep(LOOK);
        }
    }

    fn shot(&self, file: &Path) -> Answer {
        let picture = self
            .with(|window| window.window().take_snapshot())?
            .map_err(|error| error.to_string())?;
        let (width, height) = (picture.width(), picture.height());
        let write = || -> Result<(), Box<dyn std::error::Error>> {
            if let Some(folder) = file.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let mut encoder = png::Encoder::new(BufWriter::new(File::create(file)?), width, height);
            encoder.set_color(png::ColorType::Rgba);
            encoder.set_depth(png::BitDepth::Eight);
            let mut writer = encoder.write_header()?;
            writer.write_image_data(picture.as_bytes())?;
            Ok(writer.finish()?)
        };
        write().map_err(|error| error.to_string())?;
        Ok(format!("{width}x{height}"))
    }
}

fn size(window: &Window) -> LogicalSize {
    window.size().to_logical(window.scale_factor())
}
