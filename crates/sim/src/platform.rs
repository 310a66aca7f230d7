//! The real platform in process: its routes, rules and SQLite storage, without threads and network. A run begins on a copy of one furnished folder.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use anyhow::Context as _;
use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use futures_executor::block_on;
use http_body_util::BodyExt as _;
use kippu_api::client::{IDEMPOTENCY_KEY, PLATFORM_INCARNATION};
use platform_center::{app::App, auth::hash_token, clock::Clock, keys::Keys, storage::Database};
use tower::ServiceExt as _;

use crate::{chance, furnish};

/// The platform's clock, which follows the simulation's.
#[derive(Default)]
struct SimClock(AtomicI64);

impl Clock for SimClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One request.
#[derive(Debug, Clone)]
pub struct Message {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Path after `/api/v1`.
    pub path: String,
    /// Bearer token.
    pub token: String,
    /// JSON.
    pub body: Option<Vec<u8>>,
    /// Idempotency key.
    pub key: Option<String>,
    /// The platform's life the sender knows.
    pub life: Option<String>,
}

/// Its answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The platform's life.
    pub life: Option<String>,
    /// JSON, or a bundle.
    pub body: Vec<u8>,
}

/// A folder all runs of a process begin with.
pub struct Template {
    folder: PathBuf,
}

impl Template {
    /// Furnishes a platform in a folder.
    ///
    /// # Errors
    /// The folder cannot be written, or the platform does not take the masters.
    pub fn furnish(folder: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)?;
        furnish::fixed_keys(folder)?;
        let clock = SimClock::default();
        clock.0.store(chance::START, Ordering::Relaxed);
        let storage = Database::open_inline(folder, Arc::new(clock))?;
        block_on(furnish::furnish(&storage))
            .map_err(|refusal| anyhow::anyhow!("the masters were refused: {refusal}"))?;
        drop(storage);
        // Everything into the one file that is copied.
        let sql = rusqlite::Connection::open(folder.join("platform.db"))?;
        sql.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The platform's secrets, the same in every run.
    ///
    /// # Errors
    /// The files cannot be read.
    pub fn keys(&self) -> anyhow::Result<Keys> {
        Keys::open(&self.folder)
    }
}

/// The platform of one run.
pub struct Platform {
    folder: PathBuf,
    clock: Arc<SimClock>,
    running: Option<Running>,
    backup: Option<PathBuf>,
}

struct Running {
    router: Router,
    app: App,
}

impl Platform {
    /// A copy of the template in a folder, which is emptied first.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn start(template: &Template, folder: &Path) -> anyhow::Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder.join("keys"))?;
        fs::copy(
            template.folder.join("platform.db"),
            folder.join("platform.db"),
        )
        .with_context(|| format!("cannot fill {}", folder.display()))?;
        for entry in fs::read_dir(template.folder.join("keys"))? {
            let entry = entry?;
            fs::copy(entry.path(), folder.join("keys").join(entry.file_name()))?;
        }
        let mut this = Self {
            folder: folder.to_owned(),
            clock: Arc::default(),
            running: None,
            backup: None,
        };
        this.run()?;
        Ok(this)
    }

    fn run(&mut self) -> anyhow::Result<()> {
        self.clock.0.store(chance::now(), Ordering::Relaxed);
        let storage = Arc::new(Database::open_inline(&self.folder, self.clock.clone())?);
        let app = App::new(storage, Keys::open(&self.folder)?, self.clock.clone());
        let session =
            app.storage()
                .open_session(hash_token(furnish::CLERK_TOKEN), 1, furnish::REGISTER);
        block_on(session).map_err(|refusal| anyhow::anyhow!("no clerk: {refusal}"))?;
        let session = app
            .storage()
            .open_operator_session(hash_token(furnish::OPERATOR_TOKEN), 1);
        block_on(session).map_err(|refusal| anyhow::anyhow!("no operator: {refusal}"))?;
        let router = app.router();
        self.running = Some(Running { router, app });
        Ok(())
    }

    /// Its database file, for the auditor.
    pub fn database(&self) -> PathBuf {
        self.folder.join("platform.db")
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The running application.
    ///
    /// # Errors
    /// It is stopped.
    pub fn app(&self) -> anyhow::Result<&App> {
        let running = self.running.as_ref();
        Ok(&running.context("the platform is stopped")?.app)
    }

    /// Delivers one request and waits for the answer.
    ///
    /// # Errors
    /// The request cannot be made; never a refusal.
    pub fn call(&self, message: &Message) -> anyhow::Result<Answer> {
        self.clock.0.store(chance::now(), Ordering::Relaxed);
        let running = self.running.as_ref().context("the platform is stopped")?;
        let mut request = Request::builder()
            .method(message.method)
            .uri(format!("/api/v1{}", message.path))
            .header(header::AUTHORIZATION, format!("Bearer {}", message.token));
        if let Some(key) = &message.key {
            request = request.header(IDEMPOTENCY_KEY, key);
        }
        if let Some(life) = &message.life {
            request = request.header(PLATFORM_INCARNATION, life);
        }
        let body = match &message.body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.clone())
            }
            None => Body::empty(),
        };
        let answer = block_on(running.router.clone().oneshot(request.body(body)?))?;
        let life = answer.headers().get(PLATFORM_INCARNATION);
        let life = life.and_then(|life| Some(life.to_str().ok()?.to_owned()));
        let status = answer.status().as_u16();
        let body = block_on(answer.into_body().collect())?.to_bytes().to_vec();
        Ok(Answer { status, life, body })
    }

    /// Copies the database while it is in use.
    ///
    /// # Errors
    /// The copy cannot be written.
    pub fn back_up(&mut self) -> anyhow::Result<()> {
        let to = self.folder.join("backup.db");
        if to.exists() {
            fs::remove_file(&to)?;
        }
        platform_center::restore::backup::backup(&self.folder, &to)?;
        self.backup = Some(to);
        Ok(())
    }

    /// Whether there is a copy.
    pub fn has_backup(&self) -> bool {
        self.backup.is_some()
    }

    /// Stops, puts the copy back and starts as another life (R15).
    ///
    /// # Errors
    /// The copy cannot be put back.
    pub fn restore(&mut self) -> anyhow::Result<()> {
        let backup = self.backup.take().context("there is no backup")?;
        self.running = None;
        platform_center::restore::backup::restore(&self.folder, &backup, 0, chance::now())?;
        self.run()
    }
}
