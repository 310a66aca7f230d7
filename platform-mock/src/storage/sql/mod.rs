//! One way to both databases: statements with `?1`, rows and values in the shapes rusqlite has, run on SQLite or on PostgreSQL.
//!
//! Statements are one text for both. What the two understand differently stands in docs/adr/0007-one-sql-two-databases.md.

mod error;
mod params;
mod postgres;
mod value;

pub use error::{Optional, SqlError};
pub use params::{Params, params_from_iter};
pub use postgres::{Postgres, off_runtime};
pub use value::{FromValue, ToValue, ValueRef};

/// A connection: of the writer inside its transaction, or of a reader.
pub enum Sql {
    /// To a file.
    Sqlite(rusqlite::Connection),
    /// To a server.
    Postgres(Box<Postgres>),
}

impl Sql {
    /// Prepares a statement, or takes the one prepared before for the same text.
    pub fn prepare_cached(&self, text: &str) -> Result<Statement<'_>, SqlError> {
        Ok(match self {
            Self::Sqlite(sql) => Statement::Sqlite(sql.prepare_cached(text)?),
            Self::Postgres(sql) => Statement::Postgres(sql.prepare(text)?),
        })
    }

    /// Runs a statement; how many rows it changed.
    pub fn execute(&self, text: &str, params: impl Params) -> Result<usize, SqlError> {
        self.prepare_cached(text)?.execute(params)
    }

    /// The first row of an answer.
    ///
    /// # Errors
    /// [`SqlError::NoRows`] when there is none.
    pub fn query_row<T>(
        &self,
        text: &str,
        params: impl Params,
        map: impl FnOnce(&Row<'_>) -> Result<T, SqlError>,
    ) -> Result<T, SqlError> {
        self.prepare_cached(text)?.query_row(params, map)
    }

    /// Runs several statements without parameters.
    pub fn execute_batch(&self, text: &str) -> Result<(), SqlError> {
        match self {
            Self::Sqlite(sql) => Ok(sql.execute_batch(text)?),
            Self::Postgres(sql) => sql.batch(text),
        }
    }

    /// Begins something, or sets, undoes or drops a savepoint. On PostgreSQL it travels with the next statement, whose result then stands for
    /// both.
    pub fn ahead(&self, text: &str) -> Result<(), SqlError> {
        match self {
            Self::Sqlite(sql) => {
                sql.prepare_cached(text)?.execute([])?;
            }
            Self::Postgres(sql) => sql.defer(text),
        }
        Ok(())
    }

    /// Whether the server has hung up.
    pub fn is_closed(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            Self::Postgres(sql) => sql.is_closed(),
        }
    }

    /// Does something in a transaction of its own, all or nothing.
    pub fn in_transaction<T, E: From<SqlError>>(
        &self,
        run: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let begin = match self {
            Self::Sqlite(_) => "BEGIN IMMEDIATE",
            Self::Postgres(_) => "BEGIN",
        };
        self.execute_batch(begin)?;
        let done = run(self);
        let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = self.execute_batch(end);
        match done {
            Ok(done) => {
                ended?;
                Ok(done)
            }
            // Whatever the rollback says, the first fault is the one to tell; a connection that cannot roll back is not used again.
            Err(fault) => Err(fault),
        }
    }

    /// How many rows were changed since the connection was made.
    pub fn total_changes(&self) -> u64 {
        match self {
            Self::Sqlite(sql) => sql.total_changes(),
            Self::Postgres(sql) => sql.total_changes(),
        }
    }
}

/// A prepared statement.
pub enum Statement<'c> {
    /// Of SQLite.
    Sqlite(rusqlite::CachedStatement<'c>),
    /// Of PostgreSQL.
    Postgres(postgres::Prepared<'c>),
}

impl Statement<'_> {
    /// Runs it; how many rows it changed.
    pub fn execute(&mut self, params: impl Params) -> Result<usize, SqlError> {
        match self {
            Self::Sqlite(statement) => {
                bind(statement, &params)?;
                Ok(statement.raw_execute()?)
            }
            Self::Postgres(statement) => {
                let (_, changed) = statement.run(&params)?;
                Ok(usize::try_from(changed).unwrap_or(usize::MAX))
            }
        }
    }

    /// Asks it.
    pub fn query(&mut self, params: impl Params) -> Result<Rows<'_>, SqlError> {
        Ok(match self {
            Self::Sqlite(statement) => {
                bind(statement, &params)?;
                Rows::Sqlite(statement.raw_query())
            }
            Self::Postgres(statement) => {
                let (rows, _) = statement.run(&params)?;
                Rows::Postgres { rows, next: 0 }
            }
        })
    }

    /// Asks for the first row.
    ///
    /// # Errors
    /// [`SqlError::NoRows`] when there is none.
    pub fn query_row<T>(
        &mut self,
        params: impl Params,
        map: impl FnOnce(&Row<'_>) -> Result<T, SqlError>,
    ) -> Result<T, SqlError> {
        let mut rows = self.query(params)?;
        let row = rows.next()?.ok_or(SqlError::NoRows)?;
        map(&row)
    }

    /// Asks for all rows, each made into something.
    pub fn query_map<T, F>(
        &mut self,
        params: impl Params,
        map: F,
    ) -> Result<MappedRows<'_, F>, SqlError>
    where
        F: FnMut(&Row<'_>) -> Result<T, SqlError>,
    {
        Ok(MappedRows {
            rows: self.query(params)?,
            map,
        })
    }
}

fn bind(statement: &mut rusqlite::Statement<'_>, params: &impl Params) -> Result<(), SqlError> {
    let mut bound = 0;
    params.each(&mut |value| {
        bound += 1;
        Ok(statement.raw_bind_parameter(bound, value)?)
    })?;
    if bound == statement.parameter_count() {
        Ok(())
    } else {
        Err(SqlError::Parameters {
            given: bound,
            wanted: statement.parameter_count(),
        })
    }
}

/// An answer, row by row.
pub enum Rows<'s> {
    /// Read as they are asked for.
    Sqlite(rusqlite::Rows<'s>),
    /// All of them, and how many were read.
    Postgres {
        /// As they came.
        rows: Vec<tokio_postgres::Row>,
        /// Place of the next.
        next: usize,
    },
}

impl Rows<'_> {
    /// The next row.
    // Not an iterator: a row of SQLite lives until the next one is asked for.
    #[expect(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<Row<'_>>, SqlError> {
        Ok(match self {
            Self::Sqlite(rows) => rows.next()?.map(Row::Sqlite),
            Self::Postgres { rows, next } => {
                let row = rows.get(*next).map(Row::Postgres);
                *next += 1;
                row
            }
        })
    }
}

/// An answer with every row made into something.
pub struct MappedRows<'s, F> {
    rows: Rows<'s>,
    map: F,
}

impl<T, F> Iterator for MappedRows<'_, F>
where
    F: FnMut(&Row<'_>) -> Result<T, SqlError>,
{
    type Item = Result<T, SqlError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.rows.next() {
            Ok(row) => row.map(|row| (self.map)(&row)),
            Err(fault) => Some(Err(fault)),
        }
    }
}

/// A row of an answer.
pub enum Row<'r> {
    /// Of SQLite.
    Sqlite(&'r rusqlite::Row<'r>),
    /// Of PostgreSQL.
    Postgres(&'r tokio_postgres::Row),
}

impl Row<'_> {
    /// What stands in a column, counted from 0.
    pub fn get<T: FromValue>(&self, column: usize) -> Result<T, SqlError> {
        T::from_value(self.value(column)?).map_err(|fault| fault.in_column(column))
    }

    /// The same, as it stands there.
    pub fn value(&self, column: usize) -> Result<ValueRef<'_>, SqlError> {
        match self {
            Self::Sqlite(row) => ValueRef::of_sqlite(row.get_ref(column)?),
            Self::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    /// How many columns it has.
    pub fn columns(&self) -> usize {
        match self {
            Self::Sqlite(row) => row.as_ref().column_count(),
            Self::Postgres(row) => row.len(),
        }
    }
}
