//! The staff looks after the kiosk itself: test page, new roll, out of service, and the card to log in with.

use super::*;

impl Stand {
    fn at_care(&mut self) {
        self.at_list(Vec::new());
        self.touch(Touch::Care);
        self.wishes.clear();
    }

    fn deeds(&self) -> Vec<StaffDeed> {
        let deed = |wish: &Effect| match wish {
            Effect::StaffDid(deed) => Some(*deed),
            _ => None,
        };
        self.wishes.iter().filter_map(deed).collect()
    }

    fn printer(&mut self, condition: PrinterCondition) {
        self.feed(Input::Printer(condition));
    }
}

fn care(stand: &Stand) -> Care {
    match stand.screen() {
        Screen::Care(care) => care,
        other => panic!("not this kiosk but {other:?}"),
    }
}

fn roll(stand: &Stand) -> NewRoll {
    match stand.screen() {
        Screen::NewRoll(roll) => roll,
        other => panic!("no new roll but {other:?}"),
    }
}

fn out_of_service(stand: &Stand) -> OutReason {
    match stand.screen() {
        Screen::Trouble(Trouble {
            kind: TroubleKind::OutOfService(reason),
            ..
        }) => reason,
        other => panic!("not out of service but {other:?}"),
    }
}

#[test]
fn a_test_page_is_noted_when_the_printer_says_that_it_came_out() {
    let mut stand = Stand::new();
    stand.at_care();
    for (end, notice, deeds) in [
        (
            PaperEnd::NotPrinted(PrinterCondition::PaperOut),
            CareNotice::TestNotPrinted,
            0,
        ),
        (
            PaperEnd::Unconfirmed(PrinterCondition::Off),
            CareNotice::TestUnconfirmed,
            0,
        ),
        (PaperEnd::Printed, CareNotice::TestPrinted, 1),
    ] {
        stand.touch(Touch::TestPage);
        assert!(care(&stand).printing);
        stand.touch(Touch::TakeOut);
        assert!(care(&stand).printing, "it is on its way");
        assert!(matches!(stand.paper_ends(end), PaperJob::Test { .. }));
        assert_eq!(care(&stand).notice, Some(notice));
        assert_eq!(stand.deeds().len(), deeds);
    }
    assert_eq!(stand.deeds(), [StaffDeed::TestPrinted]);
}

#[test]
fn a_new_roll_is_followed_by_the_printers_cover_and_tested_by_itself() {
    let mut stand = Stand::new();
    stand.printer(PrinterCondition::PaperLow);
    stand.at_care();
    stand.touch(Touch::NewRoll);
    assert_eq!(roll(&stand), NewRoll::OpenCover);
    stand.printer(PrinterCondition::PaperLow);
    assert_eq!(roll(&stand), NewRoll::OpenCover, "nothing has happened yet");
    stand.printer(PrinterCondition::CoverOpen);
    assert_eq!(roll(&stand), NewRoll::PutIn);
    stand.printer(PrinterCondition::PaperOut);
    assert_eq!(
        roll(&stand),
        NewRoll::PutIn,
        "the cover was closed over nothing"
    );
    stand.printer(PrinterCondition::Off);
    assert_eq!(roll(&stand), NewRoll::SwitchOn);
    stand.printer(PrinterCondition::Ready);
    assert_eq!(roll(&stand), NewRoll::Printing);
    stand.printer(PrinterCondition::Ready);
    stand.paper_ends(PaperEnd::Printed);
    stand.printer(PrinterCondition::Ready);
    assert_eq!(roll(&stand), NewRoll::Done);
    assert_eq!(stand.deeds(), [StaffDeed::PaperChanged]);
    stand.touch(Touch::First);
    assert_eq!(care(&stand).notice, None);
}

#[test]
fn a_test_page_nobody_saw_is_printed_again_and_not_by_itself() {
    let mut stand = Stand::new();
    stand.at_care();
    stand.touch(Touch::NewRoll);
    stand.printer(PrinterCondition::CoverOpen);
    stand.printer(PrinterCondition::Ready);
    stand.paper_ends(PaperEnd::Unconfirmed(PrinterCondition::Ready));
    stand.printer(PrinterCondition::Ready);
    assert_eq!(roll(&stand), NewRoll::Unconfirmed);
    assert_eq!(stand.deeds(), []);
    stand.touch(Touch::TestPage);
    stand.paper_ends(PaperEnd::Printed);
    assert_eq!(roll(&stand), NewRoll::Done);
}

#[test]
fn a_kiosk_out_of_service_serves_nobody_until_the_staff_says_so() {
    let mut stand = Stand::new();
    stand.at_care();
    stand.touch(Touch::TakeOut);
    stand.touch(Touch::First);
    assert_eq!(care(&stand).out, None, "thought better of it");
    stand.touch(Touch::TakeOut);
    stand.touch(Touch::OutFor(OutReason::Cleaning));
    assert_eq!(care(&stand).out, Some(OutReason::Cleaning));
    stand.touch(Touch::First);
    assert!(matches!(stand.screen(), Screen::OpenHandovers(_)));
    stand.touch(Touch::LogOut);
    assert_eq!(out_of_service(&stand), OutReason::Cleaning);
    let standing = stand.kiosk.standing();
    assert!(
        standing.starts_with("out of service by hand: cleaning"),
        "{standing}"
    );

    stand.wishes.clear();
    for touch in [Touch::Buy, Touch::Give, Touch::LookAtCard, Touch::Finish] {
        stand.touch(touch);
    }
    stand.lay();
    stand.wait(200);
    assert_eq!(out_of_service(&stand), OutReason::Cleaning);
    assert_eq!(
        stand.wishes_for(|wish| matches!(wish, Effect::Ask { .. } | Effect::Card { .. })),
        0
    );

    stand.way(Way::StaffHere);
    stand.log_in();
    stand.touch(Touch::Care);
    stand.touch(Touch::BackInService);
    stand.touch(Touch::First);
    stand.touch(Touch::LogOut);
    assert!(matches!(stand.screen(), Screen::Home(_)));
    assert_eq!(stand.deeds(), [StaffDeed::BackInService]);
}

#[test]
fn it_is_still_out_of_service_after_a_restart_and_a_full_disk() {
    let mut stand = Stand::set_up(Vec::new(), Storage::Ready, Some(OutReason::Reader));
    assert_eq!(out_of_service(&stand), OutReason::Reader);
    assert!(!stand.kiosk.view().chrome.staff_called, "they know");
    stand.feed(Input::Storage(Storage::Full));
    assert!(matches!(
        stand.screen(),
        Screen::Trouble(Trouble {
            kind: TroubleKind::StorageFull,
            ..
        })
    ));
    stand.feed(Input::Storage(Storage::Ready));
    assert_eq!(out_of_service(&stand), OutReason::Reader);
}

fn notice(stand: &Stand) -> Option<LoginNotice> {
    match stand.screen() {
        Screen::ClerkEntry(entry) => entry.notice,
        other => panic!("nobody logs in: {other:?}"),
    }
}

#[test]
fn a_clerk_logs_in_by_the_card_that_is_laid_now() {
    let mut stand = Stand::new();
    stand.touch(Touch::Staff);
    stand.lay();
    stand.card_says(CardNews::Read(Err(CardFault::Torn)));
    assert_eq!(notice(&stand), Some(LoginNotice::CardUnread));
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 0))));
    let by_card = |ask: &Ask| *ask == Ask::ClerkCardLogin(CARD);
    stand.answer(
        by_card,
        Err(AskFault::Refused(ProblemCode::Unauthenticated, None)),
    );
    assert_eq!(notice(&stand), Some(LoginNotice::UnknownCard));
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 0))));
    stand.answer(by_card, Err(AskFault::Unreachable));
    assert_eq!(notice(&stand), Some(LoginNotice::NotReached));
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 0))));
    stand.answer(
        by_card,
        Ok(Answer::Clerk {
            name: "Mori".into(),
        }),
    );
    assert!(matches!(stand.screen(), Screen::OpenHandovers(_)));
}

#[test]
fn a_clerk_chooses_and_forgets_a_card_and_no_card_that_lay_there_is_taken() {
    let mut stand = Stand::new();
    stand.feed(Input::Reader(ReaderNews::Present));
    stand.touch(Touch::Finish);
    stand.at_care();
    stand.touch(Touch::OwnCard);
    assert_eq!(
        stand.wishes_for(|wish| matches!(wish, Effect::Card { .. })),
        0,
        "a customer's, perhaps"
    );
    let state = |stand: &Stand| match stand.screen() {
        Screen::OwnCard(state) => state,
        other => panic!("{other:?}"),
    };
    let chosen = |ask: &Ask| *ask == Ask::OwnCard(Some(CARD));
    for (code, shown) in [
        (ProblemCode::WrongState, OwnCard::Taken),
        (ProblemCode::Unauthenticated, OwnCard::LogInAgain),
        (ProblemCode::Busy, OwnCard::NotReached),
    ] {
        stand.lift();
        stand.lay();
        assert_eq!(state(&stand), OwnCard::Busy);
        stand.card_says(CardNews::Read(Ok(card(CARD, 8, 0))));
        stand.answer(chosen, Err(AskFault::Refused(code, None)));
        assert_eq!(state(&stand), shown);
    }
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 0))));
    stand.answer(chosen, Ok(Answer::OwnCard { chosen: true }));
    assert_eq!(care(&stand).notice, Some(CareNotice::CardChosen));
    stand.touch(Touch::OwnCard);
    stand.touch(Touch::ForgetCard);
    stand.answer(
        |ask| *ask == Ask::OwnCard(None),
        Ok(Answer::OwnCard { chosen: false }),
    );
    assert_eq!(care(&stand).notice, Some(CareNotice::CardForgotten));
}
