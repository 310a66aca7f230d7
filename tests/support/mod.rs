//! What the end-to-end tests share: a world of real binaries, the moves of customers and clerks, and a line that can be held up.

pub mod moves;
pub mod operator;
pub mod papers;

use std::{
    fs,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use kippu_api::{
    clerk::{Confirm, Login},
    client::{Client, ClientError, IdempotencyKey},
    holds::HoldRequest,
    orders::{Buyer, NewOrder, Order, OrderState, PaymentMethod},
};
use kippu_card::{
    capability::{CardContents, SlotState, TicketCard as _},
    open::open_free,
    reader::Reader as _,
    tray::{Tray, TrayError},
};
use kippu_stage::{hand::Hand, theatre::Theatre};
use kippu_ticket::ids::{CardUid, EventId, TicketId};
use tempfile::TempDir;
use tokio::runtime::Runtime;

#[allow(unused_imports, reason = "every test binary uses its own part of it")]
pub use kippu_stage::line;

/// The play in the theatre, and the match in the stadium.
pub const PLAY: EventId = EventId(1);
pub const MATCH: EventId = EventId(2);
/// The demo's ready card.
pub const CARD: &str = "aoi-4k";
/// Longest wait for something that takes a moment.
pub const SOON: u64 = 20;
/// Between two looks at something that cannot be waited for otherwise.
const LOOK: Duration = Duration::from_millis(25);
const READER: &str = "table";

/// The demo's world in a folder of its own; everything in it ends with it.
pub struct World {
    pub theatre: Theatre,
    runtime: Runtime,
    // Removed last, when nothing runs in it any more.
    _folder: TempDir,
}

impl World {
    pub fn open() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        Ok(Self {
            theatre: Theatre::open(folder.path())?,
            runtime: Runtime::new()?,
            _folder: folder,
        })
    }

    /// A kiosk that speaks English, and goes on with its old data where it ran before.
    pub fn kiosk(&self, name: &str) -> Result<Hand> {
        let mut kiosk = self.theatre.terminal("kiosk", name)?;
        kiosk.tap("English")?;
        Ok(kiosk)
    }

    /// What a future comes to.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// A terminal's own line to the platform.
    pub fn client(&self, terminal: &str) -> Result<Client> {
        let file = self
            .theatre
            .platform_data()
            .join("terminals")
            .join(format!("{terminal}.toml"));
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let table: toml::Table = text.parse()?;
        let token = table
            .get("token")
            .and_then(|token| token.as_str())
            .context("a token")?;
        Ok(Client::new(self.theatre.platform_url(), token)?)
    }

    /// An order for this card, made as kiosk 1 makes it, not paid.
    pub fn order(&self, card: &str, tickets: u8) -> Result<Order> {
        let client = self.client("kiosk-1")?;
        let card = self.uid(card)?;
        self.run(async {
            let wish = HoldRequest::Best {
                class: 0,
                quantity: tickets,
            };
            let hold = client.hold(PLAY, &wish, &IdempotencyKey::random()).await?;
            let order = NewOrder {
                hold: hold.hold,
                card,
                room: tickets,
                method: PaymentMethod::RegisterSlip,
                buyer: Buyer::default(),
            };
            Ok(client
                .create_order(&order, &IdempotencyKey::random())
                .await?)
        })
    }

    /// The store's clerk, logged in.
    fn clerk(&self) -> Result<Client> {
        let client = self.client("register-1")?;
        let login = Login {
            store: "0101".into(),
            clerk: "1".into(),
            pin: "1111".into(),
        };
        let session = self.run(client.login(&login))?;
        Ok(client.with_token(&session.token))
    }

    /// The store's order of these tickets.
    pub fn bought(&self, tickets: &[TicketId]) -> Result<Order> {
        let clerk = self.clerk()?;
        let orders = self.run(clerk.slips())?;
        let found = orders
            .into_iter()
            .find(|order| tickets.iter().all(|ticket| order.tickets.contains(ticket)));
        found.context("no order of these tickets")
    }

    /// The clerk takes the money.
    pub fn pay(&self, order: &Order) -> Result<()> {
        let clerk = self.clerk()?;
        self.run(async {
            let confirm = Confirm {
                amount: order.total,
                currency: order.currency.clone(),
            };
            clerk
                .confirm_slip(&order.slip, &confirm, &IdempotencyKey::random())
                .await?;
            Ok(())
        })
    }

    /// A paid order that waits for its card.
    pub fn paid_order(&self, card: &str, tickets: u8) -> Result<Order> {
        let order = self.order(card, tickets)?;
        self.pay(&order)?;
        Ok(order)
    }

    /// The order as the platform has it now.
    pub fn order_now(&self, order: &Order) -> Result<Order> {
        self.order_by_slip(&order.slip)
    }

    /// The order with this slip number.
    pub fn order_by_slip(&self, slip: &str) -> Result<Order> {
        let client = self.client("kiosk-1")?;
        Ok(self.run(client.order_by_slip(slip))?)
    }

    /// Waits until the platform knows the order in this state: reports arrive when they arrive.
    pub fn wait_for_state(&self, order: &Order, wanted: OrderState) -> Result<()> {
        let end = Instant::now() + Duration::from_secs(SOON);
        loop {
            let state = self.order_now(order)?.state;
            if state == wanted {
                return Ok(());
            }
            if Instant::now() > end {
                bail!("order {} is {state:?}, not {wanted:?}", order.slip);
            }
            thread::sleep(LOOK);
        }
    }

    /// A card's number.
    pub fn uid(&self, card: &str) -> Result<CardUid> {
        let cards = Tray::open(&self.theatre.tray())?.cards()?;
        let found = cards.into_iter().find(|found| found.name == card);
        Ok(found.with_context(|| format!("no card {card}"))?.uid)
    }

    /// What anybody can read on a card that lies on no reader.
    pub fn card(&self, name: &str) -> Result<CardContents> {
        let tray = Tray::open(&self.theatre.tray())?;
        let end = Instant::now() + Duration::from_secs(SOON);
        loop {
            match tray.lay(name, READER) {
                Ok(()) => break,
                // A hand that lifted it just now needs an instant.
                Err(TrayError::LiesElsewhere { .. }) if Instant::now() < end => thread::sleep(LOOK),
                Err(other) => return Err(other.into()),
            }
        }
        let mut reader = tray.reader(READER);
        reader.poll(Duration::ZERO);
        let contents = reader
            .connect()
            .and_then(|transport| open_free(transport)?.read());
        tray.lift(READER);
        Ok(contents?)
    }

    /// Tickets that are live on a card, in slot order.
    pub fn live_on(&self, name: &str) -> Result<Vec<TicketId>> {
        let contents = self.card(name)?;
        let live = contents
            .tickets
            .iter()
            .filter(|ticket| ticket.state == SlotState::Live);
        live.map(|ticket| {
            let bound = kippu_ticket::record::BoundTicket::from_bytes(&ticket.record)?;
            Ok(bound.signed.body.ticket)
        })
        .collect()
    }

    /// Where the fault for the next time this card is laid down is written.
    fn fault_file(&self, card: &str) -> PathBuf {
        self.theatre.tray().join(format!("{card}.fault.json"))
    }

    /// The card will fail once when it is laid down the next time.
    pub fn plan_fault(&self, card: &str, fault: &str) -> Result<()> {
        Ok(fs::write(self.fault_file(card), fault)?)
    }

    /// Whether a planned fault has not struck yet.
    pub fn fault_is_ahead(&self, card: &str) -> bool {
        self.fault_file(card).exists()
    }

    /// Takes a fault back that did not strike.
    pub fn forget_fault(&self, card: &str) -> Result<()> {
        Ok(fs::remove_file(self.fault_file(card))?)
    }
}

/// The refusal's code, where the platform refused.
pub fn refusal<T>(answer: Result<T, ClientError>) -> Option<kippu_api::problem::ProblemCode> {
    answer
        .err()
        .and_then(|error| error.problem().map(|problem| problem.code))
}
