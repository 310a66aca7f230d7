//! Between a gate and the platform: bundles down, entrance records up. A gate works without.

use std::time::Duration;

use kippu_api::{
    client::Client,
    entrance::{EntranceBatch, EntranceRecord},
};
use kippu_gate::log::Record;
use tokio::{runtime::Handle, sync::mpsc, time::timeout};

use super::{GateActor, Job};

/// How often records are sent.
const SEND: Duration = Duration::from_secs(3);
/// Every so many rounds the bundle is fetched again.
const ROUNDS_A_BUNDLE: u32 = 20;

/// Asks the uplink to fetch the bundle now.
pub struct Uplink {
    refresh: mpsc::Sender<()>,
}

impl Uplink {
    /// Starts it on a runtime.
    pub fn start(runtime: &Handle, client: Client, gate: GateActor) -> Self {
        let (refresh, mut wanted) = mpsc::channel(1);
        runtime.spawn(async move {
            let mut round = 0;
            loop {
                if round % ROUNDS_A_BUNDLE == 0 {
                    // Until the first one is here, every round asks.
                    if !fetch(&client, &gate).await {
                        round = ROUNDS_A_BUNDLE - 1;
                    }
                }
                send(&client, &gate).await;
                round += 1;
                match timeout(SEND, wanted.recv()).await {
                    Ok(Some(())) => round = 0,
                    Ok(None) => return,
                    Err(_) => {}
                }
            }
        });
        Self { refresh }
    }

    /// Fetches the bundle now.
    pub fn refresh(&self) {
        // One wish waits already: that is as good.
        let _ = self.refresh.try_send(());
    }
}

async fn fetch(client: &Client, gate: &GateActor) -> bool {
    match client.bundle().await {
        Ok(bytes) => {
            gate.work(Job::Online(true));
            gate.work(Job::Bundle(bytes));
            true
        }
        Err(error) => {
            tracing::info!(%error, "no bundle from the platform");
            gate.work(Job::Online(false));
            false
        }
    }
}

async fn send(client: &Client, gate: &GateActor) {
    let asked = gate.clone();
    let Ok(records) = tokio::task::spawn_blocking(move || asked.unsent()).await else {
        return;
    };
    let Some(last) = records.last().map(|record| record.row) else {
        return;
    };
    let batch = EntranceBatch {
        records: records.into_iter().map(wire).collect(),
    };
    match client.entrance_records(&batch).await {
        Ok(_) => {
            gate.work(Job::Online(true));
            gate.work(Job::Uploaded(last));
        }
        Err(error) => {
            tracing::info!(%error, "the records wait");
            gate.work(Job::Online(false));
        }
    }
}

fn wire(record: Record) -> EntranceRecord {
    EntranceRecord {
        row: record.row,
        at: record.at,
        event: record.event,
        card: record.card,
        ticket: record.ticket.map(|(ticket, _)| ticket),
        outcome: record.outcome,
    }
}
