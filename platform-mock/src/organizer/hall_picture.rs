//! A hall as an SVG drawing, for pages without scripts. Shapes and colours of the classes are those of the desk (`assets/seat-marks.js`).

use std::fmt::Write as _;

use kippu_seatplan::{
    Plan,
    plan::{Area, AreaKind, Point},
};

/// From so many seats on a page shows each with some two pixels: squares of colour alone, and a drawing of a tenth of the bytes.
const TOO_MANY_FOR_SHAPES: usize = 5_000;

/// How the classes look, in turn.
const KINDS: [(Shape, &str); 6] = [
    (Shape::Circle, "#1b2a6b"),
    (Shape::Square, "#0a7a5a"),
    (Shape::Diamond, "#b3259f"),
    (Shape::Triangle, "#7a4312"),
    (Shape::Cross, "#0f5f8a"),
    (Shape::Down, "#5a5f10"),
];

#[derive(Clone, Copy)]
enum Shape {
    Circle,
    Square,
    Diamond,
    Triangle,
    Cross,
    Down,
}

/// The whole hall; `stage` is the word on a stage without one, `label` what readers say instead of the picture.
pub fn hall(plan: &Plan, stage: &str, label: &str) -> String {
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img" aria-label="{}">"#,
        plan.width.max(1.0),
        plan.height.max(1.0),
        escaped(label)
    );
    for area in &plan.areas {
        draw_area(&mut svg, area, stage);
    }
    let shapes = plan.seats.len() < TOO_MANY_FOR_SHAPES;
    // Where a seat is smaller than a dot of the screen, gaps between seats would only make it pale.
    let radius = if shapes { 0.4 } else { 0.75 } * usual_pitch(plan);
    for class in 0..plan.classes.len() {
        let seats = plan
            .seats
            .iter()
            .filter(|seat| usize::from(seat.class) == class);
        let (shape, colour) = kind(class);
        let shape = if shapes { shape } else { Shape::Square };
        draw(&mut svg, shape, colour, radius, seats.map(|seat| seat.at));
    }
    svg += "</svg>";
    svg
}

/// The mark of a class, for legends.
pub fn mark(class: usize) -> String {
    let mut svg =
        String::from(r#"<svg class="mark-of" viewBox="-10 -10 20 20" aria-hidden="true">"#);
    let (shape, colour) = kind(class);
    draw(&mut svg, shape, colour, 8.0, [Point::default()].into_iter());
    svg += "</svg>";
    svg
}

fn kind(class: usize) -> (Shape, &'static str) {
    KINDS[class % KINDS.len()]
}

/// One path for all seats that look alike. A picture is text without an end: writing to it cannot fail.
fn draw(svg: &mut String, shape: Shape, colour: &str, r: f32, places: impl Iterator<Item = Point>) {
    let round = matches!(shape, Shape::Circle);
    if round {
        let width = tenth(2.0 * r);
        let _ = write!(
            svg,
            r#"<path fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="round" d=""#
        );
    } else {
        let _ = write!(svg, r#"<path fill="{colour}" d=""#);
    }
    let corners = corners(shape, r);
    for at in places {
        let Some((first, others)) = corners.split_first() else {
            let _ = write!(svg, "M{} {}h0", tenth(at.x), tenth(at.y));
            continue;
        };
        let _ = write!(svg, "M{} {}l", tenth(at.x + first.0), tenth(at.y + first.1));
        let mut before = *first;
        for corner in others {
            let _ = write!(
                svg,
                "{} {} ",
                tenth(corner.0 - before.0),
                tenth(corner.1 - before.1)
            );
            before = *corner;
        }
        svg.push('z');
    }
    *svg += r#""/>"#;
}

/// A shape's corners around its middle; none for what is round.
fn corners(shape: Shape, r: f32) -> Vec<(f32, f32)> {
    let (s, t, b) = (0.88 * r, 0.36 * r, 0.85 * r);
    match shape {
        Shape::Circle => Vec::new(),
        Shape::Square => vec![(-s, -s), (s, -s), (s, s), (-s, s)],
        Shape::Diamond => vec![(0.0, -r), (r, 0.0), (0.0, r), (-r, 0.0)],
        Shape::Triangle => vec![(0.0, -r), (r, b), (-r, b)],
        Shape::Down => vec![(0.0, r), (r, -b), (-r, -b)],
        Shape::Cross => [
            (-t, -r),
            (t, -r),
            (t, -t),
            (r, -t),
            (r, t),
            (t, t),
            (t, r),
            (-t, r),
            (-t, t),
            (-r, t),
            (-r, -t),
            (-t, -t),
        ]
        .to_vec(),
    }
}

fn draw_area(svg: &mut String, area: &Area, stage: &str) {
    let is_stage = area.kind == AreaKind::Stage;
    let across = width(area);
    // A hall of one seat gives its stage no width.
    let drawn = across > 0.0;
    let (fill, ink) = match area.kind {
        AreaKind::Stage if drawn => ("#141c2e", "#fff"),
        AreaKind::Pitch => ("#cfe5d2", "#465063"),
        _ => ("#e1e5ea", "#465063"),
    };
    if drawn {
        let points: Vec<String> = area
            .outline
            .iter()
            .map(|point| format!("{},{}", tenth(point.x), tenth(point.y)))
            .collect();
        let _ = write!(
            svg,
            r#"<polygon fill="{fill}" points="{}"/>"#,
            points.join(" ")
        );
    }
    let Some(text) = &area.text else { return };
    let words = if text.text.is_empty() && is_stage {
        stage
    } else {
        &text.text
    };
    // Short rows have a narrow stage: the words stay on it.
    let letters = words.chars().count().max(1) as f32;
    let size = if drawn {
        text.size.min(across / letters)
    } else {
        text.size
    };
    let _ = write!(
        svg,
        r#"<text x="{}" y="{}" font-size="{}" font-weight="700" font-family="sans-serif" text-anchor="middle" dominant-baseline="central" fill="{ink}">{}</text>"#,
        tenth(text.at.x),
        tenth(text.at.y),
        tenth(size),
        escaped(words)
    );
}

/// How wide an area's outline is; 0 without one.
fn width(area: &Area) -> f32 {
    let places = || area.outline.iter().map(|corner| corner.x);
    let (least, most) = (
        places().fold(f32::MAX, f32::min),
        places().fold(f32::MIN, f32::max),
    );
    (most - least).max(0.0)
}

/// The usual distance between neighbours.
fn usual_pitch(plan: &Plan) -> f32 {
    let mut pitches = plan.pitches();
    pitches.sort_by(f32::total_cmp);
    pitches.get(pitches.len() / 2).copied().unwrap_or(20.0)
}

/// Exact to a tenth, as plans are.
fn tenth(number: f32) -> f32 {
    (number * 10.0).round() / 10.0
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            letter if letter.is_control() => safe.push(' '),
            letter => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seat_is_drawn_and_names_stay_text() {
        let file = "block,row,seat,class\nstalls,A,1-4,S\nstalls,B,1-3,A\n";
        let Ok((mut plan, _)) = kippu_seatplan::import::csv::import(file.as_bytes(), "Hall") else {
            panic!("the list is read")
        };
        let drawn = hall(&plan, "<Stage>", "\"<b>7</b>\"");
        assert_eq!(drawn.matches("h0").count(), 4, "four discs");
        // Behind the stage, which is drawn first, each class has one path.
        let squares = drawn.rsplit("<path").next().unwrap_or_default();
        assert_eq!(squares.matches('z').count(), 3, "three squares");
        assert!(
            drawn.contains("&lt;Stage&gt;") && !drawn.contains("<b>"),
            "{drawn}"
        );
        plan.seats.clear();
        plan.rows.clear();
        assert!(hall(&plan, "", "").ends_with("</svg>"));
    }
}
