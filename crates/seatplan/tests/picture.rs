//! The seat picture: views, taps, painted pixels and words.

use kippu_seatplan::{
    Plan,
    import::{csv, pretix},
    picture::{CHOOSE_PITCH_PX, Direction, LabelKind, Looks, Painter, Palette, Picture, Tap, View},
    plan::Point,
};

const W: u32 = 1080;
const H: u32 = 1000;

fn fixture(name: &str) -> Plan {
    let bytes = std::fs::read(format!("tests/fixtures/{name}")).unwrap();
    pretix::import(&zstd::decode_all(bytes.as_slice()).unwrap())
        .unwrap()
        .0
}

fn theatre() -> Plan {
    fixture("ull_603.pretix.json.zst")
}

/// Two seats 100 units apart in a hall of 400 by 300.
fn pair() -> Plan {
    let list = "row,seat,x,y\nA,1,100,100\nA,2,200,100\nB,1,100,200\nB,2,200,200\n";
    csv::import(list.as_bytes(), "pair").unwrap().0
}

fn paint(plan: &Plan, view: &View, looks: &Looks<'_>, palette: &Palette) -> Vec<u8> {
    let mut pixels = vec![7; (view.width_px * view.height_px * 4) as usize];
    Painter::default().paint(
        &Picture::new(plan),
        &plan.areas,
        view,
        looks,
        palette,
        &mut pixels,
    );
    pixels
}

fn beside(plan: &Plan, seat: usize, dx: f32, dy: f32) -> Point {
    let at = plan.seats[seat].at;
    Point {
        x: at.x + dx,
        y: at.y + dy,
    }
}

fn pixel(pixels: &[u8], view: &View, at: Point) -> [u8; 3] {
    let (x, y) = view.to_pixel(at);
    let start = (y as usize * view.width_px as usize + x as usize) * 4;
    [pixels[start], pixels[start + 1], pixels[start + 2]]
}

#[test]
fn the_whole_plan_fits_and_stays_in_the_window() {
    let plan = theatre();
    let picture = Picture::new(&plan);
    let fit = View::fit(&picture, W, H);
    for seat in &plan.seats {
        let (x, y) = fit.to_pixel(seat.at);
        assert!(x > 0.0 && y > 0.0 && x < W as f32 && y < H as f32);
    }
    assert_eq!(
        fit.panned(&picture, 500.0, -300.0),
        fit,
        "there is nothing to pan to"
    );
    assert_eq!(fit.zoomed(&picture, 0.1, 0.0, 0.0).scale, fit.scale);
    let near = fit.zoomed(&picture, 3.0, 300.0, 300.0);
    let far = near.panned(&picture, -1e6, -1e6);
    let (x, y) = far.to_pixel(Point {
        x: plan.width,
        y: plan.height,
    });
    assert!(x >= W as f32 * 0.9 && y >= H as f32 * 0.9, "{x} {y}");
}

#[test]
fn zooming_keeps_the_point_under_the_fingers() {
    let plan = theatre();
    let picture = Picture::new(&plan);
    let view = View::fit(&picture, W, H).zoomed(&picture, 2.0, 540.0, 500.0);
    let under = view.to_plan(600.0, 420.0);
    let (x, y) = view.zoomed(&picture, 1.3, 600.0, 420.0).to_pixel(under);
    assert!((x - 600.0).abs() < 0.1 && (y - 420.0).abs() < 0.1);
    assert_eq!(view.zoomed(&picture, f32::NAN, 0.0, 0.0), view);
}

#[test]
fn an_overview_tap_looks_closer_until_seats_can_be_chosen() {
    for (name, taps) in [
        ("ull_603.pretix.json.zst", 1),
        ("metalist_39417.pretix.json.zst", 2),
    ] {
        let plan = fixture(name);
        let picture = Picture::new(&plan);
        for target in [0, plan.seats.len() / 3, plan.seats.len() - 1] {
            let mut view = View::fit(&picture, W, H);
            for step in 0..taps {
                let (x, y) = view.to_pixel(plan.seats[target].at);
                let Tap::Zoom(next) = view.tap(&picture, x, y) else {
                    panic!("{name}: step {step} does not zoom")
                };
                view = next;
            }
            let (x, y) = view.to_pixel(plan.seats[target].at);
            assert!(view.pitch_px(&picture, x, y) >= CHOOSE_PITCH_PX);
            assert_eq!(
                view.tap(&picture, x + 20.0, y - 20.0),
                Tap::Seat(target),
                "{name}"
            );
        }
    }
}

#[test]
fn half_a_pitch_of_aim_is_forgiven_and_no_more() {
    let plan = pair();
    let picture = Picture::new(&plan);
    let view = View::fit(&picture, W, H);
    let (x, y) = view.to_pixel(plan.seats[0].at);
    let half = 50.0 * view.scale;
    assert_eq!(view.tap(&picture, x - half + 2.0, y), Tap::Seat(0));
    assert_eq!(view.tap(&picture, x - half - 2.0, y), Tap::Nothing);
    assert_eq!(view.tap(&picture, x + half + 2.0, y), Tap::Seat(1));
}

#[test]
fn seats_have_the_colour_and_form_of_their_class() {
    let plan = pair();
    let view = View::fit(&Picture::new(&plan), W, H);
    let looks = Looks {
        availability: &[1, 2, 0, 5],
        mine: &[0],
        only: None,
    };
    let pixels = paint(&plan, &view, &looks, &Palette::NORMAL);
    let at = |seat: usize, dx: f32, dy: f32| pixel(&pixels, &view, beside(&plan, seat, dx, dy));
    assert_eq!(at(0, 0.0, -30.0), [0xFF, 0xC2, 0x1A], "yours is yellow");
    assert_eq!(at(0, 0.0, -53.0), [0x14, 0x1C, 0x2E], "with a ring of ink");
    assert_eq!(
        at(1, 30.0, 30.0),
        [0x07, 0x86, 0x6B],
        "second class: a square reaches its corner"
    );
    assert_eq!(
        at(2, 0.0, 0.0),
        [0xC6, 0xCD, 0xD5],
        "not to be had: a grey dot"
    );
    assert_eq!(at(2, 20.0, 0.0), [0xFF, 0xFF, 0xFF]);
    assert_eq!(at(3, 0.0, 0.0), [0xFF, 0xFF, 0xFF], "fifth class: a bar");
    assert_eq!(
        at(3, 0.0, 20.0),
        [0x1B, 0x2A, 0x6B],
        "through a disc of the first colour"
    );
    let only = Looks {
        only: Some(0),
        ..looks
    };
    let pixels = paint(&plan, &view, &only, &Palette::NORMAL);
    assert_eq!(
        pixel(&pixels, &view, beside(&plan, 1, 30.0, 30.0)),
        [0xFF, 0xFF, 0xFF],
        "other classes step back"
    );
}

#[test]
fn high_contrast_is_white_on_black() {
    let plan = pair();
    let view = View::fit(&Picture::new(&plan), W, H);
    let looks = Looks {
        availability: &[1, 2, 3, 4],
        ..Looks::default()
    };
    let pixels = paint(&plan, &view, &looks, &Palette::HIGH_CONTRAST);
    for seat in &plan.seats {
        assert_eq!(pixel(&pixels, &view, seat.at), [0xFF, 0xFF, 0xFF]);
    }
    assert_eq!(
        pixel(&pixels, &view, beside(&plan, 0, 50.0, 50.0)),
        [0, 0, 0]
    );
}

#[test]
fn every_pixel_is_painted_and_a_wrong_buffer_is_left_alone() {
    let plan = theatre();
    let picture = Picture::new(&plan);
    let view = View::fit(&picture, 333, 271).zoomed(&picture, 4.0, 0.0, 0.0);
    let availability = vec![1; plan.seats.len()];
    let looks = Looks {
        availability: &availability,
        mine: &[5, 1_000_000],
        only: None,
    };
    let pixels = paint(&plan, &view, &looks, &Palette::NORMAL);
    assert!(pixels.chunks_exact(4).all(|pixel| pixel[3] == 255));
    let mut small = vec![9; 16];
    Painter::default().paint(
        &picture,
        &plan.areas,
        &view,
        &looks,
        &Palette::NORMAL,
        &mut small,
    );
    assert_eq!(small, vec![9; 16]);
}

#[test]
fn words_follow_the_closeness() {
    let plan = fixture("metalist_39417.pretix.json.zst");
    let picture = Picture::new(&plan);
    let fit = View::fit(&picture, W, H);
    let words = picture.labels(&plan, &fit);
    assert_eq!(
        words
            .iter()
            .filter(|label| matches!(label.kind, LabelKind::Block { .. }))
            .count(),
        51
    );
    assert!(words.iter().any(|label| label.text == "PITCH"));
    assert!(!words.iter().any(|label| label.kind == LabelKind::Row));
    let near = fit.on_seats(&picture, &[1_000, 1_001]);
    let words = picture.labels(&plan, &near);
    assert!(
        words
            .iter()
            .any(|label| label.kind == LabelKind::Seat { seat: 1_000 }
                && label.text == plan.seats[1_000].number)
    );
    assert!(
        !words
            .iter()
            .any(|label| matches!(label.kind, LabelKind::Block { .. }))
    );
}

#[test]
fn arrow_keys_walk_from_seat_to_seat() {
    let plan = pair();
    let picture = Picture::new(&plan);
    let walk = |from, direction| picture.next_seat(from, direction, |_| true);
    assert_eq!(
        [
            Direction::Right,
            Direction::Down,
            Direction::Left,
            Direction::Up
        ]
        .map(|d| walk(0, d)),
        [Some(1), Some(2), None, None]
    );
    assert_eq!(
        picture.next_seat(0, Direction::Right, |seat| seat != 1),
        None
    );
}
