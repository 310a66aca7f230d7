//! A hall for machines to draw: the plan as columns.

use kippu_api::allocation::{PictureArea, PictureBlock, PictureClass, PictureRow, SeatPicture};
use kippu_seatplan::plan::{Area, AreaKind};

use crate::masters::rules::EventFacts;

/// The picture of an event's hall.
pub fn of(facts: &EventFacts) -> SeatPicture {
    let plan = &facts.plan;
    SeatPicture {
        plan_tag: facts.plan_tag.clone(),
        width: plan.width,
        height: plan.height,
        classes: facts
            .prices
            .iter()
            .map(|price| PictureClass {
                name: price.name.clone(),
                price: price.price,
            })
            .collect(),
        blocks: plan
            .blocks
            .iter()
            .map(|block| PictureBlock {
                code: block.code.clone(),
                name: block.name.clone(),
                floor: block.floor,
            })
            .collect(),
        rows: plan
            .rows
            .iter()
            .map(|row| PictureRow {
                block: row.block,
                label: row.label.clone(),
                first: row.seats.start,
                seats: row.seats.end - row.seats.start,
            })
            .collect(),
        x: plan.seats.iter().map(|seat| seat.at.x).collect(),
        y: plan.seats.iter().map(|seat| seat.at.y).collect(),
        class: plan.seats.iter().map(|seat| seat.class).collect(),
        number: plan.seats.iter().map(|seat| seat.number.clone()).collect(),
        areas: plan.areas.iter().map(area).collect(),
    }
}

fn area(area: &Area) -> PictureArea {
    let kind = match area.kind {
        AreaKind::Stage => "stage",
        AreaKind::Pitch => "pitch",
        AreaKind::Other => "other",
    };
    let (text, text_at) = area
        .text
        .as_ref()
        .map_or((String::new(), [0.0; 3]), |text| {
            (text.text.clone(), [text.at.x, text.at.y, text.size])
        });
    PictureArea {
        kind: kind.to_owned(),
        outline: area
            .outline
            .iter()
            .flat_map(|point| [point.x, point.y])
            .collect(),
        text,
        text_at,
    }
}
