//! Reads seating plans of pretix (JSON). Unknown fields are tolerated; each seat is read on its own, so that one wrong seat
//! does not hide the others and every problem has the line of its seat.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer, de::IgnoredAny};
use serde_json::value::RawValue;

use super::{
    Fault, Imported, Problem,
    draft::{Draft, DraftBlock, DraftRow, DraftSeat},
    place::{Lines, offset, unclosed},
    text_of,
};
use crate::{
    import::front::centre,
    plan::{Area, AreaKind, AreaText, Class, Point, RowEnds},
    wire::rounded,
};

#[derive(Deserialize)]
struct Root<'a> {
    #[serde(default)]
    name: Text,
    #[serde(default)]
    categories: Vec<Category>,
    #[serde(borrow)]
    zones: Vec<Zone<'a>>,
    size: Option<Size>,
}

#[derive(Deserialize)]
struct Category {
    name: Text,
    color: Option<String>,
}

#[derive(Deserialize, Clone, Copy)]
struct Size {
    width: Number,
    height: Number,
}

#[derive(Deserialize)]
struct Zone<'a> {
    #[serde(default)]
    name: Text,
    #[serde(default)]
    zone_id: Text,
    #[serde(default)]
    position: Position,
    #[serde(borrow)]
    rows: Vec<ZoneRow<'a>>,
    #[serde(default, borrow)]
    areas: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct ZoneRow<'a> {
    #[serde(default)]
    row_number: Text,
    #[serde(default)]
    row_label: Text,
    #[serde(default)]
    row_number_position: Option<String>,
    #[serde(default)]
    position: Position,
    #[serde(borrow)]
    seats: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct ZoneSeat {
    #[serde(default)]
    seat_guid: Text,
    #[serde(default)]
    seat_number: Text,
    position: Option<Position>,
    category: Option<Text>,
    radius: Option<Number>,
}

#[derive(Deserialize)]
struct ZoneArea {
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

#[derive(Deserialize, Clone, Copy, Default)]
struct Position {
    x: Number,
    y: Number,
}

/// A number, or a text that is one: seen in the wild.
#[derive(Clone, Copy, Default)]
struct Number(f64);

/// A text, or a number used as one; nothing counts as empty.
#[derive(Default)]
struct Text(String);

#[derive(Deserialize)]
#[serde(untagged)]
enum Loose {
    Number(f64),
    Text(String),
    Nothing(()),
    Other(IgnoredAny),
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = match Loose::deserialize(deserializer)? {
            Loose::Number(number) => Some(number),
            Loose::Text(text) => text.trim().parse().ok(),
            Loose::Nothing(()) | Loose::Other(_) => None,
        };
        // A plan a thousand kilometres wide is a mistake, and would not fit the compact form.
        let near = number.filter(|number| number.abs() < 1e7);
        near.map(Self)
            .ok_or_else(|| serde::de::Error::custom("expected a number"))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Loose::deserialize(deserializer)? {
            Loose::Number(number) => Ok(Self(number.to_string())),
            Loose::Text(text) => Ok(Self(text.trim().to_owned())),
            Loose::Nothing(()) => Ok(Self::default()),
            Loose::Other(_) => Err(serde::de::Error::custom("expected a text")),
        }
    }
}

/// Reads a pretix seating plan.
///
/// # Errors
/// Every problem that stops the plan: cut off or broken JSON, repeated identifiers, unknown categories, seats without what they need.
pub fn import(bytes: &[u8]) -> Imported {
    let (text, note) = text_of(bytes).map_err(|problem| vec![problem])?;
    let root: Root<'_> =
        serde_json::from_str(&text).map_err(|error| vec![syntax(&text, &error)])?;
    let lines = Lines::of(&text);
    let classes: HashMap<&str, u8> = root
        .categories
        .iter()
        .enumerate()
        .map(|(index, class)| (class.name.0.as_str(), index as u8))
        .collect();
    let size = root.size.unwrap_or(Size {
        width: Number(0.0),
        height: Number(0.0),
    });
    let mut draft = Draft {
        name: root.name.0.clone(),
        width: size.width.0,
        height: size.height.0,
        ..Draft::default()
    };
    draft.odd.extend(note);
    draft.classes = root
        .categories
        .iter()
        .map(|class| Class {
            name: class.name.0.clone(),
            colour: class.color.as_deref().and_then(colour),
        })
        .collect();
    for zone in &root.zones {
        for area in &zone.areas {
            match serde_json::from_str::<ZoneArea>(area.get()) {
                Ok(read) => draft.areas.extend(draw(&read, zone.position)),
                Err(error) => draft.odd.push(Problem {
                    line: lines.line(offset(&text, area.get())) + error.line() as u32 - 1,
                    what: Fault::Syntax(format!("an area was left out: {}", bare(&error))),
                }),
            }
        }
        let id = if zone.zone_id.0.is_empty() {
            &zone.name.0
        } else {
            &zone.zone_id.0
        };
        let mut block = DraftBlock {
            id: id.clone(),
            name: zone.name.0.clone(),
            floor: super::header::floor_in(&zone.name.0),
            entrance: 0,
            rows: Vec::new(),
        };
        for row in &zone.rows {
            let mut seats = Vec::with_capacity(row.seats.len());
            for raw in &row.seats {
                let line = lines.line(offset(&text, raw.get()));
                match read_seat(raw.get(), line, &classes, &mut draft.wrong) {
                    Some(mut seat) => {
                        seat.x += zone.position.x.0 + row.position.x.0;
                        seat.y += zone.position.y.0 + row.position.y.0;
                        seats.push(seat);
                    }
                    None => continue,
                }
            }
            let label = if row.row_number.0.is_empty() {
                &row.row_label.0
            } else {
                &row.row_number.0
            };
            let labels_at = match row.row_number_position.as_deref() {
                Some("start") => RowEnds::Start,
                Some("end") => RowEnds::End,
                Some("both") => RowEnds::Both,
                _ => RowEnds::None,
            };
            block.rows.push(DraftRow {
                label: label.clone(),
                labels_at,
                seats,
            });
        }
        draft.blocks.push(block);
    }
    draft.finish()
}

/// Reads one seat; whatever is wrong with it goes to `wrong`.
fn read_seat(
    raw: &str,
    line: u32,
    classes: &HashMap<&str, u8>,
    wrong: &mut Vec<Problem>,
) -> Option<DraftSeat> {
    let seat: ZoneSeat = match serde_json::from_str(raw) {
        Ok(seat) => seat,
        Err(error) => {
            let line = line + error.line().saturating_sub(1) as u32;
            wrong.push(Problem {
                line,
                what: Fault::Syntax(format!("a seat cannot be read: {}", bare(&error))),
            });
            return None;
        }
    };
    let guid = seat.seat_guid.0;
    let name = if guid.is_empty() {
        format!("seat {:?}", seat.seat_number.0)
    } else {
        format!("seat {guid:?}")
    };
    let mut missing = |field| {
        wrong.push(Problem {
            line,
            what: Fault::Missing {
                seat: name.clone(),
                field,
            },
        })
    };
    if guid.is_empty() {
        missing("seat_guid");
    }
    let Some(category) = seat.category else {
        missing("category");
        return None;
    };
    let Some(position) = seat.position else {
        missing("position");
        return None;
    };
    let Some(class) = classes.get(category.0.as_str()) else {
        wrong.push(Problem {
            line,
            what: Fault::UnknownCategory {
                seat: guid,
                category: category.0,
            },
        });
        return None;
    };
    Some(DraftSeat {
        x: position.x.0,
        y: position.y.0,
        class: *class,
        number: seat.seat_number.0,
        guid,
        radius: seat.radius.map_or(10.0, |radius| radius.0 as f32),
        line,
    })
}

fn syntax(text: &str, error: &serde_json::Error) -> Problem {
    let what = match error.classify() {
        serde_json::error::Category::Eof => Fault::CutOff {
            column: error.column() as u32,
            missing: unclosed(text),
        },
        _ => Fault::Syntax(format!("column {}: {}", error.column(), bare(error))),
    };
    Problem {
        line: error.line() as u32,
        what,
    }
}

/// The message without serde's own "at line 1 column 2", which counts from the wrong start here.
fn bare(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ")
        .map_or(text.clone(), |(message, _)| message.to_owned())
}

fn draw(area: &ZoneArea, zone: Position) -> Option<Area> {
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
fn colour(text: &str) -> Option<[u8; 3]> {
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
