//! `kippu gate`.

use std::path::Path;

use anyhow::{Context, Result};
use kippu_peripherals::{
    chime::{Chime, Chimes, Loudspeaker, SpeakerChimes},
    scanner::ScannerPlace,
};
use kippu_service::Health;
use kippu_ui::GateWindow;
use tokio::runtime::Runtime;

use super::{
    Cards, Common, clock,
    config::TerminalFile,
    kiosk::reader,
    pump::{self, Terminal},
};
use crate::{
    adapters::GateAdapter,
    devices::{
        gate::{GateActor, GateKeys, Job, Uplink},
        scanner,
        tray::TrayActor,
    },
    flows::{
        facts::{Simulated, Zone},
        gate::{Effect, Gate, Input, Setup},
    },
    headless,
};

struct GateTerminal {
    flow: Gate,
    adapter: GateAdapter,
    gate: GateActor,
    uplink: Uplink,
    tray: Option<TrayActor>,
    chimes: SpeakerChimes,
}

impl Terminal for GateTerminal {
    type Input = Input;

    fn tick() -> Input {
        Input::Tick
    }

    fn take(&mut self, input: Input) {
        for effect in self.flow.step(&input, clock::now()) {
            match effect {
                Effect::Tap => self.gate.work(Job::Tap),
                Effect::Scan(code) => self.gate.work(Job::Scan(code)),
                Effect::Refresh => self.uplink.refresh(),
                Effect::ChimeAdmit => drop(self.chimes.play(Chime::Admit)),
                Effect::ChimeRefuse => drop(self.chimes.play(Chime::Refuse)),
                Effect::Tray(name) => {
                    if let Some(tray) = &self.tray {
                        tray.toggle(name);
                    }
                }
            }
        }
    }

    fn show(&mut self) {
        self.adapter.show(&self.flow.view());
    }

    fn health(&self) -> Health {
        Health {
            lives: self.gate.lives(),
            words: self.flow.standing(),
        }
    }
}

/// Runs a gate until its window is closed.
///
/// # Errors
/// Something it cannot begin without is missing; the message says what.
pub fn run(
    common: &Common,
    cards: &Cards,
    bundle: Option<&Path>,
    scanner: Option<&ScannerPlace>,
) -> Result<()> {
    let file = TerminalFile::read(&common.terminal, "gate")?;
    std::fs::create_dir_all(&common.data).context("the gate's folder")?;
    let sealed = bundle
        .map(|path| std::fs::read(path).with_context(|| format!("the bundle {}", path.display())))
        .transpose()?;
    let runtime = Runtime::new().context("threads")?;
    let client = file.client(common, runtime.handle())?;
    let (reader, tray) = reader(cards, &file.name)?;
    let simulated = if reader.describe().simulated {
        vec![Simulated::Cards]
    } else {
        Vec::new()
    };

    headless::prepare(common.headless)?;
    let mailbox = pump::mailbox();
    let setup = Setup {
        gate: file.name.clone(),
        zone: Zone::Named(file.zone.clone()),
        simulated,
    };
    let window = GateWindow::new()?;
    let touches = mailbox.clone();
    let adapter = GateAdapter::new(&window, move |touch| touches.send(Input::Touch(touch)));
    let keys = GateKeys {
        platform: file.platform_key,
        device: file.device_key,
    };
    let gate = GateActor::start(reader, &common.data, file.terminal, keys, mailbox.clone())?;
    if let Some(sealed) = sealed {
        gate.work(Job::Bundle(sealed));
    }
    scanner::start(scanner, mailbox.clone(), Input::Scanned, Input::Scanner);
    let changed = mailbox.clone();
    let terminal = GateTerminal {
        flow: Gate::start(setup, clock::now()),
        adapter,
        uplink: Uplink::start(runtime.handle(), client, gate.clone()),
        gate,
        tray: tray.map(|tray| {
            TrayActor::start(tray, file.name.clone(), move |view| {
                changed.send(Input::Tray(view))
            })
        }),
        chimes: SpeakerChimes::new(Loudspeaker::open()),
    };
    headless::show(&window, common, None)?;
    pump::run(terminal, mailbox)?;
    runtime.shutdown_background();
    Ok(())
}
