//! The real platform in process: its routes, rules and SQLite storage, without threads and network. Every run begins with the same furnished masters.

use std::{
    fs::{self, File},
    io::{Read as _, Seek as _, SeekFrom, Write as _},
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
use kippu_api::{
    client::{IDEMPOTENCY_KEY, PLATFORM_INCARNATION},
    orders::EventOnCard,
};
use platform_center::{
    app::App,
    auth::hash_token,
    clock::Clock,
    keys::Keys,
    masters::storage::MasterStorage as _,
    people::storage::PeopleStorage as _,
    refusal::Refusal,
    storage::{Database, sql::Sql},
};
use tower::ServiceExt as _;

use crate::{audit::Books, chance, furnish, items};

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

/// A furnished platform all runs of a process begin with.
pub struct Template {
    folder: PathBuf,
    database: Vec<u8>,
    /// The events as cards name them.
    pub events: Vec<EventOnCard>,
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
        block_on(furnish::furnish(&storage)).map_err(refused)?;
        items::keep(&storage, &Keys::open(folder)?)?;
        let mut events = Vec::with_capacity(furnish::EVENTS.len());
        for event in furnish::EVENTS {
            let facts = block_on(storage.event_facts(event)).map_err(refused)?;
            events.push(facts.context("an event is missing")?.on_card());
        }
        drop(storage);
        Ok(Self {
            events,
            folder: folder.to_owned(),
            database: fs::read(folder.join(DATABASE))?,
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

    /// The database's content, marked as newer than what is in the file, so that connections forget what they have read of that.
    fn content_after(&self, mut file: &File) -> anyhow::Result<Vec<u8>> {
        let mut counter = [0; 4];
        file.seek(SeekFrom::Start(CHANGE_COUNTER as u64))?;
        file.read_exact(&mut counter)?;
        let next = u32::from_be_bytes(counter).wrapping_add(1).to_be_bytes();
        let mut content = self.database.clone();
        for place in [CHANGE_COUNTER, VALID_FOR] {
            content[place..place + 4].copy_from_slice(&next);
        }
        Ok(content)
    }
}

/// Where a SQLite file counts its changes, and says which count its header is valid for.
const CHANGE_COUNTER: usize = 24;
const VALID_FOR: usize = 92;
const DATABASE: &str = "platform.db";

/// The platform of one run after the other. Each begins with the same content of the same file; the connections to it, and the statements
/// compiled on them, are kept.
pub struct Platform {
    folder: PathBuf,
    clock: Arc<SimClock>,
    running: Option<Running>,
    backup: Option<PathBuf>,
    /// The books as they were after so many changes.
    books: Option<(u64, Arc<Books>)>,
}

struct Running {
    router: Router,
    app: App,
    storage: Arc<Database>,
}

impl Running {
    /// Stops it; its connection may be used again.
    fn stop(self) -> anyhow::Result<Sql> {
        drop((self.router, self.app));
        let storage = Arc::into_inner(self.storage);
        storage
            .context("somebody still uses the platform's storage")?
            .into_inline_connection()
    }
}

impl Platform {
    /// A platform in a folder, which is emptied; not running yet.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn in_folder(template: &Template, folder: &Path) -> anyhow::Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder.join("keys"))?;
        fs::write(folder.join(DATABASE), &template.database)
            .with_context(|| format!("cannot fill {}", folder.display()))?;
        for entry in fs::read_dir(template.folder.join("keys"))? {
            let entry = entry?;
            fs::copy(entry.path(), folder.join("keys").join(entry.file_name()))?;
        }
        Ok(Self {
            folder: folder.to_owned(),
            clock: Arc::default(),
            running: None,
            backup: None,
            books: None,
        })
    }

    /// Begins a run: everything is as it was furnished.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn begin(&mut self, template: &Template) -> anyhow::Result<()> {
        let kept = self.running.take().map(Running::stop).transpose()?;
        (self.backup, self.books) = (None, None);
        self.sweep()?;
        let mut file = File::options()
            .read(true)
            .write(true)
            .open(self.folder.join(DATABASE))?;
        let content = template.content_after(&file)?;
        file.rewind()?;
        file.write_all(&content)?;
        file.set_len(content.len() as u64)?;
        self.run(kept)
    }

    /// Removes what the last run left beside keys and database: copies, marks of later lives, journals of kiosks.
    fn sweep(&self) -> anyhow::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            if name == DATABASE || name == "keys" {
                continue;
            }
            match entry.file_type()?.is_dir() {
                true => fs::remove_dir_all(entry.path())?,
                false => fs::remove_file(entry.path())?,
            }
        }
        Ok(())
    }

    fn run(&mut self, kept: Option<Sql>) -> anyhow::Result<()> {
        self.clock.0.store(chance::now(), Ordering::Relaxed);
        let storage = Arc::new(match kept {
            Some(sql) => Database::inline_on(&self.folder, sql, self.clock.clone())?,
            None => Database::open_inline(&self.folder, self.clock.clone())?,
        });
        let app = App::new(
            storage.clone(),
            Keys::open(&self.folder)?,
            self.clock.clone(),
        );
        let router = app.router();
        self.running = Some(Running {
            router,
            app,
            storage,
        });
        Ok(())
    }

    /// The books, by the auditor's own questions to the database. Asked again only once something was changed.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn books(&mut self) -> anyhow::Result<Arc<Books>> {
        let running = self.running.as_ref().context("the platform is stopped")?;
        let known = self.books.take();
        let read = running.storage.read(move |sql| {
            let changes = sql.total_changes();
            Ok(match known {
                Some(known) if known.0 == changes => Ok(known),
                _ => Books::read(sql).map(|books| (changes, Arc::new(books))),
            })
        });
        let (changes, books) = block_on(read).map_err(refused)??;
        self.books = Some((changes, Arc::clone(&books)));
        Ok(books)
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
        if [furnish::CLERK_TOKEN, furnish::OPERATOR_TOKEN].contains(&message.token.as_str()) {
            // People who did nothing for a while log in again, which is not what is tried here.
            let used = running.storage.session_used(hash_token(&message.token));
            block_on(used).map_err(refused)?;
        }
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
        let running = self.running.as_ref().context("the platform is stopped")?;
        let to = self.folder.join("backup.db");
        if to.exists() {
            fs::remove_file(&to)?;
        }
        block_on(running.storage.keep_file(false)).map_err(refused)?;
        platform_center::restore::backup::backup(&self.folder, &to)?;
        block_on(running.storage.keep_file(true)).map_err(refused)?;
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
        // The database is another file from now on.
        (self.running, self.books) = (None, None);
        platform_center::restore::backup::restore(&self.folder, &backup, 0, chance::now())?;
        self.run(None)?;
        let running = self.running.as_ref().context("the platform is stopped")?;
        block_on(furnish::log_in(&*running.storage)).map_err(refused)
    }
}

fn refused(refusal: Refusal) -> anyhow::Error {
    anyhow::anyhow!("the platform refused: {refusal}")
}
