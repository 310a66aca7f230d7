//! The running platform: its parts, its router, and serving it until it is told to stop.

use std::{
    future::Future,
    path::Path,
    sync::{Arc, OnceLock},
};

use axum::{
    Router,
    extract::{ConnectInfo, DefaultBodyLimit, Request, State},
    http::{HeaderValue, header},
    middleware::{Next, from_fn, from_fn_with_state, map_response_with_state},
    response::Response,
};
use kippu_api::{client::PLATFORM_INCARNATION, problem::ProblemCode};
use kippu_ticket::ids::{EventId, TerminalId};
use tokio::net::TcpListener;

use crate::{
    allocation,
    cards::{self, limits::CardLimits},
    changes, clerks,
    clock::Clock,
    devices::{
        self,
        access::TerminalCache,
        authority::Authority,
        door::{Door, Peer},
    },
    gates, handovers, headers, issuing,
    keys::Keys,
    masters::{self, catalogue::Catalogue, rules::EventFacts},
    members, openapi, operator, organizer, own, pages, parcels,
    people::{self, secrets::Checking},
    refunds,
    refusal::{Answer, Refusal},
    registry, reports, requests,
    restore::{self, guard::Standings},
    returns,
    routes::{RouteEntry, Routes},
    sales::{self, picking::Picking},
    seller,
    server::{
        front::{self, Front},
        limits::LIST_BYTES,
        ready::Findings,
        serving,
    },
    stick,
    storage::{Database, Storage},
    till,
};

/// The platform's parts, shared by all requests.
#[derive(Clone)]
pub struct App(Arc<Parts>);

struct Parts {
    storage: Arc<dyn Storage>,
    clock: Arc<dyn Clock>,
    keys: Keys,
    catalogue: Catalogue,
    terminals: TerminalCache,
    authority: OnceLock<Option<Arc<Authority>>>,
    card_limits: CardLimits,
    checking: Checking,
    standings: Standings,
    picking: Picking,
    front: Front,
    findings: Findings,
}

impl App {
    /// A platform on a data folder.
    ///
    /// # Errors
    /// When the folder, the database or the keys cannot be used.
    pub fn open(data: &Path, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        Ok(Self::new(
            Arc::new(Database::open(data, Arc::clone(&clock))?),
            Keys::open(data)?,
            clock,
        ))
    }

    /// A node of the platform whose database is on a PostgreSQL server. `data` has the keys, which all nodes share, and what is this node's.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn connect(database: &str, data: &Path, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let storage = Database::connect(database, data, Arc::clone(&clock))?;
        Ok(Self::new(Arc::new(storage), Keys::open(data)?, clock))
    }

    /// A platform on a storage.
    pub fn new(storage: Arc<dyn Storage>, keys: Keys, clock: Arc<dyn Clock>) -> Self {
        let front = Front::new(storage.gauges());
        Self(Arc::new(Parts {
            storage,
            clock,
            keys,
            catalogue: Catalogue::default(),
            terminals: TerminalCache::default(),
            authority: OnceLock::new(),
            card_limits: CardLimits::default(),
            checking: Checking::default(),
            standings: Standings::default(),
            picking: Picking::default(),
            front,
            findings: Findings::default(),
        }))
    }

    /// What is kept.
    pub fn storage(&self) -> &dyn Storage {
        &*self.0.storage
    }

    /// The time, UTC microseconds.
    pub fn now(&self) -> i64 {
        self.0.clock.now()
    }

    /// The secrets.
    pub fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// The facts of an event.
    pub async fn event(&self, event: EventId) -> Answer<Arc<EventFacts>> {
        self.0.catalogue.event(self.storage(), event).await
    }

    /// The facts of all events, in order of their start.
    pub async fn events(&self) -> Answer<Vec<Arc<EventFacts>>> {
        self.0.catalogue.events(self.storage()).await
    }

    /// The facts of an event; `None` for one this platform does not have.
    pub async fn known_event(&self, event: EventId) -> Answer<Option<Arc<EventFacts>>> {
        match self.event(event).await {
            Ok(facts) => Ok(Some(facts)),
            Err(refusal) if refusal.code == ProblemCode::NotFound => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// Terminals seen so far.
    pub fn terminals(&self) -> &TerminalCache {
        &self.0.terminals
    }

    /// The authority that certifies terminals; `None` where this platform serves by TLS nowhere.
    pub fn authority(&self) -> Option<&Arc<Authority>> {
        let open = || {
            let stored = self.0.keys.authority()?;
            match Authority::open(stored) {
                Ok(authority) => Some(Arc::new(authority)),
                Err(error) => {
                    tracing::error!("the authority cannot be used: {error:#}");
                    None
                }
            }
        };
        self.0.authority.get_or_init(open).as_ref()
    }

    /// What a terminal and this platform seal things to one another with.
    ///
    /// # Errors
    /// 404 when there is no such terminal.
    pub async fn device_key(&self, terminal: TerminalId) -> Answer<[u8; 32]> {
        let known = self.storage().device_key(terminal).await?;
        let known = known.ok_or_else(|| Refusal::not_found("terminal"))?;
        self.keys().device_key(terminal, known)
    }

    /// How often cards' keys may be used.
    pub fn card_limits(&self) -> &CardLimits {
        &self.0.card_limits
    }

    /// Turns at checking what people must know.
    pub fn checking(&self) -> &Checking {
        &self.0.checking
    }

    /// How the terminals stand towards this life of the platform.
    pub fn standings(&self) -> &Standings {
        &self.0.standings
    }

    /// Searches for the best seats.
    pub fn picking(&self) -> &Picking {
        &self.0.picking
    }

    /// The platform towards the network.
    pub fn front(&self) -> &Front {
        &self.0.front
    }

    /// Whether it can serve.
    pub fn findings(&self) -> &Findings {
        &self.0.findings
    }

    /// Every route with who may call it.
    pub fn table(&self) -> Vec<RouteEntry> {
        self.routes().finish().1
    }

    /// The whole HTTP interface.
    pub fn router(&self) -> Router {
        self.routes()
            .finish()
            .0
            .fallback(|| async { Refusal::not_found("path") })
            .method_not_allowed_fallback(|| async {
                Refusal::bad_request("This path does not know that method.")
            })
            .layer(DefaultBodyLimit::max(LIST_BYTES))
            .layer(map_response_with_state(self.clone(), state_life))
            .layer(from_fn(headers::guard))
            .layer(from_fn(end_old_connections))
            .layer(from_fn_with_state(self.clone(), front::front))
    }

    fn routes(&self) -> Routes {
        let routes = openapi::routes(Routes::new(self.clone()));
        let routes = allocation::routes::routes(masters::routes::routes(routes));
        let routes = allocation::desk::routes(masters::organizing::routes(routes));
        let routes = issuing::routes::routes(sales::routes::routes(routes));
        let routes = handovers::routes::routes(cards::routes::routes(routes));
        let routes = parcels::routes::routes(routes);
        let routes = refunds::routes::routes(routes);
        let routes = members::routes::routes(till::routes::routes(routes));
        let routes = clerks::routes::routes(gates::routes::routes(routes));
        let routes = stick::routes::routes(restore::routes::routes(routes));
        let routes = reports::routes::routes(own::routes::routes(people::routes::routes(routes)));
        let routes = devices::routes::routes(routes);
        let routes = operator::routes::routes(operator::sessions::routes(routes));
        let routes = operator::pages::routes(operator::accounts::routes(routes));
        let routes = organizer::pages::routes(pages::routes(routes));
        let routes = returns::pages::routes(returns::routes::routes(routes));
        let routes = changes::pages::routes(changes::routes::routes(routes));
        let routes = requests::pages::routes(requests::routes::routes(routes));
        let routes = allocation::files::pages::routes(allocation::files::routes::routes(routes));
        let routes = registry::pages::routes(registry::routes::routes(routes));
        seller::pages::routes(routes)
    }

    /// Serves in the clear until `stop` is done, then finishes the requests that are under way.
    ///
    /// # Errors
    /// Never; a listener that breaks is tried again.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        self.serve_at(Door::Plain(listener), stop).await
    }

    /// The same at a door.
    ///
    /// # Errors
    /// Never; a listener that breaks is tried again.
    pub async fn serve_at(
        self,
        door: Door,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        serving::serve(self, door, stop).await;
        Ok(())
    }
}

/// Lets a terminal connect anew now and then, with whatever certificate it has by then.
async fn end_old_connections(request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<Peer>>();
    let old = peer.is_some_and(|ConnectInfo(peer)| peer.is_old());
    let mut answer = next.run(request).await;
    if old {
        let close = HeaderValue::from_static("close");
        answer.headers_mut().insert(header::CONNECTION, close);
    }
    answer
}

/// Names the platform's life in every answer, refusals included, so that terminals notice a restore (R15).
async fn state_life(State(app): State<App>, mut answer: Response) -> Response {
    let life = HeaderValue::from(app.storage().life().incarnation);
    answer.headers_mut().insert(PLATFORM_INCARNATION, life);
    answer
}
