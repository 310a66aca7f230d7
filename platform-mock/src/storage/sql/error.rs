//! What can go wrong with a statement, alike on both databases.

use tokio_postgres::error::SqlState;

/// Why a statement was not done, or its answer makes no sense.
#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    /// SQLite says so.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL says so, or the connection is gone.
    #[error("{}", told(.0))]
    Postgres(#[from] tokio_postgres::Error),
    /// The answer is empty.
    #[error("the answer has no rows")]
    NoRows,
    /// The statement wants another number of parameters.
    #[error("{given} parameters were given to a statement that wants {wanted}")]
    Parameters {
        /// By the program.
        given: usize,
        /// By the statement.
        wanted: usize,
    },
    /// A text has a character that PostgreSQL cannot keep, so neither database does.
    #[error("a text contains the character U+0000")]
    Nul,
    /// A number of 2⁶³ or more: neither database can keep it.
    #[error("a number is 2^63 or more")]
    TooLarge,
    /// A value is none of the kind asked for.
    #[error("column {column}: {cause}")]
    Conversion {
        /// Counted from 0.
        column: usize,
        /// What is wrong with it.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Whether it is about the connection and not about the statement.
fn is_lost(error: &tokio_postgres::Error) -> bool {
    let cause = std::error::Error::source(error);
    error.is_closed() || cause.is_some_and(|cause| cause.is::<std::io::Error>())
}

/// PostgreSQL's own words: the crate's show only the kind of fault.
fn told(error: &tokio_postgres::Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| error.to_string(), |fault| fault.to_string())
}

impl SqlError {
    /// A value that makes no sense.
    pub fn conversion(
        column: usize,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Conversion {
            column,
            cause: cause.into(),
        }
    }

    /// Names the column.
    pub(super) fn in_column(self, column: usize) -> Self {
        match self {
            Self::Conversion { cause, .. } => Self::Conversion { column, cause },
            other => other,
        }
    }

    /// Whether the database has no room left, or could not make it: nothing of the statement stays.
    pub fn is_full(&self) -> bool {
        match self {
            // Where the log cannot grow SQLite says that writing failed.
            Self::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                Some(rusqlite::ErrorCode::DiskFull | rusqlite::ErrorCode::SystemIoFailure)
            ),
            Self::Postgres(error) => error.code() == Some(&SqlState::DISK_FULL),
            _ => false,
        }
    }

    /// Whether the same may go well a little later: the database is busy, starting, or out of reach.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
            ),
            Self::Postgres(error) if error.code().is_none() => is_lost(error),
            Self::Postgres(error) => error.code().is_some_and(|code| {
                [
                    SqlState::T_R_DEADLOCK_DETECTED,
                    SqlState::T_R_SERIALIZATION_FAILURE,
                    SqlState::LOCK_NOT_AVAILABLE,
                    SqlState::TOO_MANY_CONNECTIONS,
                    SqlState::ADMIN_SHUTDOWN,
                    SqlState::CRASH_SHUTDOWN,
                    SqlState::CANNOT_CONNECT_NOW,
                    SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
                    SqlState::READ_ONLY_SQL_TRANSACTION,
                ]
                .contains(code)
            }),
            _ => false,
        }
    }
}

/// An answer that may be empty.
pub trait Optional<T> {
    /// `None` where there is no row.
    fn optional(self) -> Result<Option<T>, SqlError>;
}

impl<T> Optional<T> for Result<T, SqlError> {
    fn optional(self) -> Result<Option<T>, SqlError> {
        match self {
            Ok(found) => Ok(Some(found)),
            Err(SqlError::NoRows) => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}
