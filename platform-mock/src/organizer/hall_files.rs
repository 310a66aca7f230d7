//! A stored hall as a file that can be imported again, here or elsewhere.

use kippu_seatplan::{
    Plan,
    plan::{Area, AreaKind},
};
use serde_json::{Value, json};

use super::table::cell;

/// One seat a line.
pub fn csv(plan: &Plan) -> String {
    let mut text = String::from("floor,block,row,seat,class,x,y,seat_guid\r\n");
    for (at, seat) in plan.seats.iter().enumerate() {
        let address = plan.address(at);
        let floor = match address.floor {
            0 => String::new(),
            floor => floor.to_string(),
        };
        let class = &plan.classes[usize::from(seat.class)].name;
        text += &format!(
            "{floor},{},{},{},{},{},{},{}\r\n",
            cell(address.block),
            cell(address.row),
            cell(address.number),
            cell(class),
            seat.at.x,
            seat.at.y,
            cell(&seat.guid),
        );
    }
    text
}

/// A pretix seating plan. Its format knows no storeys: they are lost where no block's name states them.
pub fn pretix(plan: &Plan) -> String {
    let nowhere = json!({"x": 0, "y": 0});
    let rows_of = |block: usize| -> Vec<Value> {
        let rows = plan
            .rows
            .iter()
            .filter(|row| usize::from(row.block) == block);
        rows.map(|row| {
            let seats: Vec<Value> = plan.seats[row.range()]
                .iter()
                .map(|seat| {
                    json!({
                        "seat_guid": seat.guid,
                        "seat_number": seat.number,
                        "position": {"x": seat.at.x, "y": seat.at.y},
                        "category": plan.classes[usize::from(seat.class)].name,
                        "radius": seat.radius,
                    })
                })
                .collect();
            json!({"row_number": row.label, "row_number_position": "both", "position": nowhere, "seats": seats})
        })
        .collect()
    };
    let mut zones: Vec<Value> = plan
        .blocks
        .iter()
        .enumerate()
        .map(|(index, block)| {
            json!({"name": block.name, "zone_id": block.code, "position": nowhere, "rows": rows_of(index), "areas": []})
        })
        .collect();
    if let Some(zone) = zones.first_mut() {
        zone["areas"] = plan.areas.iter().map(area).collect();
    }
    let categories: Vec<Value> = plan
        .classes
        .iter()
        .map(|class| json!({"name": class.name, "color": colour(class.colour.unwrap_or_default())}))
        .collect();
    json!({
        "name": plan.name,
        "categories": categories,
        "zones": zones,
        "size": {"width": plan.width, "height": plan.height},
    })
    .to_string()
}

fn area(area: &Area) -> Value {
    let points: Vec<Value> = area
        .outline
        .iter()
        .map(|point| json!({"x": point.x, "y": point.y}))
        .collect();
    let shape = if points.is_empty() { "text" } else { "polygon" };
    let mut value = json!({
        "shape": shape,
        "position": {"x": 0, "y": 0},
        "rotation": 0,
        "polygon": {"points": points},
        "color": colour(area.fill.unwrap_or([0xE1, 0xE5, 0xEA])),
        "border_color": colour(area.border.unwrap_or([0x46, 0x50, 0x63])),
    });
    if let Some(text) = &area.text {
        // A stage is known by what is written on it.
        let words = match (text.text.as_str(), area.kind) {
            ("", AreaKind::Stage) => "Stage",
            (words, _) => words,
        };
        value["text"] = json!({
            "text": words,
            "position": {"x": text.at.x, "y": text.at.y},
            "size": text.size,
            "color": "#465063",
        });
    }
    value
}

fn colour([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use kippu_seatplan::import;

    use super::*;
    use crate::organizer::sample;

    fn read(text: &str) -> Plan {
        let Ok((plan, _)) = import::any(text.as_bytes(), "Hall") else {
            panic!("it is read")
        };
        plan
    }

    #[test]
    fn what_was_written_is_read_as_the_same_hall() {
        let hall = sample::hall().unwrap();
        let (pretix, csv) = (read(&pretix(&hall)), read(&csv(&hall)));
        for again in [&pretix, &csv] {
            assert_eq!(again.seats.len(), hall.seats.len());
            for (at, seat) in hall.seats.iter().enumerate() {
                let there = again.seat_at(&hall.address(at)).unwrap();
                let found = &again.seats[there];
                assert_eq!(found.guid, seat.guid);
                let class = |plan: &Plan, class: u8| plan.classes[usize::from(class)].name.clone();
                assert_eq!(class(again, found.class), class(&hall, seat.class));
            }
        }
        let places = |plan: &Plan| plan.seats.iter().map(|seat| seat.at).collect::<Vec<_>>();
        assert_eq!(places(&pretix), places(&hall));
        assert_eq!(pretix.areas[0].kind, AreaKind::Stage);
    }
}
