//! Coming back for tickets: by card, by code, at this kiosk or another.

use kippu_api::{
    orders::Claim,
    parcels::{Passage, PassageKind, Waiting, WaitingPlace as Place},
};
use kippu_handover::{
    decide::CardWanted,
    facts::Standing,
    row::{Destination, ItemState},
};
use kippu_ticket::ids::{HandoverId, Step};

use super::handovers::*;
use super::*;
use crate::flows::kiosk::input::HandoverFault;

fn waiting(place: Place) -> Waiting {
    Waiting {
        handover: ID,
        place,
        tickets: vec![TicketId(1), TicketId(2)],
        event_name: "Night on the Galactic Railroad".into(),
        giver: Some(CARD),
        receiver: Some(OTHER),
        since: 900 * SECOND,
    }
}

fn parcel() -> Waiting {
    waiting(Place::Parcel {
        parcel: "parcel-1".into(),
    })
}

fn type_code(stand: &mut Stand, text: &str) {
    stand.touch(Touch::EnterSlip);
    for digit in text.bytes().filter(u8::is_ascii_digit) {
        stand.touch(Touch::Digit(digit - b'0'));
    }
    stand.touch(Touch::SubmitSlip);
}

/// Lays a card at home and says what waits for it.
fn lay_at_home(stand: &mut Stand, uid: CardUid, what: Vec<Waiting>) {
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(uid, 8, 0))));
    stand.answer(
        |ask| matches!(ask, Ask::CardOrders(_)),
        Ok(Answer::CardOrders(Vec::new())),
    );
    stand.answer(
        |ask| matches!(ask, Ask::Waiting { .. }),
        Ok(Answer::Waiting(what)),
    );
}

fn rows(stand: &Stand) -> Vec<WaitingRow> {
    match stand.screen() {
        Screen::PickUp(shown) => shown.rows,
        other => panic!("nothing to pick up but {other:?}"),
    }
}

#[test]
fn a_parcel_is_fetched_with_its_code_and_any_card() {
    let mut stand = Stand::new();
    type_code(&mut stand, &code().to_string());
    let Screen::SlipEntry(entry) = stand.screen() else {
        panic!()
    };
    assert_eq!(entry.number, code().to_string());
    let asked = stand.answer(
        |ask| matches!(ask, Ask::Waiting { .. }),
        Ok(Answer::Waiting(vec![parcel()])),
    );
    assert_eq!(
        asked,
        Ask::Waiting {
            card: None,
            code: Some(code())
        }
    );
    assert_eq!(rows(&stand)[0].place, WaitingPlace::Parked);
    stand.touch(Touch::Waiting(ID));
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(OTHER, 8, 0))));

    // The list had the event's name alone; the card has its date, and nothing was bought here.
    let fetched = purchase("", Standing::Ended, [ItemState::Given; 2]);
    assert_eq!(
        stand.card_says(end_of(fetched, Some(card(OTHER, 8, 2)))),
        CardJob::Begin {
            claim: Claim::Parcel("parcel-1".into()),
            code: Some(code()),
            card: OTHER,
            room: 2
        }
    );
    let Screen::Done(done) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(done.event.starts.at, 5_600 * SECOND);
    assert_eq!(stand.kiosk.view().chrome.station, None);
}

#[test]
fn mistyped_and_used_codes_have_their_own_words() {
    let notice = |stand: &Stand| match stand.screen() {
        Screen::SlipEntry(entry) => entry.notice,
        other => panic!("{other:?}"),
    };
    let mut wrong = code().to_string().into_bytes();
    wrong[0] = if wrong[0] == b'9' { b'8' } else { wrong[0] + 1 };
    let mut stand = Stand::new();
    type_code(&mut stand, &String::from_utf8(wrong).unwrap());
    assert_eq!(notice(&stand), Some(SlipNotice::Mistyped));
    assert_eq!(
        stand.wishes_for(|wish| matches!(
            wish,
            Effect::Ask {
                ask: Ask::Waiting { .. },
                ..
            }
        )),
        0
    );
    for (answer, words) in [
        (Ok(Answer::Waiting(Vec::new())), SlipNotice::NothingWaits),
        (refused(ProblemCode::NotFound), SlipNotice::NothingWaits),
        (refused(ProblemCode::TooMany), SlipNotice::TooMany),
        (Err(AskFault::Unreachable), SlipNotice::NotReached),
    ] {
        let mut stand = Stand::new();
        type_code(&mut stand, &code().to_string());
        stand.answer(|ask| matches!(ask, Ask::Waiting { .. }), answer);
        assert_eq!(notice(&stand), Some(words));
    }
    // Used already: said in the list, and it leads nowhere.
    let mut stand = Stand::new();
    type_code(&mut stand, &code().to_string());
    stand.answer(
        |ask| matches!(ask, Ask::Waiting { .. }),
        Ok(Answer::Waiting(vec![waiting(Place::Fetched)])),
    );
    assert_eq!(rows(&stand)[0].place, WaitingPlace::Fetched);
    stand.touch(Touch::Waiting(ID));
    assert_eq!(rows(&stand).len(), 1);
}

#[test]
fn a_laid_card_is_offered_what_stopped_half_way_here() {
    let open = Facts {
        receiver: Some(OTHER),
        ..facts(
            kippu_api::handovers::Purpose::Assignment,
            Standing::Unknown(Step::Give),
            [ItemState::Pending; 2],
        )
    };
    let mut stand = Stand::new();
    stand.feed(Input::OpenHandovers(vec![open.clone()]));
    lay_at_home(&mut stand, OTHER, Vec::new());
    assert_eq!(rows(&stand)[0].place, WaitingPlace::LeftEarly);
    // My card says it as well.
    stand.touch(Touch::LookAtCard);
    let Screen::MyCard(mine) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(mine.left_early.map(|early| early.tickets), Some(2));
    stand.touch(Touch::Waiting(ID));
    assert_eq!(stand.card_job().1, CardJob::Advance { handover: ID });
}

#[test]
fn the_giver_who_comes_back_gets_them_back_and_a_stranger_does_not() {
    let mut stand = Stand::new();
    stand.feed(Input::OpenHandovers(vec![kept()]));
    lay_at_home(&mut stand, CARD, Vec::new());
    stand.touch(Touch::Waiting(ID));
    assert_eq!(stand.card_job().1, redirect(Destination::Giver));
    // A third card finds nothing.
    let mut stand = Stand::new();
    stand.feed(Input::OpenHandovers(vec![kept()]));
    lay_at_home(&mut stand, OTHER, Vec::new());
    assert!(matches!(stand.screen(), Screen::MyCard(_)));
    // Nor may it take the place of the receiver who was named.
    let named = Facts {
        receiver: Some(OTHER),
        destination: TO_CARD,
        ..kept()
    };
    let mut stand = Stand::new();
    stand.feed(Input::OpenHandovers(vec![named.clone()]));
    lay_at_home(&mut stand, OTHER, Vec::new());
    stand.touch(Touch::Waiting(ID));
    let third = CardUid([4, 9, 9, 9, 9, 0x77, 0x01]);
    let waits = lay(Some(OTHER), CardWanted::ToWrite, Some(third));
    assert_eq!(
        stand.card_says(rest(named.clone(), waits.clone())),
        redirect(TO_CARD)
    );
    stand.lay();
    stand.card_says(rest(named, waits));
    let Screen::Swap(swap) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(swap.refused, Some(CardRefusal::ThirdCard));
}

#[test]
fn what_another_kiosk_released_is_fetched_by_card_or_code() {
    let released = waiting(Place::Released {
        unknown: false,
        card: None,
    });
    let mut stand = Stand::new();
    lay_at_home(&mut stand, CARD, vec![released.clone()]);
    stand.touch(Touch::Waiting(ID));
    let fetch = CardJob::TakeOver {
        handover: ID,
        code: None,
        card: Some(CARD),
    };
    let job = stand.card_says(rest(kept(), lay(None, CardWanted::ToWrite, Some(CARD))));
    assert_eq!(job, fetch);
    assert_eq!(stand.card_job().1, redirect(Destination::Giver));
    // At two kiosks at once: one is quicker.
    let mut stand = Stand::new();
    lay_at_home(&mut stand, CARD, vec![released]);
    stand.touch(Touch::Waiting(ID));
    stand.card_says(CardNews::Handover(Err(HandoverFault::Refused(
        ProblemCode::NotOwner,
        None,
    ))));
    let Screen::PickUp(shown) = stand.screen() else {
        panic!()
    };
    assert_eq!(shown.notice, Some(PickUpNotice::Gone));
}

#[test]
fn what_another_kiosk_holds_names_it() {
    let mut stand = Stand::new();
    let there = waiting(Place::Terminal {
        name: "Kiosk 2".into(),
        store: Some("Sakuragi".into()),
    });
    lay_at_home(&mut stand, CARD, vec![there]);
    let rows = rows(&stand);
    assert_eq!(
        rows[0].place,
        WaitingPlace::Elsewhere {
            terminal: "Kiosk 2, Sakuragi".into()
        }
    );
    assert!(!rows[0].place.can_open());
}

#[test]
fn a_tickets_history_is_its_own() {
    let passage = |ticket, what| Passage {
        ticket: TicketId(ticket),
        event: EVENT,
        event_name: String::new(),
        seat: String::new(),
        at: 900 * SECOND,
        what,
        other_card: Some("2093".into()),
        terminal: None,
        proved: Some(true),
    };
    let mut stand = Stand::new();
    stand.lay();
    stand.card_says(CardNews::Read(Ok(giving_card())));
    stand.answer(
        |ask| matches!(ask, Ask::CardOrders(_)),
        Ok(Answer::CardOrders(Vec::new())),
    );
    stand.answer(
        |ask| matches!(ask, Ask::Waiting { .. }),
        Ok(Answer::Waiting(Vec::new())),
    );
    let Screen::MyCard(mine) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert!(mine.can_give && mine.can_make_paper && !mine.offline);
    stand.touch(Touch::History(TicketId(2)));
    stand.answer(
        |ask| *ask == Ask::History(CARD),
        Ok(Answer::History(vec![
            passage(2, PassageKind::Received),
            passage(1, PassageKind::Bought),
        ])),
    );
    let Screen::History(history) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(history.rows.len(), 1);
    assert_eq!(history.rows[0].what, PassageKind::Received);
    stand.touch(Touch::First);
    stand.touch(Touch::Give);
    assert_eq!(stand.card_job().1, CardJob::Check);
}

#[test]
fn an_ended_handover_is_not_offered_any_more() {
    let other = Facts {
        handover: HandoverId([2; 16]),
        ..kept()
    };
    let mut stand = Stand::new();
    stand.feed(Input::OpenHandovers(vec![kept(), other]));
    lay_at_home(&mut stand, CARD, Vec::new());
    assert_eq!(rows(&stand).len(), 2);
    stand.touch(Touch::Waiting(ID));
    stand.card_says(end_of(ended([ItemState::GivenBack; 2]), None));
    stand.touch(Touch::Finish);
    stand.lift();
    lay_at_home(&mut stand, CARD, Vec::new());
    assert_eq!(rows(&stand)[0].handover, HandoverId([2; 16]));
    assert_eq!(rows(&stand).len(), 1);
}
