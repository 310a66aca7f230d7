//! Ten clients after the last seat, over HTTP.

use anyhow::Result;
use kippu_api::{client::IdempotencyKey, holds::HoldRequest, problem::ProblemCode};
use tokio::task::JoinSet;

use crate::support::{PLAY, World, refusal};

const CLIENTS: usize = 10;

#[test]
fn one_of_ten_gets_it() -> Result<()> {
    let world = World::open()?;
    let clients = [world.client("kiosk-1")?, world.client("kiosk-2")?];
    world.run(async {
        let available = clients[0].availability(PLAY).await?.seats;
        let last = available.iter().rposition(|class| *class > 0);
        let seat = u32::try_from(last.expect("the demo has free seats"))?;

        let mut tries = JoinSet::new();
        for number in 0..CLIENTS {
            let client = clients[number % clients.len()].clone();
            tries.spawn(async move {
                let wish = HoldRequest::Seats(vec![seat]);
                client.hold(PLAY, &wish, &IdempotencyKey::random()).await
            });
        }
        let (mut won, mut refused) = (0, Vec::new());
        while let Some(tried) = tries.join_next().await {
            match tried? {
                Ok(hold) => {
                    assert_eq!(hold.seats.len(), 1);
                    won += 1;
                }
                lost => refused.push(refusal(lost)),
            }
        }
        assert_eq!(won, 1);
        assert_eq!(refused, [Some(ProblemCode::SeatTaken); CLIENTS - 1]);
        let now = clients[0].availability(PLAY).await?.seats;
        assert_eq!(now[seat as usize], 0, "it is no longer offered");
        Ok(())
    })
}
