//! Reads seating plans of pretix (JSON). Unknown fields are tolerated; each seat is read on its own, so that one wrong seat
//! does not hide the others and every problem has the line of its seat.

mod area;
mod loose;

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use area::{ZoneArea, colour, draw};
use loose::{Number, Position, Size, Text};

use super::{
    Fault, Imported, Problem,
    draft::{Draft, DraftBlock, DraftRow, DraftSeat},
    place::{Lines, offset, unclosed},
    text_of,
};
use crate::plan::{Class, RowEnds};

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
