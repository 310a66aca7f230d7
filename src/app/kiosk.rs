//! `kippu kiosk`.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::{Context, Result};
use kippu_card::{pcsc::PcscReader, reader::Reader, tray::Tray, virtual_card::Timing};
use kippu_handover::{seal::JournalKey, store::Store};
use kippu_peripherals::{
    chime::{Chime, Chimes, Loudspeaker, SoundCondition, SpeakerChimes},
    headset,
    printer::Printer,
    scanner::ScannerPlace,
    speech::{DeviceOutput, FolderOutput, MemorySpeech, Speech, SpokenAloud, Voices},
};
use kippu_service::Health;
use kippu_ui::KioskWindow;
use tokio::runtime::Runtime;

use super::{
    Cards, Common, PrinterAddress, clock,
    config::TerminalFile,
    pump::{self, Terminal},
};
use crate::{
    adapters::KioskAdapter,
    devices::{
        cards::{CardActor, Equipment, JournalFile, open_facts},
        clerks::ClerkDoor,
        keys::{LocalRing, Owner},
        platform::{PlatformActor, blocking::BlockingPlatform},
        printer::{Place, PrinterActor},
        scanner,
        staff_book::StaffBook,
        stick::Stick,
        tray::TrayActor,
        vault::Vault,
    },
    flows::{
        facts::{Simulated, Zone},
        kiosk::{
            Kiosk, Setup,
            effect::Effect,
            input::{Input, Storage},
            view::Touch,
        },
    },
    headless::{self, Ears},
    narrator::Narrator,
};

/// Seconds without touch until the warning, and the warning's own.
const IDLE_SECONDS: u32 = 90;
const IDLE_WARNING_SECONDS: u32 = 30;
/// Patience of requests between customers.
const OUTBOX_PATIENCE: std::time::Duration = std::time::Duration::from_secs(3);

/// Where speech is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpeechPlace {
    /// Through the default sound card.
    Speaker,
    /// As recordings in this folder.
    Folder(PathBuf),
}

impl FromStr for SpeechPlace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "speaker" => Ok(Self::Speaker),
            Some(("wav", folder)) if !folder.is_empty() => Ok(Self::Folder(folder.into())),
            _ => Err("expected speaker or wav:DIR".into()),
        }
    }
}

impl SpeechPlace {
    /// A voice that is heard there; its files lie in the kiosk's folder.
    fn open(&self, data: &Path, speaker: &Loudspeaker) -> Result<Box<dyn Speech>> {
        let voices = Voices::prepare(&data.join("voices")).context("the voices")?;
        Ok(match self {
            Self::Speaker => Box::new(SpokenAloud::start(
                voices,
                DeviceOutput::new(speaker.clone()),
            )),
            Self::Folder(folder) => {
                let folder = FolderOutput::open(folder).context("the folder for speech")?;
                Box::new(SpokenAloud::start(voices, folder))
            }
        })
    }
}

/// What stands around a kiosk, as its command line names it.
#[derive(Debug, Clone, clap::Args)]
pub struct Devices {
    /// The printer: `tcp:HOST:PORT`, `usb:VENDOR:PRODUCT`, `serial:/dev/PORT[@BAUD]`, or `file:DIR` for pictures instead of paper. Without one, the
    /// screen says so.
    #[arg(long, value_name = "ADDRESS")]
    pub printer: Option<PrinterAddress>,
    /// A bar code scanner for slips: `auto`, `name:PART-OF-NAME`, or a device file such as `/dev/input/by-id/…`. Nobody else gets its keys.
    #[arg(long, value_name = "PLACE")]
    pub scanner: Option<ScannerPlace>,
    /// Folder a USB stick appears as: reports are saved there, and keys for working without network are read from it.
    #[arg(long, value_name = "DIR")]
    pub stick: Option<PathBuf>,
    /// Where speech is heard: `speaker`, or `wav:DIR` for recordings in a folder.
    #[arg(long, value_name = "speaker|wav:DIR", default_value = "speaker")]
    pub speech: SpeechPlace,
}

struct KioskTerminal {
    flow: Kiosk,
    adapter: KioskAdapter,
    narrator: Narrator,
    platform: PlatformActor,
    clerks: ClerkDoor,
    staff_book: StaffBook,
    cards: CardActor,
    printer: Option<PrinterActor>,
    tray: Option<TrayActor>,
    chimes: SpeakerChimes,
    /// Whether sound goes out, as the flow was told last. Drawn in memory the hand hears instead, and nobody misses a sound card.
    sound: Option<SoundCondition>,
}

impl Terminal for KioskTerminal {
    type Input = Input;

    fn tick() -> Input {
        Input::Tick
    }

    fn take(&mut self, input: Input) {
        match &input {
            Input::Tick => self.tell_sound(),
            // Whatever a person does breaks speech off; other touches do so where they are made.
            Input::Touch(Touch::Scanned(_)) => self.narrator.hush(),
            _ => {}
        }
        self.step(input);
    }

    fn show(&mut self) {
        let view = self.flow.view();
        self.adapter.show(&view);
        self.narrator.show(&view);
    }

    fn health(&self) -> Health {
        Health {
            lives: self.cards.lives() && self.printer.as_ref().is_none_or(PrinterActor::lives),
            words: self.flow.standing(),
        }
    }
}

impl KioskTerminal {
    fn step(&mut self, input: Input) {
        let effects = self.flow.step(&input, clock::now());
        for effect in effects {
            self.perform(effect);
        }
    }

    fn tell_sound(&mut self) {
        let now = self.chimes.condition();
        if self.sound.is_some_and(|told| told != now) {
            self.sound = Some(now);
            let heard = now == SoundCondition::Sounding;
            self.step(Input::Sound { heard });
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Ask { no, ask } => self.platform.ask(no, ask),
            Effect::Card { no, job } => self.cards.work(no, job, self.flow.appearance().language),
            Effect::Print { no, paper } => {
                if let Some(printer) = &self.printer {
                    printer.print(no, paper);
                }
            }
            Effect::Tray(name) => {
                if let Some(tray) = &self.tray {
                    tray.toggle(name);
                }
            }
            Effect::StaffDid(deed) => match self.clerks.who() {
                Some(clerk) => self.staff_book.note(clerk, deed),
                None => tracing::error!(?deed, "the staff did something, and nobody is logged in"),
            },
            Effect::CallStaff => tracing::warn!("the staff is called"),
            Effect::Warn => {
                self.chimes.play(Chime::Countdown);
            }
        }
    }
}

/// A reader with its tray, if its cards are virtual.
pub(super) fn reader(cards: &Cards, name: &str) -> Result<(Box<dyn Reader>, Option<Tray>)> {
    match (&cards.tray, &cards.reader) {
        (Some(folder), _) => {
            // People see the pace of a real card: without it writing is over before anybody could read the screen.
            let tray = Tray::with_timing(folder, Timing::At(106)).context("the tray")?;
            Ok((Box::new(tray.reader(name)), Some(tray)))
        }
        (None, wanted) => {
            let wanted = wanted.as_ref().and_then(|reader| reader.name.clone());
            Ok((Box::new(PcscReader::new(wanted)), None))
        }
    }
}

/// Runs a kiosk until its window is closed.
///
/// # Errors
/// Something it cannot begin without is missing; the message says what.
pub fn run(common: &Common, cards: &Cards, devices: &Devices) -> Result<()> {
    let file = TerminalFile::read(&common.terminal, "kiosk")?;
    std::fs::create_dir_all(&common.data).context("the kiosk's folder")?;
    let runtime = Runtime::new().context("threads")?;
    let client = file.client(common, runtime.handle())?;
    let platform = BlockingPlatform::new(runtime.handle().clone(), client.clone());

    // The journal first: what it holds open comes before anything else.
    let key = JournalKey::load_or_create(&common.data.join("journal.key"))
        .context("the journal's key")?;
    let file_of_journal = JournalFile::open(&common.data.join("journal.sqlite"), &key)?;
    let (open, storage) = match file_of_journal.journal() {
        Some(journal) => {
            platform.know(journal.known_platform()?.told.as_deref());
            (open_facts(journal)?, Storage::Ready)
        }
        None => (Vec::new(), Storage::Full),
    };
    let vault = Vault::new(&common.data, key);
    let owner = Owner {
        terminal: file.terminal,
        device_key: file.device_key,
        platform_key: file.platform_key,
    };
    let local = LocalRing::load(vault.clone(), owner.clone());
    let clerks = ClerkDoor::new(file.store.clone(), vault.clone());
    let (staff_book, out) = StaffBook::open(runtime.handle(), client.clone(), vault);
    runtime.spawn(local.clone().stay_fresh(client.clone()));

    let (reader, tray) = reader(cards, &file.name)?;
    let mut device: Option<Box<dyn Printer>> = devices
        .printer
        .as_ref()
        .map(PrinterAddress::open)
        .transpose()?;
    let mut simulated = Vec::new();
    if reader.describe().simulated {
        simulated.push(Simulated::Cards);
    }
    if device
        .as_mut()
        .is_some_and(|device| device.info().simulated)
    {
        simulated.push(Simulated::Printer);
    }

    headless::prepare(common.headless)?;
    let mailbox = pump::mailbox();
    let setup = Setup {
        terminal: file.name.clone(),
        number: file.terminal,
        zone: Zone::Named(file.zone.clone()),
        simulated,
        has_printer: device.is_some(),
        storage,
        out,
        key_prefix: kippu_api::client::IdempotencyKey::random()
            .as_str()
            .to_owned(),
        idle_seconds: IDLE_SECONDS,
        idle_warning_seconds: IDLE_WARNING_SECONDS,
    };
    let (flow, effects) = Kiosk::start(setup, open, clock::now());
    let window = KioskWindow::new()?;
    let loudspeaker = Loudspeaker::open();
    let (speech, ears) = if common.headless {
        let speech = MemorySpeech::default();
        let (handle, plugs) = (speech.handle(), mailbox.clone());
        let headset = Box::new(move |there| plugs.send(Input::Headset(there)));
        let ears = Ears {
            speech: handle,
            headset,
        };
        (Box::new(speech) as Box<dyn Speech>, Some(ears))
    } else {
        let plugs = mailbox.clone();
        headset::watch(move |there| plugs.send(Input::Headset(there)));
        (devices.speech.open(&common.data, &loudspeaker)?, None)
    };
    scanner::start(
        devices.scanner.as_ref(),
        mailbox.clone(),
        |text| Input::Touch(Touch::Scanned(text)),
        Input::Scanner,
    );
    let touches = mailbox.clone();
    let narrator = Narrator::new(&window, speech, move |touch| {
        touches.send(Input::Touch(touch));
    });
    let (touches, of_touches) = (mailbox.clone(), narrator.clone());
    let adapter = KioskAdapter::new(&window, move |touch| {
        of_touches.hush();
        touches.send(Input::Touch(touch));
    });
    let hurried = platform.with_patience(OUTBOX_PATIENCE)?;
    let place = Place {
        store: file.store_words().to_owned(),
        zone: file.zone.clone(),
        terminal: file.name.clone(),
    };
    let changed = mailbox.clone();
    let printer = device.map(|device| PrinterActor::start(device, place, mailbox.clone()));
    let mut terminal = KioskTerminal {
        flow,
        adapter,
        narrator,
        platform: PlatformActor::new(
            runtime.handle().clone(),
            client,
            clerks.clone(),
            mailbox.clone(),
        ),
        clerks,
        staff_book,
        cards: CardActor::start(
            Equipment {
                reader,
                journal: file_of_journal,
                local,
                platform,
                hurried,
                printer: printer.as_ref().map(PrinterActor::for_tickets),
                stick: devices
                    .stick
                    .as_deref()
                    .map(|folder| Stick::new(folder, owner.clone())),
            },
            mailbox.clone(),
        ),
        printer,
        tray: tray.map(|tray| {
            TrayActor::start(tray, file.name.clone(), move |view| {
                changed.send(Input::Tray(view))
            })
        }),
        chimes: SpeakerChimes::new(loudspeaker),
        sound: (!common.headless).then_some(SoundCondition::Sounding),
    };
    for effect in effects {
        terminal.perform(effect);
    }
    headless::show(&window, common, ears)?;
    pump::run(terminal, mailbox)?;
    runtime.shutdown_background();
    Ok(())
}
