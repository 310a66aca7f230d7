//! What became of the tickets that are or were on a card, from the sales journal. Pure.

use kippu_api::parcels::PassageKind;
use kippu_ticket::ids::CardUid;
use serde::Deserialize;

/// A row of the journal, as far as a card's history needs it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct LifeEntry {
    /// When, UTC microseconds.
    pub at: i64,
    /// What happened, in the journal's word.
    pub kind: String,
    /// The card it is about.
    #[serde(default)]
    pub card: Option<CardUid>,
    /// Card the ticket was taken from.
    #[serde(default)]
    pub giver: Option<CardUid>,
    /// The terminal.
    #[serde(default)]
    pub terminal: Option<u32>,
    /// Whether the card proved it.
    #[serde(default)]
    pub proved: Option<bool>,
    /// The handover, or what a gate decided.
    #[serde(default)]
    pub note: Option<String>,
}

/// One station of a ticket, as seen from a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Station {
    /// When, UTC microseconds.
    pub at: i64,
    /// What.
    pub what: PassageKind,
    /// The other card of an assignment.
    pub other: Option<CardUid>,
    /// Where.
    pub terminal: Option<u32>,
    /// Whether the card proved it.
    pub proved: Option<bool>,
}

/// The stations of one ticket that concern a card, oldest first: from what brought it there to what took it away. What other people did with it
/// before and afterwards is not told.
pub fn stations(card: CardUid, life: &[LifeEntry]) -> Vec<Station> {
    let mut found: Vec<Station> = Vec::new();
    let mut bought = None;
    let mut here = false;
    let mut taken_by: Option<&str> = None;
    for entry in life {
        let own = entry.card == Some(card);
        let from_here = entry.giver == Some(card);
        let mut tell = |what, other| {
            found.push(Station {
                at: entry.at,
                what,
                other,
                terminal: entry.terminal,
                proved: entry.proved,
            });
        };
        match entry.kind.as_str() {
            "payment" => bought = Some(entry),
            "issued" if own => {
                tell(PassageKind::Received, None);
                here = true;
            }
            "assigned" if own => {
                tell(PassageKind::Received, entry.giver);
                here = true;
            }
            "assigned" if from_here => {
                // The taking that led to it was this handover's.
                let led_here = |station: &&mut Station| station.what == PassageKind::Taken;
                if taken_by == entry.note.as_deref()
                    && let Some(taken) = found.iter_mut().rev().find(led_here)
                {
                    taken.other = entry.card;
                }
            }
            "taken" if own => {
                tell(PassageKind::Taken, None);
                (here, taken_by) = (false, entry.note.as_deref());
            }
            "given_back" if own => {
                tell(PassageKind::GivenBack, None);
                here = true;
            }
            "parked" if from_here => tell(PassageKind::Parked, None),
            "printed" if from_here => tell(PassageKind::Printed, None),
            "paper_void" if from_here => tell(PassageKind::PaperVoid, None),
            "reissued" if here => {
                tell(PassageKind::Reissued, None);
                here = false;
            }
            "tapped" if here && own && admits(entry.note.as_deref()) => {
                tell(PassageKind::Entered, None);
            }
            _ => {}
        }
        if here
            && found.len() == 1
            && entry.kind == "issued"
            && let Some(bought) = bought.take()
        {
            found.insert(
                0,
                Station {
                    at: bought.at,
                    what: PassageKind::Bought,
                    other: None,
                    terminal: bought.terminal,
                    proved: None,
                },
            );
        }
    }
    found
}

fn admits(outcome: Option<&str>) -> bool {
    matches!(outcome, Some("admit" | "readmit"))
}

/// The last four digits of a card, as other people's cards are shown.
pub fn last_digits(card: CardUid) -> String {
    let text = card.to_string();
    text[text.len().saturating_sub(4)..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use PassageKind::{Bought, Entered, GivenBack, Parked, Received, Taken};

    const GIVER: CardUid = CardUid([4, 0, 0, 0, 0, 0x12, 0x34]);
    const RECEIVER: CardUid = CardUid([4, 0, 0, 0, 0, 0, 2]);

    fn entry(kind: &str, card: Option<CardUid>) -> LifeEntry {
        LifeEntry {
            kind: kind.into(),
            card,
            giver: matches!(kind, "assigned" | "given_back" | "parked").then_some(GIVER),
            note: Some(if kind == "tapped" { "admit" } else { "h" }.into()),
            ..LifeEntry::default()
        }
    }

    fn kinds(card: CardUid, life: &[LifeEntry]) -> Vec<PassageKind> {
        stations(card, life)
            .iter()
            .map(|station| station.what)
            .collect()
    }

    #[test]
    fn each_card_sees_its_own_part_of_a_tickets_life() {
        let life = [
            entry("ordered", Some(GIVER)),
            entry("payment", None),
            entry("granted", Some(GIVER)),
            entry("issued", Some(GIVER)),
            entry("taken", Some(GIVER)),
            entry("assigned", Some(RECEIVER)),
            entry("tapped", Some(RECEIVER)),
        ];
        assert_eq!(kinds(GIVER, &life), [Bought, Received, Taken]);
        assert_eq!(kinds(RECEIVER, &life), [Received, Entered]);
        assert_eq!(stations(GIVER, &life)[2].other, Some(RECEIVER));
        assert_eq!(stations(RECEIVER, &life)[0].other, Some(GIVER));
        assert_eq!(last_digits(GIVER), "1234");
    }

    #[test]
    fn what_came_back_or_went_to_the_platform_is_told_to_its_giver() {
        let back = [
            entry("taken", Some(GIVER)),
            entry("given_back", Some(GIVER)),
        ];
        assert_eq!(kinds(GIVER, &back), [Taken, GivenBack]);
        let parked = [
            entry("taken", Some(GIVER)),
            entry("parked", Some(GIVER)),
            entry("issued", Some(RECEIVER)),
        ];
        assert_eq!(kinds(GIVER, &parked), [Taken, Parked]);
        assert_eq!(kinds(RECEIVER, &parked), [Received]);
    }
}
