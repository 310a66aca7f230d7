//! `kippu register`.

use anyhow::{Context, Result};
use kippu_peripherals::scanner::ScannerPlace;
use kippu_service::Health;
use kippu_ui::RegisterWindow;
use tokio::runtime::Runtime;

use super::{
    Common, clock,
    config::TerminalFile,
    pump::{self, Terminal},
};
use crate::{
    adapters::RegisterAdapter,
    devices::{register::RegisterActor, scanner},
    flows::{
        facts::Zone,
        register::{Register, Setup, effect::Input, view::Touch},
    },
    headless,
};

/// Seconds without touch until the warning, and the warning's own.
const IDLE_SECONDS: u32 = 180;
const IDLE_WARNING_SECONDS: u32 = 30;

struct RegisterTerminal {
    flow: Register,
    adapter: RegisterAdapter,
    platform: RegisterActor,
}

impl Terminal for RegisterTerminal {
    type Input = Input;

    fn tick() -> Input {
        Input::Tick
    }

    fn take(&mut self, input: Input) {
        for effect in self.flow.step(&input, clock::now()) {
            self.platform.ask(effect);
        }
    }

    fn show(&mut self) {
        self.adapter.show(&self.flow.view());
    }

    fn health(&self) -> Health {
        Health {
            lives: true,
            words: self.flow.standing(),
        }
    }
}

/// Runs a register's screen until its window is closed.
///
/// # Errors
/// Something it cannot begin without is missing; the message says what.
pub fn run(common: &Common, scanner: Option<&ScannerPlace>) -> Result<()> {
    let file = TerminalFile::read(&common.terminal, "register")?;
    let runtime = Runtime::new().context("threads")?;
    let client = file.client(common, runtime.handle())?;
    headless::prepare(common.headless)?;
    let mailbox = pump::mailbox();
    let setup = Setup {
        register: file.name.clone(),
        number: file.terminal,
        store: file.store.clone(),
        zone: Zone::Named(file.zone.clone()),
        key_prefix: kippu_api::client::IdempotencyKey::random()
            .as_str()
            .to_owned(),
        idle_seconds: IDLE_SECONDS,
        idle_warning_seconds: IDLE_WARNING_SECONDS,
    };
    scanner::start(
        scanner,
        mailbox.clone(),
        |text| Input::Touch(Touch::Scanned(text)),
        Input::Scanner,
    );
    let window = RegisterWindow::new()?;
    let touches = mailbox.clone();
    let terminal = RegisterTerminal {
        flow: Register::start(setup, clock::now()),
        adapter: RegisterAdapter::new(&window, move |touch| touches.send(Input::Touch(touch))),
        platform: RegisterActor::new(
            runtime.handle().clone(),
            client,
            file.store,
            mailbox.clone(),
        ),
    };
    headless::show(&window, common, None)?;
    pump::run(terminal, mailbox)?;
    runtime.shutdown_background();
    Ok(())
}
