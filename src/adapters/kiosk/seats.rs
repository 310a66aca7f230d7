//! The seat picture: painted here, because what is under a finger must follow it without asking anybody.
//!
//! Which part of the plan is shown stays in the adapter; the flow hears of seats only, and of any movement that somebody is there.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use kippu_seatplan::{
    Plan,
    picture::{CHOOSE_PITCH_PX, Label, LabelKind, Looks, Painter, Palette, Picture, Tap, View},
    plan::AreaKind,
};
use kippu_ui as ui;
use slint::{Color, ComponentHandle, Image, Rgba8Pixel, SharedPixelBuffer};

use super::{Link, browse, sends};
use crate::{
    adapters::{models, words},
    flows::{
        facts::Appearance,
        kiosk::view::{Seats, SeatsNotice, Touch},
    },
};

/// What one press of + or − magnifies.
const KEY_STEP: f32 = 1.8;

/// The picture of the plan that is open.
pub struct SeatPicture {
    opened: Option<Opened>,
    painter: Painter,
    /// The picture on the screen and the one before it, painted in turn.
    buffers: [SharedPixelBuffer<Rgba8Pixel>; 2],
    /// Size of the widget in physical pixels.
    size: (u32, u32),
    scale_factor: f32,
    high_contrast: bool,
}

struct Opened {
    plan: Arc<Plan>,
    picture: Picture,
    view: Option<View>,
    seats: Seats,
}

impl Default for SeatPicture {
    fn default() -> Self {
        Self {
            opened: None,
            painter: Painter::default(),
            buffers: std::array::from_fn(|_| SharedPixelBuffer::new(0, 0)),
            size: (0, 0),
            scale_factor: 1.0,
            high_contrast: false,
        }
    }
}

impl SeatPicture {
    /// Shows the choice so far; the part of the plan stays while the same plan is open.
    pub fn show(
        &mut self,
        window: &ui::KioskWindow,
        seats: &Seats,
        appearance: Appearance,
    ) -> ui::Screen {
        let same_plan = self
            .opened
            .as_ref()
            .is_some_and(|opened| Arc::ptr_eq(&opened.plan, &seats.plan));
        if !same_plan {
            self.opened = Some(Opened {
                picture: Picture::new(&seats.plan),
                plan: Arc::clone(&seats.plan),
                view: None,
                seats: seats.clone(),
            });
        }
        let looks_same = same_plan
            && self.high_contrast == appearance.high_contrast
            && self.opened.as_ref().is_some_and(|opened| {
                Arc::ptr_eq(&opened.seats.availability, &seats.availability)
                    && opened.seats.picked == seats.picked
                    && opened.seats.filter == seats.filter
            });
        self.high_contrast = appearance.high_contrast;
        if let Some(opened) = &mut self.opened {
            opened.seats = seats.clone();
        }
        show_words(&window.global(), seats, appearance);
        if !looks_same {
            self.paint(window);
        }
        ui::Screen::Seats
    }

    /// The widget has this size in logical pixels.
    fn resize(&mut self, window: &ui::KioskWindow, width: f32, height: f32) {
        self.scale_factor = window.window().scale_factor();
        let physical = |length: f32| (length * self.scale_factor).round().max(1.0) as u32;
        let size = (physical(width), physical(height));
        if size != self.size {
            self.size = size;
            self.paint(window);
        }
    }

    /// Moves the view and paints; logical pixels become physical ones.
    fn look(&mut self, window: &ui::KioskWindow, change: impl FnOnce(&Picture, View, f32) -> View) {
        let scale = self.scale_factor;
        if let Some(opened) = &mut self.opened
            && let Some(view) = opened.view
        {
            opened.view = Some(change(&opened.picture, view, scale));
            self.paint(window);
        }
    }

    /// A tap: looks closer, or names the seat.
    fn tap(&mut self, window: &ui::KioskWindow, x: f32, y: f32) -> Option<u32> {
        let opened = self.opened.as_mut()?;
        let view = opened.view?;
        match view.tap(
            &opened.picture,
            x * self.scale_factor,
            y * self.scale_factor,
        ) {
            Tap::Seat(seat) => u32::try_from(seat).ok(),
            Tap::Zoom(closer) => {
                opened.view = Some(closer);
                self.paint(window);
                None
            }
            Tap::Nothing => None,
        }
    }

    fn paint(&mut self, window: &ui::KioskWindow) {
        let Some(opened) = &mut self.opened else {
            return;
        };
        let (width, height) = self.size;
        if width == 0 || height == 0 {
            return;
        }
        let view = match opened.view {
            Some(view) if (view.width_px, view.height_px) == (width, height) => view,
            Some(view) => view.resized(&opened.picture, width, height),
            None => View {
                choose_pitch_px: CHOOSE_PITCH_PX * self.scale_factor,
                ..View::fit(&opened.picture, width, height)
            },
        };
        opened.view = Some(view);
        let mine: Vec<u32> = opened
            .seats
            .picked
            .iter()
            .map(|picked| picked.seat)
            .collect();
        let palette = if self.high_contrast {
            &Palette::HIGH_CONTRAST
        } else {
            &Palette::NORMAL
        };
        let looks = Looks {
            availability: &opened.seats.availability,
            mine: &mine,
            only: opened.seats.filter,
        };
        self.buffers.swap(0, 1);
        let buffer = &mut self.buffers[0];
        if (buffer.width(), buffer.height()) != (width, height) {
            *buffer = SharedPixelBuffer::new(width, height);
        }
        let pixels = buffer.make_mut_bytes();
        self.painter.paint(
            &opened.picture,
            &opened.plan.areas,
            &view,
            &looks,
            palette,
            pixels,
        );
        let seats = window.global::<ui::Seats>();
        // Opaque, so the premultiplied form is the same and cheaper to draw.
        seats.set_picture(Image::from_rgba8_premultiplied(buffer.clone()));
        let scale = self.scale_factor;
        let labels = opened
            .picture
            .labels(&opened.plan, &view)
            .into_iter()
            .filter(|label| !is_chosen(label, &mine))
            .map(|label| word(&label, scale, self.high_contrast));
        seats.set_labels(models::update(seats.get_labels(), labels));
        let closer = view.zoomed(&opened.picture, 1.01, 0.0, 0.0).scale > view.scale;
        let farther = view.zoomed(&opened.picture, 0.99, 0.0, 0.0).scale < view.scale;
        seats.set_can_zoom_in(closer);
        seats.set_can_zoom_out(farther);
    }
}

/// A chosen seat carries a check instead of its number.
fn is_chosen(label: &Label, mine: &[u32]) -> bool {
    matches!(label.kind, LabelKind::Seat { seat } if mine.contains(&seat))
}

/// A word over the picture, in logical pixels.
fn word(label: &Label, scale: f32, high_contrast: bool) -> ui::SeatLabel {
    let on_dark = match label.kind {
        LabelKind::Area(AreaKind::Stage) => true,
        LabelKind::Seat { .. } => !high_contrast,
        LabelKind::Block { .. } | LabelKind::Row | LabelKind::Area(_) => high_contrast,
    };
    let strong = !matches!(label.kind, LabelKind::Row);
    ui::SeatLabel {
        x: label.x / scale,
        y: label.y / scale,
        size: label.size_px / scale,
        cjk: words::beyond_latin(&label.text),
        text: label.text.as_str().into(),
        colour: if on_dark {
            Color::from_rgb_u8(0xFF, 0xFF, 0xFF)
        } else {
            Color::from_rgb_u8(0x14, 0x1C, 0x2E)
        },
        strong,
    }
}

fn show_words(to: &ui::Seats<'_>, seats: &Seats, appearance: Appearance) {
    let language = appearance.language;
    let classes = seats
        .classes
        .iter()
        .map(|row| browse::class(row, seats.filter == Some(row.index)));
    to.set_classes(models::update(to.get_classes(), classes));
    to.set_count(seats.picked.len() as i32);
    to.set_total(words::money(&seats.total));
    let chosen: Vec<_> = seats
        .picked
        .iter()
        .map(|picked| picked.words.clone())
        .collect();
    to.set_chosen_words(words::seats(&chosen, language).into());
    to.set_busy(seats.busy);
    let (notice, notice_words) = match &seats.notice {
        None => (ui::SeatsNotice::None, String::new()),
        Some(SeatsNotice::JustTaken(taken)) => {
            (ui::SeatsNotice::JustTaken, words::seats(taken, language))
        }
        Some(SeatsNotice::Limit(limit)) => (ui::SeatsNotice::Limit, limit.to_string()),
        Some(SeatsNotice::NotForSale) => (ui::SeatsNotice::NotForSale, String::new()),
        Some(SeatsNotice::HoldExpired) => (ui::SeatsNotice::HoldExpired, String::new()),
        Some(SeatsNotice::NotReached) => (ui::SeatsNotice::NotReached, String::new()),
    };
    to.set_notice(notice);
    to.set_notice_words(notice_words.into());
}

/// Connects the callbacks.
pub fn connect(window: &ui::KioskWindow, link: &Rc<Link>, picture: &Rc<RefCell<SeatPicture>>) {
    let seats = window.global::<ui::Seats>();
    seats.on_take(sends(link, Touch::TakeSeats));
    seats.on_to_best(sends(link, Touch::ToBest));
    let send = Rc::clone(link);
    seats.on_legend(move |class| send.send(Touch::Legend(class as u8)));

    let weak = window.as_weak();
    let at = Rc::clone(picture);
    seats.on_resized(move |width, height| {
        // The first size arrives while a view is being shown; the picture is painted when that is done.
        if let (Some(window), Ok(mut picture)) = (weak.upgrade(), at.try_borrow_mut()) {
            picture.resize(&window, width, height);
        }
    });
    let (weak, at, send) = (window.as_weak(), Rc::clone(picture), Rc::clone(link));
    seats.on_seat_at(move |x, y| {
        let Some(window) = weak.upgrade() else { return };
        let seat = at.borrow_mut().tap(&window, x, y);
        send.send(seat.map_or(Touch::Anything, Touch::Seat));
    });
    // A movement of the picture: changed here at once, and the flow hears that somebody is there.
    let moves = |picture: &Rc<RefCell<SeatPicture>>| {
        let (weak, at, send) = (window.as_weak(), Rc::clone(picture), Rc::clone(link));
        move |change: &dyn Fn(&Picture, View, f32) -> View| {
            if let Some(window) = weak.upgrade() {
                at.borrow_mut().look(&window, change);
                send.send(Touch::Anything);
            }
        }
    };
    let go = moves(picture);
    seats.on_pan(move |dx, dy| {
        go(&|picture, view, scale| view.panned(picture, dx * scale, dy * scale));
    });
    let go = moves(picture);
    seats.on_zoom(move |factor, x, y| {
        go(&|picture, view, scale| view.zoomed(picture, factor, x * scale, y * scale));
    });
    let about_middle = |view: View, picture: &Picture, factor: f32| {
        let (x, y) = (view.width_px as f32 / 2.0, view.height_px as f32 / 2.0);
        view.zoomed(picture, factor, x, y)
    };
    let go = moves(picture);
    seats.on_zoom_in(move || go(&|picture, view, _| about_middle(view, picture, KEY_STEP)));
    let go = moves(picture);
    seats.on_zoom_out(move || go(&|picture, view, _| about_middle(view, picture, 1.0 / KEY_STEP)));
}
