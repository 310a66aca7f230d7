//! Areas of a pretix plan as outlines: rectangles, circles, ellipses, polygons and texts.

use serde::Deserialize;

use super::loose::{Number, Position, Size, Text};
use crate::{
    import::front::centre,
    plan::{Area, AreaKind, AreaText, Point},
    wire::rounded,
};

#[derive(Deserialize)]
pub(super) struct ZoneArea {
    shape: String,
    #[serde(default)]
    position: Position,
    #[serde(default)]
    rotation: Number,
    color: Option<String>,
    border_color: Option<String>,
    rectangle: Option<Size>,
    circle: Option<Circle>,
    ellipse: Option<Ellipse>,
    polygon: Option<Polygon>,
    text: Option<Writing>,
}

#[derive(Deserialize)]
struct Circle {
    radius: Number,
}

#[derive(Deserialize)]
struct Ellipse {
    radius: Position,
}

#[derive(Deserialize)]
struct Polygon {
    points: Vec<Position>,
}

#[derive(Deserialize)]
struct Writing {
    #[serde(default)]
    text: Text,
    #[serde(default)]
    position: Position,
    size: Option<Number>,
}

/// The area on the plan; `None` where it has neither a shape nor a text that can be drawn.
pub(super) fn draw(area: &ZoneArea, zone: Position) -> Option<Area> {
    let at = Point {
        x: (zone.x.0 + area.position.x.0) as f32,
        y: (zone.y.0 + area.position.y.0) as f32,
    };
    let corner = |x: f64, y: f64| Point {
        x: rounded(f64::from(at.x) + x),
        y: rounded(f64::from(at.y) + y),
    };
    let round = |rx: f64, ry: f64| -> Vec<Point> {
        let angle = |step: i32| f64::from(step) * std::f64::consts::TAU / 48.0;
        (0..48)
            .map(|step| corner(rx * angle(step).cos(), ry * angle(step).sin()))
            .collect()
    };
    let outline = match area.shape.as_str() {
        "rectangle" => {
            let size = area.rectangle?;
            let (w, h) = (size.width.0, size.height.0);
            vec![
                corner(0.0, 0.0),
                corner(w, 0.0),
                corner(w, h),
                corner(0.0, h),
            ]
        }
        "circle" => round(
            area.circle.as_ref()?.radius.0,
            area.circle.as_ref()?.radius.0,
        ),
        "ellipse" => round(
            area.ellipse.as_ref()?.radius.x.0,
            area.ellipse.as_ref()?.radius.y.0,
        ),
        "polygon" => area
            .polygon
            .as_ref()?
            .points
            .iter()
            .map(|point| corner(point.x.0, point.y.0))
            .collect(),
        _ => Vec::new(),
    };
    let outline = turned(outline, at, area.rotation.0 as f32);
    let text = area
        .text
        .as_ref()
        .filter(|text| !text.text.0.is_empty())
        .map(|text| AreaText {
            at: corner(text.position.x.0, text.position.y.0),
            text: text.text.0.clone(),
            size: rounded(text.size.map_or(16.0, |size| size.0)),
        });
    if outline.is_empty() && text.is_none() {
        return None;
    }
    let mut text = text;
    let kind = text
        .as_ref()
        .map_or(AreaKind::Other, |text| kind_of(&text.text));
    if let (Some(text), false) = (&mut text, outline.is_empty()) {
        // Some makers leave the text at the corner; on a drawing it belongs to the middle of its area.
        text.at = centre(&outline);
    }
    let (fill, border) = (
        area.color.as_deref().and_then(colour),
        area.border_color.as_deref().and_then(colour),
    );
    Some(Area {
        kind,
        outline,
        fill,
        border,
        text,
    })
}

fn turned(outline: Vec<Point>, about: Point, degrees: f32) -> Vec<Point> {
    if degrees == 0.0 {
        return outline;
    }
    let (sin, cos) = degrees.to_radians().sin_cos();
    let turn = |p: Point| {
        let (x, y) = (p.x - about.x, p.y - about.y);
        Point {
            x: rounded(f64::from(about.x + x * cos - y * sin)),
            y: rounded(f64::from(about.y + x * sin + y * cos)),
        }
    };
    outline.into_iter().map(turn).collect()
}

fn kind_of(text: &str) -> AreaKind {
    let text = text.to_lowercase();
    let any = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if any(&[
        "stage",
        "bühne",
        "scène",
        "escenario",
        "palco",
        "сцена",
        "舞台",
        "ステージ",
        "무대",
    ]) {
        AreaKind::Stage
    } else if any(&[
        "pitch",
        "field",
        "court",
        "spielfeld",
        "terrain",
        "campo",
        "cancha",
        "поле",
        "ピッチ",
        "グラウンド",
        "コート",
        "フィールド",
    ]) {
        AreaKind::Pitch
    } else {
        AreaKind::Other
    }
}

/// `#RGB` or `#RRGGBB`.
pub(super) fn colour(text: &str) -> Option<[u8; 3]> {
    let digits: Vec<u8> = text
        .strip_prefix('#')?
        .chars()
        .map(|c| c.to_digit(16).map(|d| d as u8))
        .collect::<Option<_>>()?;
    match digits[..] {
        [r, g, b] => Some([r * 17, g * 17, b * 17]),
        [a, b, c, d, e, f] => Some([a * 16 + b, c * 16 + d, e * 16 + f]),
        _ => None,
    }
}
