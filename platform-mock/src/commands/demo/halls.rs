//! The demo's two events, on real seat plans.

use anyhow::bail;
use jiff::{Span, Timestamp, tz::TimeZone};
use kippu_gate::bundle::Direction;
use kippu_seatplan::{Plan, import};
use kippu_ticket::ids::{EventId, SellerId};
use platform_center::{
    masters::rules::{BlockWay, NewEvent},
    organizer::sample::THEATRE,
    refunds::rules::RefundRule,
    sales::limits::PurchaseLimits,
    storage::Storage,
};

use super::{FAN_CLUB, HOSHIMI, MATCH, MEMBERSHIP, PLAY, ZONE};

const STADIUM: &[u8] = include_bytes!("../../../demo/metalist_39417.pretix.json.zst");
/// A plan must have a seat; nobody sits on a membership.
const MEMBERS: &[u8] = b"block,row,seat,class\nmembers,1,1,member\n";
const MINUTE: i64 = 60 * 1_000_000;
const HOUR: i64 = 60 * MINUTE;

/// Tonight's play: doors are open already, so that a ticket bought in the demo is good at the gate at once.
pub async fn theatre(storage: &dyn Storage, now: i64) -> anyhow::Result<()> {
    let plan = read(THEATRE)?;
    let layout = storage
        .put_layout("星見ホール", ZONE, "Paraninfo", &plan)
        .await?;
    let (doors_open, starts) = evening(now);
    let ways = ways(&plan, |code| match code {
        "stalls" => (0, "1", Direction::Ahead, None),
        "lower_box" => (1, "3", Direction::Left, None),
        "upper_box" => (1, "4", Direction::Up, Some(Direction::Right)),
        _ => (1, "2", Direction::Up, Some(Direction::Right)),
    });
    let event = NewEvent {
        event: PLAY,
        organizer: "hoshimi".into(),
        layout: layout.layout,
        name: "銀河鉄道の夜".into(),
        performers: "劇団ほしみ".into(),
        doors_open,
        starts,
        sales_end: starts + HOUR,
        currency: "JPY".into(),
        tax_basis_points: 1000,
        limit_per_order: 6,
        limits: PurchaseLimits::default(),
        refunds: Some(RefundRule {
            until: starts - HOUR,
            fee: 220,
        }),
        prices: prices(&plan, |class| match class {
            "S" => 8_800,
            "A" => 6_600,
            _ => 3_800,
        }),
        entrances: vec!["1".into(), "2".into()],
        ways,
    };
    storage.register_event(event).await?;
    // The last rows of the stalls and the lower boxes are the fan club's; the front row is not on sale.
    allocate(storage, PLAY, &plan, |code, row| match (code, row) {
        ("stalls", "A") => None,
        ("stalls", "P" | "Q") | ("lower_box", _) => Some(FAN_CLUB),
        _ => Some(HOSHIMI),
    })
    .await
}

/// A match in a stadium of 39,417 seats, in four weeks.
pub async fn stadium(storage: &dyn Storage, now: i64) -> anyhow::Result<()> {
    let plan = read(STADIUM)?;
    let layout = storage
        .put_layout("Metalist Stadium", ZONE, "Football", &plan)
        .await?;
    let starts = at_three_in_four_weeks(now)?;
    let ways = ways(&plan, |code| match code.split('-').next() {
        Some("west") => (0, "W", Direction::Ahead, None),
        Some("south") => (1, "S", Direction::Left, None),
        Some("east") => (2, "E", Direction::Up, Some(Direction::Right)),
        _ => (3, "N", Direction::Right, None),
    });
    let event = NewEvent {
        event: MATCH,
        organizer: "harbour".into(),
        layout: layout.layout,
        name: "Harbour City v. Northern Stars".into(),
        performers: "Harbour City FC, Northern Stars".into(),
        doors_open: starts - 2 * HOUR,
        starts,
        sales_end: starts + HOUR,
        currency: "JPY".into(),
        tax_basis_points: 1000,
        limit_per_order: 8,
        limits: PurchaseLimits::default(),
        // A league's tickets are not taken back.
        refunds: None,
        prices: prices(&plan, |class| match class {
            "west" => 5_200,
            "east" => 4_200,
            _ => 2_400,
        }),
        entrances: ["West", "South", "East", "North"]
            .map(str::to_owned)
            .to_vec(),
        ways,
    };
    storage.register_event(event).await?;
    // The away side and the boxes are the fan club's; two sectors in the north are not on sale.
    allocate(storage, MATCH, &plan, |code, _| match code {
        "north-10" | "north-20" => None,
        _ if code.starts_with("east") || code.contains("VIP") => Some(FAN_CLUB),
        _ => Some(HOSHIMI),
    })
    .await
}

/// A membership of the fan club for a year. It is an event without sale: its doors are open as long as the membership is good.
pub async fn membership(storage: &dyn Storage, now: i64) -> anyhow::Result<()> {
    let Ok((plan, _)) = import::csv::import(MEMBERS, "Members") else {
        bail!("the plan of the membership is broken")
    };
    let layout = storage
        .put_layout("Northern Stars Fan Club", ZONE, "Members", &plan)
        .await?;
    let event = NewEvent {
        event: MEMBERSHIP,
        organizer: "harbour".into(),
        layout: layout.layout,
        name: "Northern Stars 会員証".into(),
        performers: "Northern Stars".into(),
        doors_open: now,
        starts: now + 365 * 24 * HOUR,
        sales_end: now - HOUR,
        currency: "JPY".into(),
        tax_basis_points: 1000,
        limit_per_order: 1,
        limits: PurchaseLimits::default(),
        refunds: None,
        prices: prices(&plan, |_| 3_000),
        entrances: vec!["–".into()],
        ways: ways(&plan, |_| (0, "–", Direction::Ahead, None)),
    };
    storage.register_event(event).await?;
    Ok(())
}

fn read(packed: &[u8]) -> anyhow::Result<Plan> {
    match import::pretix::import(&zstd::decode_all(packed)?) {
        Ok((plan, _)) => Ok(plan),
        Err(problems) => {
            let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
            bail!("a plan of the demo is broken: {}", list.join("; "))
        }
    }
}

fn ways(
    plan: &Plan,
    way: impl Fn(&str) -> (u8, &'static str, Direction, Option<Direction>),
) -> Vec<BlockWay> {
    let blocks = plan.blocks.iter().map(|block| way(&block.code));
    blocks
        .map(|(entrance, door, direction, step_free)| BlockWay {
            entrance,
            hall_door: door.into(),
            direction,
            step_free,
        })
        .collect()
}

fn prices(plan: &Plan, price: impl Fn(&str) -> i64) -> Vec<i64> {
    plan.classes
        .iter()
        .map(|class| price(&class.name))
        .collect()
}

async fn allocate(
    storage: &dyn Storage,
    event: EventId,
    plan: &Plan,
    seller: impl Fn(&str, &str) -> Option<SellerId>,
) -> anyhow::Result<()> {
    for allocated in [HOSHIMI, FAN_CLUB] {
        let seats = (0_u32..).zip(&plan.seats).filter(|(seat, _)| {
            let words = plan.address(*seat as usize);
            seller(words.block, words.row) == Some(allocated)
        });
        storage
            .allocate(
                event,
                Some(allocated),
                seats.map(|(seat, _)| seat).collect(),
            )
            .await?;
    }
    Ok(())
}

/// When doors open and when the play starts: the doors are open already, and the start is the first full half hour that leaves 90 minutes
/// to buy and walk in.
fn evening(now: i64) -> (i64, i64) {
    let doors_open = (now - 30 * MINUTE).div_euclid(5 * MINUTE) * 5 * MINUTE;
    let starts = (now + 2 * HOUR).div_euclid(30 * MINUTE) * 30 * MINUTE;
    (doors_open, starts)
}

fn at_three_in_four_weeks(now: i64) -> anyhow::Result<i64> {
    let day = Timestamp::from_microsecond(now)?
        .to_zoned(TimeZone::get(ZONE)?)
        .checked_add(Span::new().weeks(4))?;
    Ok(day
        .date()
        .at(15, 0, 0, 0)
        .in_tz(ZONE)?
        .timestamp()
        .as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-12-01T18:00:00+09:00
    const SIX: i64 = 1_796_115_600_000_000;

    #[test]
    fn doors_are_open_and_the_play_starts_at_a_full_half_hour() {
        for minute in 0..60 {
            let now = SIX + minute * MINUTE + 17;
            let (doors_open, starts) = evening(now);
            assert_eq!((doors_open % (5 * MINUTE), starts % (30 * MINUTE)), (0, 0));
            assert!((30 * MINUTE..35 * MINUTE).contains(&(now - doors_open)));
            assert!((90 * MINUTE..=150 * MINUTE).contains(&(starts - now)));
        }
        assert_eq!(evening(SIX), (SIX - 30 * MINUTE, SIX + 2 * HOUR));
    }

    #[test]
    fn the_theatre_lies_below_its_stage_with_row_a_first() {
        let plan = read(THEATRE).unwrap();
        let first_row = |block: &str, row: &str| {
            let seats = (0..plan.seats.len()).filter(|seat| {
                let words = plan.address(*seat);
                (words.block, words.row) == (block, row)
            });
            let heights: Vec<f32> = seats.map(|seat| plan.seats[seat].at.y).collect();
            assert!(!heights.is_empty(), "{block} {row}");
            heights.into_iter().fold(f32::MAX, f32::min)
        };
        let downwards = [
            plan.focus.y,
            first_row("stalls", "A"),
            first_row("stalls", "Q"),
            first_row("amphitheater", "A"),
            first_row("amphitheater", "H"),
        ];
        assert!(downwards.is_sorted(), "{downwards:?}");
        for side in ["lower_box", "upper_box"] {
            assert_eq!(first_row(side, "Odd"), first_row("stalls", "A"), "{side}");
        }
    }
}
