//! Measures a plan: encoded size, CPU time per painted frame and to find seats. `measure-plan PLAN.json [FRAME.ppm]` with a pretix plan.

use std::{env, fs, hint::black_box, time::Instant};

use kippu_seatplan::{
    Plan,
    best::{Wish, find},
    import::pretix,
    picture::{Looks, Painter, Palette, Picture, View},
};

const W: u32 = 1080;
const H: u32 = 1000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = env::args()
        .nth(1)
        .ok_or("usage: measure-plan PLAN.json [FRAME.ppm]")?;
    let mut bytes = fs::read(path)?;
    if bytes.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) {
        bytes = zstd::decode_all(bytes.as_slice())?;
    }
    let start = Clock::now();
    let (plan, _) = pretix::import(&bytes).map_err(|problems| problems[0].to_string())?;
    println!(
        "| plan of {} seats | CPU |\n|---|--:|\n| import from {} bytes | {:.1} ms |",
        plan.seats.len(),
        bytes.len(),
        ms(start)
    );
    let start = Clock::now();
    let packed = plan.encode();
    println!("| encode to {} bytes | {:.1} ms |", packed.len(), ms(start));
    let start = Clock::now();
    black_box(Plan::decode(&packed)?);
    println!("| decode | {:.1} ms |", ms(start));

    let availability: Vec<u8> = (0..plan.seats.len())
        .map(|seat| ((seat * 7919) % 5) as u8)
        .collect();
    // Free seats in runs of seven, and the worst case: no two free seats side by side.
    let runs: Vec<u8> = (0..plan.seats.len())
        .map(|seat| ((seat / 7 * 7919) % 5) as u8)
        .collect();
    for (name, availability) in [("runs", &runs), ("singles", &availability)] {
        for count in [2, 4, 12, 40] {
            let start = Clock::now();
            let wish = Wish {
                class: Some(0),
                count,
            };
            let apart = find(&plan, availability, &wish).map(|choice| choice.apart);
            let found = apart.map_or("none".to_owned(), |apart| format!("{apart:?}"));
            println!(
                "| best {count}, free seats in {name}: {found} | {:.1} ms |",
                ms(start)
            );
        }
    }

    let start = Clock::now();
    let picture = Picture::new(&plan);
    println!("| prepare the picture | {:.1} ms |", ms(start));
    println!(
        "\n| panning, {W} × {H} pixels, seats apart | CPU of a frame, mean | worst | labels |"
    );
    println!("|--:|--:|--:|--:|");
    let mut painter = Painter::default();
    let mut pixels = vec![0; (W * H * 4) as usize];
    let looks = Looks {
        availability: &availability,
        mine: &[100, 101],
        only: None,
    };
    let fit = View::fit(&picture, W, H);
    for pitch in [0.0, 3.0, 5.0, 8.0, 14.0, 30.0, 84.0] {
        let here = fit.to_pixel(plan.seats[plan.seats.len() / 3].at);
        let factor = pitch / fit.pitch_px(&picture, here.0, here.1);
        let view = if pitch == 0.0 {
            fit
        } else {
            fit.zoomed(&picture, factor, here.0, here.1)
        };
        let (mut sum, mut worst) = (0.0, 0.0_f64);
        for frame in 0..40 {
            let view = view.panned(&picture, frame as f32 * 3.3, frame as f32 * 1.7);
            let start = Clock::now();
            painter.paint(
                &picture,
                &plan.areas,
                &view,
                &looks,
                &Palette::NORMAL,
                &mut pixels,
            );
            let took = ms(start);
            (sum, worst) = (sum + took, worst.max(took));
        }
        let start = Clock::now();
        let words = picture.labels(&plan, &view).len();
        println!(
            "| {} | {:.2} ms | {worst:.2} ms | {words} in {:.2} ms |",
            if pitch == 0.0 {
                "whole plan".to_owned()
            } else {
                format!("{pitch:.0} px")
            },
            sum / 40.0,
            ms(start)
        );
        if let Some(out) = env::args().nth(2) {
            let rgb: Vec<u8> = pixels
                .chunks_exact(4)
                .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]])
                .collect();
            let head = format!("P6 {W} {H} 255\n");
            fs::write(
                out.replace("%", &format!("{pitch:.0}")),
                [head.as_bytes(), &rgb].concat(),
            )?;
        }
    }
    println!();
    Ok(())
}

/// CPU time of this thread, so that other work on the machine does not count; wall time where the system does not say.
struct Clock {
    cpu_ns: Option<u64>,
    wall: Instant,
}

impl Clock {
    fn now() -> Self {
        Self {
            cpu_ns: cpu_ns(),
            wall: Instant::now(),
        }
    }
}

fn cpu_ns() -> Option<u64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

fn ms(start: Clock) -> f64 {
    match (start.cpu_ns, cpu_ns()) {
        (Some(from), Some(to)) => (to - from) as f64 / 1e6,
        _ => start.wall.elapsed().as_secs_f64() * 1e3,
    }
}
