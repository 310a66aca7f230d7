//! At the storage, in this process: as many customers as asked for, each beginning with the next seat when the last is sold.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context as _;
use kippu_api::{
    clerk::Confirm,
    orders::{Buyer, Claim, GrantRequest, NewOrder, PaymentMethod},
};
use kippu_ticket::ids::{CardUid, HandoverId};
use platform_center::{
    clock::SystemClock,
    issuing::{rules, storage::IssuingStorage as _},
    keys::Keys,
    masters::{rules::EventFacts, rules::Terminal, storage::MasterStorage as _},
    people::{
        rules::Clerk,
        storage::{Login as Whom, PeopleStorage as _},
    },
    sales::storage::{HoldCommand, SalesStorage as _},
    storage::{Database, idempotency::RequestKey},
};

use super::{
    Arguments, MATCH,
    measure::{Row, cpu_of},
};

/// Sells for as long as asked.
pub async fn measure(arguments: &Arguments, data: &Path) -> anyhow::Result<Row> {
    let storage = Arc::new(Database::open(data, Arc::new(SystemClock))?);
    let keys = Arc::new(Keys::open(data)?);
    let event = Arc::new(storage.event_facts(MATCH).await?.context("no match")?);
    let terminal = storage
        .terminal_by_name("kiosk-1")
        .await?
        .context("no kiosk")?;
    let login = Whom::Clerk {
        store: "0101".into(),
        number: "1".into(),
    };
    let (person, _) = storage.person(login).await?.context("no clerk")?;
    let clerk = person.as_clerk().context("no clerk")?;
    let free = storage
        .stock()
        .free(MATCH, terminal.shop()?.seller)
        .context("no stock")?;
    let seats: Arc<[u32]> = super::free_seats(&free).into();
    let next = Arc::new(AtomicUsize::new(0));
    let own = std::process::id();
    let commits = || storage.counts().commits.load(Ordering::Relaxed);
    let (cpu, commits_before, began) = (cpu_of(own)?, commits(), Instant::now());
    let end = began + Duration::from_secs(arguments.seconds);
    let mut customers = tokio::task::JoinSet::new();
    for _ in 0..arguments.clients {
        let (storage, keys, event) = (Arc::clone(&storage), Arc::clone(&keys), Arc::clone(&event));
        let (terminal, clerk) = (terminal.clone(), clerk.clone());
        let (seats, next) = (Arc::clone(&seats), Arc::clone(&next));
        customers.spawn(async move {
            let mut took = Vec::new();
            while Instant::now() < end
                && let Some(seat) = seats.get(next.fetch_add(1, Ordering::Relaxed))
            {
                let began = Instant::now();
                sell(&storage, &keys, &event, &terminal, &clerk, *seat).await?;
                took.push(began.elapsed());
            }
            anyhow::Ok(took)
        });
    }
    let mut took = Vec::new();
    for done in customers.join_all().await {
        took.extend(done?);
    }
    Ok(Row {
        at: "storage".into(),
        clients: arguments.clients,
        offered: None,
        elapsed: began.elapsed(),
        cpu: cpu_of(own)? - cpu,
        database_cpu: 0.0,
        syncs: Some(commits() - commits_before),
        took,
    })
}

async fn sell(
    storage: &Database,
    keys: &Keys,
    event: &Arc<EventFacts>,
    terminal: &Terminal,
    clerk: &Clerk,
    seat: u32,
) -> anyhow::Result<()> {
    let key = || RequestKey {
        caller: "bench".into(),
        key: hex::encode(rand::random::<[u8; 16]>()),
        fingerprint: rand::random(),
    };
    let seller = terminal.shop()?.seller;
    let hold = HoldCommand {
        key: key(),
        event: Arc::clone(event),
        terminal: terminal.id,
        seller,
        seats: vec![seat],
        apart: false,
    };
    let hold = storage.hold(hold).await?;
    let card = CardUid(rand::random());
    let new = NewOrder {
        hold: hold.hold,
        card,
        room: 8,
        method: PaymentMethod::RegisterSlip,
        buyer: Buyer::default(),
    };
    let order = storage.create_order(key(), terminal.clone(), new).await?;
    let sum = Confirm {
        amount: order.total,
        currency: order.currency.clone(),
    };
    storage
        .confirm(key(), clerk.clone(), order.slip.clone(), sum)
        .await?;
    let wish = GrantRequest {
        handover: HandoverId::random(),
        card,
        room: 8,
        incarnation: "bench".into(),
        code: None,
    };
    let claim = Claim::Order(order.id);
    let grant = storage.grant(terminal.clone(), claim, wish, None).await?;
    rules::sign(&grant, |_| Some(&**event), keys)?;
    Ok(())
}
