//! A connection to PostgreSQL that is used like one to a file: whoever asks waits on his own thread.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    future::poll_fn,
    pin::pin,
    time::Duration,
};

use anyhow::bail;
use futures_util::TryStreamExt as _;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    runtime::{Builder, Runtime},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::timeout,
};
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Params, SqlError, ValueRef};

/// How long a server may take to accept a connection.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// Settings of every connection. A node that hangs inside a batch must not keep the others waiting for ever.
const SETTINGS: &str = "SET idle_in_transaction_session_timeout = '10s'; SET statement_timeout = '60s'; SET client_min_messages = warning";

/// A connection with a small runtime of its own, driven while somebody waits for an answer.
pub struct Postgres {
    client: Client,
    /// Always there until it is dropped.
    runtime: Option<Runtime>,
    prepared: RefCell<HashMap<String, Known>>,
    deferred: RefCell<String>,
    changes: Cell<u64>,
    notices: UnboundedReceiver<String>,
}

#[derive(Clone)]
struct Known {
    statement: tokio_postgres::Statement,
    writes: bool,
}

/// A statement of a connection.
pub struct Prepared<'c> {
    connection: &'c Postgres,
    known: Known,
}

/// Carries what goes to and fro until the server hangs up.
async fn drive<S, T>(mut connection: Connection<S, T>, hear: UnboundedSender<String>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notification(notice))) => {
                // Nobody hears it when the connection is about to be dropped.
                let _ = hear.send(notice.payload().to_owned());
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                tracing::warn!(%error, "a connection to the database was lost");
                return;
            }
            None => return,
        }
    }
}

impl Postgres {
    /// Connects.
    ///
    /// # Errors
    /// When the server is out of reach or does not let this user in.
    pub fn connect(config: &Config, tls: Option<MakeRustlsConnect>) -> anyhow::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let mut config = config.clone();
        config.connect_timeout(CONNECT_MAX);
        let (hear, notices) = unbounded_channel();
        let client = match tls {
            Some(tls) => {
                let (client, connection) = runtime.block_on(config.connect(tls))?;
                runtime.spawn(drive(connection, hear));
                client
            }
            None => {
                let (client, connection) = runtime.block_on(config.connect(NoTls))?;
                runtime.spawn(drive(connection, hear));
                client
            }
        };
        let this = Self {
            client,
            runtime: Some(runtime),
            prepared: RefCell::default(),
            deferred: RefCell::default(),
            changes: Cell::new(0),
            notices,
        };
        this.batch(SETTINGS)?;
        Ok(this)
    }

    /// Whether the server has hung up.
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Messages of channels this connection listens to; waits some time for the first.
    ///
    /// # Errors
    /// When the server has hung up.
    pub fn notices(&mut self, patience: Duration) -> anyhow::Result<Vec<String>> {
        let Some(runtime) = &self.runtime else {
            return Ok(Vec::new());
        };
        let notices = &mut self.notices;
        let first = runtime.block_on(async { timeout(patience, notices.recv()).await });
        let mut heard = match first {
            Ok(Some(first)) => vec![first],
            Ok(None) => bail!("the connection was lost"),
            Err(_) => Vec::new(),
        };
        while let Ok(next) = self.notices.try_recv() {
            heard.push(next);
        }
        Ok(heard)
    }

    /// How many rows were changed over this connection.
    pub fn total_changes(&self) -> u64 {
        self.changes.get()
    }

    /// Keeps something back until the next statement.
    pub fn defer(&self, text: &str) {
        let mut deferred = self.deferred.borrow_mut();
        deferred.push_str(text);
        deferred.push(';');
    }

    pub(super) fn prepare(&self, text: &str) -> Result<Prepared<'_>, SqlError> {
        let known = self.prepared.borrow().get(text).cloned();
        if let Some(known) = known {
            return Ok(Prepared {
                connection: self,
                known,
            });
        }
        self.flush()?;
        let known = Known {
            statement: self.wait(self.client.prepare(&numbered(text)))?,
            writes: !text.trim_start().starts_with("SELECT"),
        };
        self.prepared
            .borrow_mut()
            .insert(text.to_owned(), known.clone());
        Ok(Prepared {
            connection: self,
            known,
        })
    }

    /// Runs statements without parameters, after what was put off.
    pub fn batch(&self, text: &str) -> Result<(), SqlError> {
        let mut all = self.deferred.take();
        all.push_str(text);
        Ok(self.wait(self.client.batch_execute(&all))?)
    }

    /// Sends what was put off.
    pub fn flush(&self) -> Result<(), SqlError> {
        if self.deferred.borrow().is_empty() {
            return Ok(());
        }
        self.batch("")
    }

    /// Runs a statement and commits, both on their way at once. `COMMIT` after a statement that failed answers as if all were well, so the
    /// statement's own result decides.
    pub fn commit_after(&self, text: &str, params: impl Params) -> Result<(), SqlError> {
        let statement = self.prepare(text)?;
        let values = values(&params)?;
        let before = self.deferred.take();
        let (before, done, committed) = self.wait(async {
            tokio::join!(biased;
                self.client.batch_execute(&before),
                self.client.execute_raw(&statement.known.statement, values.iter()),
                self.client.batch_execute("COMMIT"))
        });
        before?;
        done?;
        Ok(committed?)
    }

    fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        match &self.runtime {
            Some(runtime) => runtime.block_on(work),
            None => unreachable!("the runtime is taken when the connection is dropped"),
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Waiting for a runtime is not allowed everywhere a storage may be dropped.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Prepared<'_> {
    /// The rows of the answer, and how many rows it is about.
    pub(super) fn run(
        &self,
        params: &impl Params,
    ) -> Result<(Vec<tokio_postgres::Row>, u64), SqlError> {
        let values = values(params)?;
        let wanted = self.known.statement.params().len();
        if values.len() != wanted {
            return Err(SqlError::Parameters {
                given: values.len(),
                wanted,
            });
        }
        let connection = self.connection;
        let client = &connection.client;
        let ahead = connection.deferred.take();
        let answer = async {
            let sent = client
                .query_raw(&self.known.statement, values.iter())
                .await?;
            let mut sent = pin!(sent);
            let mut rows = Vec::new();
            while let Some(row) = sent.try_next().await? {
                rows.push(row);
            }
            Ok::<_, tokio_postgres::Error>((rows, sent.rows_affected().unwrap_or(0)))
        };
        let (rows, count) = if ahead.is_empty() {
            connection.wait(answer)?
        } else {
            // Both are on their way before either is waited for, in this order.
            let (before, after) = connection
                .wait(async { tokio::join!(biased; client.batch_execute(&ahead), answer) });
            before?;
            after?
        };
        if self.known.writes {
            connection.changes.set(connection.changes.get() + count);
        }
        Ok((rows, count))
    }
}

fn values(params: &impl Params) -> Result<Vec<ValueRef<'_>>, SqlError> {
    let mut values = Vec::new();
    params.each(&mut |value| {
        values.push(value);
        Ok(())
    })?;
    Ok(values)
}

/// `?1` as PostgreSQL writes it. No statement has a question mark in a text of its own.
fn numbered(text: &str) -> String {
    text.replace('?', "$")
}

/// Does what waits for a database, from wherever it is called: inside a runtime nothing may wait on another one.
pub fn off_runtime<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| match scope.spawn(run).join() {
        Ok(done) => done,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}
