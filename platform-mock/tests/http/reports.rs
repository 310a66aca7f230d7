//! What organizers turn over in a day and a month, by the clock of the venue.

use kippu_api::{
    clerk::ConfirmOutcome,
    people::PersonRole,
    problem::ProblemCode,
    reports::{SalesReport, Turnover},
};

use crate::{
    app::{NOW, TestApp},
    logged_in::LoggedIn,
    refunds::{LEFT, refund, two_wait, wish},
};

const MINUTE: i64 = 60_000_000;
/// The first moment of 1 December 2026 in Tokyo, where the hall is; in UTC it is still November.
const DECEMBER: i64 = NOW - 18 * 60 * MINUTE;

async fn organizer(app: &TestApp) -> LoggedIn {
    let below = "/api/v1/organizer";
    LoggedIn::of(app, PersonRole::Organizer, "organizer-1", "o", below).await
}

async fn report(organizer: &LoggedIn, period: &str) -> SalesReport {
    organizer.get(&format!("report?period={period}")).await
}

fn whole(report: &SalesReport) -> Turnover {
    let mut whole = Turnover::default();
    for line in &report.lines {
        whole.add(&line.turnover);
    }
    whole
}

fn sold(sold: u32, revenue: i64) -> Turnover {
    Turnover {
        sold,
        revenue,
        ..Turnover::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn midnight_is_where_the_hall_is() {
    let mut app = TestApp::new(DECEMBER - MINUTE);
    app.furnish().await;
    let organizer = organizer(&app).await;
    app.paid_order(&[0, 1]).await;
    // Ordered in November and paid in December: it is December's.
    let order = app.order(&[2]).await;
    app.minutes_pass(1);
    app.pay(&order).await.unwrap();
    // Not paid: nobody's.
    app.order(&[3]).await;

    let november = report(&organizer, "2026-11").await;
    assert_eq!(whole(&november), sold(2, 2 * 8_800));
    assert_eq!(november.days.len(), 1);
    assert_eq!(november.days[0].day, "2026-11-30");
    let december = report(&organizer, "2026-12").await;
    assert_eq!(whole(&december), sold(1, 8_800));
    let line = &december.lines[0];
    assert_eq!(
        (line.name.as_str(), line.currency.as_str()),
        ("Play", "JPY")
    );
    assert_eq!(
        whole(&report(&organizer, "2026-12-01").await),
        sold(1, 8_800)
    );
    assert_eq!(report(&organizer, "2026-12-02").await.lines, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_up_stays_sold_on_its_day() {
    let app = TestApp::start().await;
    let organizer = organizer(&app).await;
    let tickets = two_wait(&app).await;
    let today = "2026-12-01";
    assert_eq!(whole(&report(&organizer, today).await), sold(2, 17_600));
    refund(&app.kiosk(), &wish(&[&tickets[0]], LEFT))
        .await
        .unwrap();
    let after = whole(&report(&organizer, today).await);
    let returned = Turnover {
        returned: 1,
        paid_back: LEFT,
        ..sold(2, 17_600)
    };
    assert_eq!(after, returned);
    assert_eq!(after.net(), 17_600 - LEFT);
    // Its seat is sold once more, and counts once more.
    app.paid_order(&[0]).await;
    assert_eq!(whole(&report(&organizer, today).await).sold, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_came_too_late_turns_nothing_over() {
    let app = TestApp::start().await;
    let order = app.order(&[0]).await;
    app.minutes_pass(60);
    app.paid_order(&[0]).await;
    let late = app.pay(&order).await.unwrap();
    assert_eq!(late.outcome, ConfirmOutcome::Refunded);
    let organizer = organizer(&app).await;
    assert_eq!(whole(&report(&organizer, "2026-12").await), sold(1, 8_800));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_period_is_said() {
    let app = TestApp::start().await;
    let organizer = organizer(&app).await;
    let problem: kippu_api::problem::Problem = organizer.get("report?period=2026-13").await;
    assert_eq!(problem.code, ProblemCode::BadRequest);
}
