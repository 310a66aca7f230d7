//! Who may fetch what waits. Pure.

use kippu_api::problem::ProblemCode;
use kippu_ticket::{ids::CardUid, record::TicketFlags};

use super::record::ParcelRecord;
use crate::{
    handovers::{acting::not_allowed, record::not_owner},
    refusal::{Answer, Refusal},
    tickets::{record::TicketRow, standing::Holder},
};

/// Whether a card may fetch a parcel: the giver's, the named receiver's, or any card with the code.
pub fn may_fetch(parcel: &ParcelRecord, card: CardUid, code: Option<[u8; 32]>) -> Answer<()> {
    let named = parcel.giver == Some(card) || parcel.receiver == Some(card);
    if named || code == Some(parcel.code) {
        return Ok(());
    }
    Err(Refusal::new(
        ProblemCode::NotOwner,
        "These tickets wait for another card, and the code of their slip was not given. They stay here.",
    )
    .hint("Lay the card they came from or are meant for, or enter the code on the slip."))
}

/// The tickets of a parcel that still wait: those given up for money do not.
pub fn waiting(tickets: &[TicketRow]) -> impl Iterator<Item = &TicketRow> {
    tickets
        .iter()
        .filter(|ticket| !ticket.void && ticket.standing.holder == Holder::Platform)
}

/// Checks that something waits and may go to a card.
///
/// # Errors
/// 409: fetched already, on its way to somebody else, bound to its holder, or no room.
pub fn check_waiting(
    parcel: &ParcelRecord,
    tickets: &[TicketRow],
    card: CardUid,
    room: u8,
) -> Answer<()> {
    if waiting(tickets).next().is_none() {
        let under_way = tickets
            .iter()
            .any(|ticket| matches!(ticket.standing.holder, Holder::Terminal | Holder::Unknown));
        let given_up = !tickets.is_empty() && tickets.iter().all(|ticket| ticket.void);
        return Err(if given_up {
            Refusal::new(
                ProblemCode::WrongState,
                "These tickets were given up for money. They are tickets no more.",
            )
            .hint("Take the code to the register: it pays the money out.")
        } else if under_way {
            not_owner(
                "A terminal is writing these tickets to a card and has not said how it ended.",
            )
        } else {
            Refusal::new(
                ProblemCode::WrongState,
                "These tickets were fetched already. The code on the slip is used up.",
            )
            .hint("Look at the cards: they are on the one they were written to.")
        });
    }
    let bound_to_holder = |ticket: &&TicketRow| {
        let flags = ticket
            .signed
            .as_ref()
            .map_or(TicketFlags::default(), |signed| signed.body.flags);
        flags.contains(TicketFlags::NOT_TRANSFERABLE)
    };
    if let Some(ticket) = waiting(tickets).find(bound_to_holder)
        && parcel.giver != Some(card)
    {
        return Err(not_allowed(ticket.ticket, "go to another card"));
    }
    if room == 0 {
        return Err(Refusal::new(
            ProblemCode::CardTooFull,
            "The card has no room. The tickets stay here.",
        )
        .hint("Use another card, or free some room and come back."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tickets::standing::{Phase, Rank, Standing};
    use kippu_ticket::ids::{EventId, HandoverId, TerminalId, TicketId};

    const GIVER: CardUid = CardUid([4, 0, 0, 0, 0, 0, 1]);
    const RECEIVER: CardUid = CardUid([4, 0, 0, 0, 0, 0, 2]);
    const STRANGER: CardUid = CardUid([4, 0, 0, 0, 0, 0, 3]);

    fn parcel() -> ParcelRecord {
        ParcelRecord {
            parcel: "p".into(),
            handover: HandoverId([1; 16]),
            attempt: 1,
            terminal: Some(TerminalId(11)),
            code: [7; 32],
            giver: Some(GIVER),
            receiver: Some(RECEIVER),
            at: 0,
            tickets: vec![TicketId(1)],
        }
    }

    fn ticket(holder: Holder) -> TicketRow {
        TicketRow {
            ticket: TicketId(1),
            order: Some("o".into()),
            event: EventId(1),
            signed: None,
            standing: Standing {
                rank: Rank {
                    epoch: 1,
                    hop: 1,
                    phase: Phase::Taken,
                },
                holder,
                card: (holder == Holder::Card).then_some(RECEIVER),
                serial: None,
                handover: None,
            },
            bound: 1,
            parcel: Some("p".into()),
            moved: true,
            void: false,
        }
    }

    #[test]
    fn the_two_cards_need_no_code_and_others_need_the_right_one() {
        for card in [GIVER, RECEIVER] {
            assert_eq!(may_fetch(&parcel(), card, None), Ok(()));
        }
        assert_eq!(may_fetch(&parcel(), STRANGER, Some([7; 32])), Ok(()));
        for code in [None, Some([8; 32])] {
            let refused = may_fetch(&parcel(), STRANGER, code).unwrap_err();
            assert_eq!(refused.code, ProblemCode::NotOwner);
        }
    }

    #[test]
    fn what_is_fetched_or_under_way_is_told_apart() {
        let check = |holder, room| check_waiting(&parcel(), &[ticket(holder)], RECEIVER, room);
        assert_eq!(check(Holder::Platform, 1), Ok(()));
        for (holder, room, code) in [
            (Holder::Platform, 0, ProblemCode::CardTooFull),
            (Holder::Card, 1, ProblemCode::WrongState),
            (Holder::Paper, 1, ProblemCode::WrongState),
            (Holder::Terminal, 1, ProblemCode::NotOwner),
            (Holder::Unknown, 1, ProblemCode::NotOwner),
        ] {
            assert_eq!(check(holder, room).unwrap_err().code, code, "{holder:?}");
        }
        assert_eq!(
            check_waiting(&parcel(), &[], RECEIVER, 1).unwrap_err().code,
            ProblemCode::WrongState,
            "they went elsewhere since"
        );
    }
}
