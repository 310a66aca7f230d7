//! An allocation made by hand, beside this system: compared, taken over, and then sold like any other.

use kippu_api::{
    allocation::{AllocationDifference, AllocationDone},
    people::PersonRole,
    problem::ProblemCode,
};
use serde_json::{Value, json};

use crate::{
    app::{EVENT, TestApp},
    logged_in::LoggedIn,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_manual_allocation_is_compared_taken_over_and_sold() {
    let app = TestApp::start().await;
    let organizer = LoggedIn::of(
        &app,
        PersonRole::Organizer,
        "organizer-1",
        "o",
        "/api/v1/organizer",
    )
    .await;
    let compare = format!("events/{EVENT}/allocation/compare");
    let allocation = format!("events/{EVENT}/allocation");
    app.paid_order(&[0]).await;
    // The first row goes to the other seller, as far as nobody has bought of it; the last seat of all to nobody.
    let plan = crate::app::plan();
    let row = &plan.rows[0];
    let last = plan.seats[row.range()].last().unwrap().number.clone();
    let first = &plan.seats[0].number;
    let file = format!(
        "row,number,seller\n{},{first}-{last},two\nnowhere,1,one\n",
        row.label
    );
    let found: AllocationDifference = organizer.done(&compare, &json!({"text": file})).await;
    assert_eq!((found.lines, found.same), (2, 0));
    assert_eq!(found.unknown_seats.first, [3]);
    assert_eq!(found.fixed.len(), 1);
    assert_eq!(found.fixed[0].seats, [[0, 0]]);
    assert!(!found.not_named.is_empty());
    let seats = u32::try_from(row.range().len()).unwrap() - 1;

    let stays: Value = organizer.get(&allocation).await;
    let change = json!({"moves": found.moves});
    let done: AllocationDone = organizer.done(&allocation, &change).await;
    assert_eq!(done.seats, seats);
    assert_ne!(
        organizer.get::<Value>(&allocation).await,
        stays,
        "comparing alone changed nothing"
    );
    let (code, _) = organizer.refused(&allocation, &change).await;
    assert_eq!(
        code,
        ProblemCode::SeatTaken,
        "what was compared is no longer so"
    );
    let again: AllocationDifference = organizer.done(&compare, &json!({"text": file})).await;
    assert_eq!((again.same, again.moves.len()), (seats, 0));
    // The seller who lost them cannot sell them.
    assert!(app.free().await < 17);

    for text in ["", "row,number\nA,1\n", "[1]"] {
        let (code, told) = organizer.refused(&compare, &json!({"text": text})).await;
        assert_eq!(code, ProblemCode::BadRequest, "{told}");
    }
}
