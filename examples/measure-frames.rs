//! Measures whole frames of the kiosk while a finger pans over the stadium: touch, seat picture, and Slint's software renderer drawing
//! what changed on a panel of 1080 × 1920, as on a kiosk's display.
//!
//! `cargo run --release --example measure-frames`. CPU time of the thread where the system tells it (Linux), else wall time.

use std::{cell::RefCell, fs, io::Read, rc::Rc, sync::Arc, time::Instant};

use anyhow::{Context, Result, anyhow};
use kippu::{
    adapters::KioskAdapter,
    flows::{
        facts::{Appearance, EventFacts, Language, Moment, Money, ScannerCondition},
        kiosk::view::{
            Chrome, ClassRow, FirstKey, PictureView, PrinterCondition, Screen, Seats, Station,
            Stop, View,
        },
    },
};
use kippu_seatplan::{Plan, import::pretix};
use kippu_ticket::ids::EventId;
use slint::{
    ComponentHandle, LogicalPosition, PhysicalSize, PlatformError, Rgb8Pixel,
    platform::{
        Platform, PointerEventButton, WindowAdapter, WindowEvent,
        software_renderer::{MinimalSoftwareWindow, RepaintBufferType},
    },
};

const PANEL: PhysicalSize = PhysicalSize {
    width: 1080,
    height: 1920,
};
const FRAMES: u32 = 300;
const STADIUM: &[u8] = include_bytes!("../platform-mock/demo/metalist_39417.pretix.json.zst");

/// A panel without a window system.
struct Panel(Rc<MinimalSoftwareWindow>);

impl Platform for Panel {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.0.clone())
    }
}

fn main() -> Result<()> {
    let panel = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
    slint::platform::set_platform(Box::new(Panel(panel.clone())))
        .map_err(|error| anyhow!("{error}"))?;
    let window = kippu_ui::KioskWindow::new()?;
    let touched = Rc::new(RefCell::new(0_u32));
    let count = Rc::clone(&touched);
    let adapter = KioskAdapter::new(&window, move |_| *count.borrow_mut() += 1);
    window.show()?;
    panel.set_size(PANEL);
    let view = stadium()?;
    adapter.show(&view);
    let mut pixels = vec![Rgb8Pixel::default(); (PANEL.width * PANEL.height) as usize];
    // The first drawing makes the screen's parts, which ask for a picture of their size.
    for _ in 0..3 {
        frame(&panel, &mut pixels);
        adapter.show(&view);
    }

    println!(
        "| seat picture of {} seats | CPU of a frame, mean |\n|---|--:|",
        stadium_seats()?.seats.len()
    );
    let zoom_in = || window.global::<kippu_ui::Seats>().invoke_zoom_in();
    for zoomed in 0..5 {
        if zoomed > 0 {
            zoom_in();
            zoom_in();
        }
        frame(&panel, &mut pixels);
        *touched.borrow_mut() = 0;
        let mean = drag(&panel, &mut pixels);
        let panned = *touched.borrow();
        println!(
            "| zoomed in {} times, {panned} pans drawn | {mean:.1} ms |",
            zoomed * 2
        );
    }
    println!();
    Ok(())
}

/// A finger that goes to and fro; mean time of a frame. The system counts CPU time in ticks, so single frames are not told apart.
fn drag(panel: &MinimalSoftwareWindow, pixels: &mut [Rgb8Pixel]) -> f64 {
    let button = PointerEventButton::Left;
    let at = |step: u32| {
        let way = (step % 60).abs_diff(30) as f32;
        LogicalPosition::new(300.0 + way * 16.0, 900.0 + way * 9.0)
    };
    let moved = |step| panel.dispatch_event(WindowEvent::PointerMoved { position: at(step) });
    moved(0);
    panel.dispatch_event(WindowEvent::PointerPressed {
        position: at(0),
        button,
    });
    let began = Clock::now();
    for step in 1..=FRAMES {
        moved(step);
        frame(panel, pixels);
    }
    let took = began.ms();
    panel.dispatch_event(WindowEvent::PointerReleased {
        position: at(FRAMES),
        button,
    });
    panel.dispatch_event(WindowEvent::PointerExited);
    took / f64::from(FRAMES)
}

fn frame(panel: &MinimalSoftwareWindow, pixels: &mut [Rgb8Pixel]) {
    slint::platform::update_timers_and_animations();
    panel.draw_if_needed(|renderer| {
        renderer.render(pixels, PANEL.width as usize);
    });
}

fn stadium_seats() -> Result<Arc<Plan>> {
    thread_local! {
        static PLAN: RefCell<Option<Arc<Plan>>> = const { RefCell::new(None) };
    }
    PLAN.with_borrow_mut(|known| match known {
        Some(plan) => Ok(Arc::clone(plan)),
        None => {
            let mut json = Vec::new();
            zstd::Decoder::new(STADIUM)?.read_to_end(&mut json)?;
            let (plan, _) = pretix::import(&json)
                .map_err(|problems| anyhow!("{} problems in the plan", problems.len()))?;
            Ok(Arc::clone(known.insert(Arc::new(plan))))
        }
    })
}

/// The stadium with every fifth seat sold.
fn stadium() -> Result<View> {
    let plan = stadium_seats()?;
    let availability = (0..)
        .zip(&plan.seats)
        .map(|(index, seat)| if index % 5 == 0 { 0 } else { seat.class + 1 })
        .collect();
    let yen = |amount| Money {
        amount,
        currency: "JPY".into(),
    };
    let classes = (0..)
        .zip(&plan.classes)
        .map(|(index, class)| ClassRow {
            index,
            name: class.name.clone(),
            price: yen(9_800),
            free: 100,
        })
        .collect();
    let event = EventFacts {
        event: Some(EventId(2)),
        name: "Harbour City v. Northern Stars".into(),
        venue: "Stadium".into(),
        doors_open: Moment::default(),
        starts: Moment::default(),
    };
    let screen = Screen::Seats(Seats {
        event,
        plan,
        availability: Arc::new(availability),
        classes,
        filter: None,
        picked: Vec::new(),
        total: yen(0),
        limit: 6,
        picture: PictureView::default(),
        notice: None,
        busy: false,
    });
    let chrome = Chrome {
        station: Some(Stop::Purchase(Station::Seats)),
        first_key: FirstKey::Back,
        appearance: Appearance {
            language: Language::English,
            ..Appearance::default()
        },
        appearance_panel: false,
        idle_seconds: None,
        now: Moment::default(),
        headset: false,
        terminal: "Kiosk 1".into(),
        online: true,
        staff_called: false,
        reference: None,
        printer: PrinterCondition::Ready,
        scanner: ScannerCondition::There,
        silent: false,
        simulated: Vec::new(),
        tray: None,
    };
    Ok(View { chrome, screen })
}

/// CPU time of this thread.
struct Clock {
    cpu_ns: Option<u64>,
    wall: Instant,
}

impl Clock {
    fn now() -> Self {
        Self {
            cpu_ns: cpu_ns().ok(),
            wall: Instant::now(),
        }
    }

    fn ms(&self) -> f64 {
        match (self.cpu_ns, cpu_ns()) {
            (Some(from), Ok(to)) => (to - from) as f64 / 1e6,
            _ => self.wall.elapsed().as_secs_f64() * 1e3,
        }
    }
}

fn cpu_ns() -> Result<u64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(text
        .split_whitespace()
        .next()
        .context("no schedstat")?
        .parse()?)
}
