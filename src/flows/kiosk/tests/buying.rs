//! From the list of events to held seats.

use super::*;

#[test]
fn picks_put_back_and_stop_at_the_limit() {
    let mut stand = Stand::new();
    stand.at_seats();
    for seat in [0, 1, 2] {
        stand.touch(Touch::Seat(seat));
    }
    let Screen::Seats(seats) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(seats.picked.len(), 2);
    assert_eq!(seats.notice, Some(SeatsNotice::Limit(2)));
    assert_eq!(seats.total.amount, 19_600);
    assert_eq!(seats.picked[0].words.row, "C");

    stand.touch(Touch::Seat(0));
    stand.touch(Touch::Seat(3));
    let Screen::Seats(seats) = stand.screen() else {
        panic!()
    };
    assert_eq!(
        seats
            .picked
            .iter()
            .map(|seat| seat.seat)
            .collect::<Vec<_>>(),
        [1]
    );
    assert_eq!(seats.notice, Some(SeatsNotice::NotForSale));
}

#[test]
fn a_seat_just_sold_is_named_and_the_picture_is_fresh() {
    let mut stand = Stand::new();
    stand.at_seats();
    stand.touch(Touch::Seat(0));
    stand.touch(Touch::Seat(1));
    stand.touch(Touch::TakeSeats);
    stand.answer(
        |ask| matches!(ask, Ask::Hold { .. }),
        refused(ProblemCode::SeatTaken),
    );
    stand.answer(
        |ask| *ask == Ask::Availability(EVENT),
        Ok(stock([1, 0, 1, 0, 2, 2])),
    );
    let Screen::Seats(seats) = stand.screen() else {
        panic!()
    };
    let Some(SeatsNotice::JustTaken(taken)) = &seats.notice else {
        panic!("{:?}", seats.notice)
    };
    assert_eq!(
        taken
            .iter()
            .map(|seat| seat.number.as_str())
            .collect::<Vec<_>>(),
        ["2"]
    );
    assert_eq!(
        seats
            .picked
            .iter()
            .map(|seat| seat.seat)
            .collect::<Vec<_>>(),
        [0]
    );
    assert_eq!(seats.availability[1], 0);
}

#[test]
fn a_hold_whose_answer_was_lost_is_repeated_under_its_key() {
    let mut stand = Stand::new();
    stand.at_seats();
    stand.touch(Touch::Seat(0));
    stand.touch(Touch::TakeSeats);
    let first = stand.answer(
        |ask| matches!(ask, Ask::Hold { .. }),
        Err(AskFault::Unknown(None)),
    );
    let Screen::Seats(seats) = stand.screen() else {
        panic!()
    };
    assert_eq!(seats.notice, Some(SeatsNotice::NotReached));
    stand.touch(Touch::TakeSeats);
    let (_, second) = stand.asked(|ask| matches!(ask, Ask::Hold { .. }));
    assert_eq!(first, second);
}

#[test]
fn seats_held_for_somebody_who_left_are_given_back() {
    let mut stand = Stand::new();
    stand.at_seats();
    stand.touch(Touch::Seat(0));
    stand.touch(Touch::TakeSeats);
    stand.touch(Touch::Finish);
    assert!(matches!(stand.screen(), Screen::Home(_)));
    let late = hold(1);
    stand.answer(
        |ask| matches!(ask, Ask::Hold { .. }),
        Ok(Answer::Held(late)),
    );
    stand.asked(|ask| *ask == Ask::Release("hold-1".into()));
}

#[test]
fn best_seats_ask_for_class_and_number() {
    let mut stand = Stand::new();
    stand.at_seats();
    stand.touch(Touch::ToBest);
    stand.touch(Touch::Class(1));
    stand.touch(Touch::Quantity(9));
    stand.touch(Touch::FindBest);
    let ask = stand.answer(
        |ask| matches!(ask, Ask::Hold { .. }),
        refused(ProblemCode::NoSeatsTogether),
    );
    assert!(
        matches!(
            ask,
            Ask::Hold {
                wish: HoldRequest::Best {
                    class: 1,
                    quantity: 2
                },
                ..
            }
        ),
        "limited to what one order may have: {ask:?}"
    );
    let Screen::Best(best) = stand.screen() else {
        panic!()
    };
    assert_eq!(best.notice, Some(BestNotice::NotEnough));
}

#[test]
fn zoom_keeps_the_point_and_the_plan_stays_in_the_picture() {
    let mut stand = Stand::new();
    stand.at_seats();
    stand.touch(Touch::Zoom {
        factor: 4.0,
        x: 0.25,
        y: 0.5,
    });
    let Screen::Seats(seats) = stand.screen() else {
        panic!()
    };
    assert_eq!(seats.picture.zoom, 4.0);
    assert!(
        (seats.picture.x - 0.3125).abs() < 1e-5,
        "{:?}",
        seats.picture
    );
    stand.touch(Touch::Pan { dx: 5.0, dy: 0.0 });
    let Screen::Seats(seats) = stand.screen() else {
        panic!()
    };
    assert!(
        (seats.picture.x - 0.125).abs() < 1e-5,
        "{:?}",
        seats.picture
    );
    for _ in 0..9 {
        stand.touch(Touch::ZoomOut);
    }
    let Screen::Seats(seats) = stand.screen() else {
        panic!()
    };
    assert_eq!(seats.picture, PictureView::default());
}

#[test]
fn a_platform_that_is_away_is_said_and_tried_again() {
    let mut stand = Stand::new();
    stand.touch(Touch::Buy);
    stand.answer(|ask| *ask == Ask::Events, Err(AskFault::Unreachable));
    assert_eq!(trouble(&stand.screen()).kind, TroubleKind::NotReached);
    assert!(!stand.kiosk.view().chrome.online);
    stand.way(Way::TryAgain);
    stand.answer(|ask| *ask == Ask::Events, Ok(Answer::Events(vec![event()])));
    let Screen::Events(events) = stand.screen() else {
        panic!()
    };
    assert_eq!(events.cards.len(), 1);
    assert_eq!(events.cards[0].price_from.amount, 7_800);
}

#[test]
fn countdown_warns_extends_and_ends() {
    let mut stand = Stand::new();
    stand.at_check();
    let Screen::Check(check) = stand.screen() else {
        panic!()
    };
    assert_eq!((check.countdown.seconds, check.countdown.of), (600, 600));
    assert_eq!(check.total.amount, 19_600);
    for _ in 0..55 {
        stand.touch(Touch::Anything);
        stand.wait(10);
    }
    let Screen::Check(check) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!((check.countdown.seconds, check.countdown.warn), (50, true));
    assert_eq!(stand.wishes_for(|wish| *wish == Effect::Warn), 1);

    stand.touch(Touch::Extend);
    stand.answer(
        |ask| matches!(ask, Ask::Extend { .. }),
        refused(ProblemCode::LimitReached),
    );
    let Screen::Check(check) = stand.screen() else {
        panic!()
    };
    assert!(check.no_more_extension);
    stand.wait(50);
    let Screen::Seats(seats) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(seats.notice, Some(SeatsNotice::HoldExpired));
    assert!(seats.picked.is_empty());
}

#[test]
fn an_extension_moves_the_end() {
    let mut stand = Stand::new();
    stand.at_check();
    stand.touch(Touch::Anything);
    stand.wait(50);
    stand.touch(Touch::Extend);
    let longer = hold(2);
    stand.answer(
        |ask| matches!(ask, Ask::Extend { .. }),
        Ok(Answer::Extended(longer)),
    );
    let Screen::Check(check) = stand.screen() else {
        panic!()
    };
    assert_eq!(check.countdown.seconds, 600);
}
