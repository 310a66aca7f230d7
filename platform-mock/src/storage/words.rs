//! Closed sets of words in text columns: the same words as in the API.

use serde::{Serialize, de::DeserializeOwned};

use crate::refusal::{Answer, Refusal};
use crate::storage::sql::{Row, SqlError};

/// The word the database keeps for a value.
pub fn word<T: Serialize>(value: &T) -> Answer<String> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(word) => Ok(word),
        other => Err(Refusal::internal(&format!("{other} is not a word"))),
    }
}

/// The value behind the word in a column.
pub fn from_word<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T, SqlError> {
    parse(row.get(column)?, column)
}

/// The same where there may be none.
pub fn optional_word<T: DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
) -> Result<Option<T>, SqlError> {
    row.get::<Option<String>>(column)?
        .map(|word| parse(word, column))
        .transpose()
}

fn parse<T: DeserializeOwned>(word: String, column: usize) -> Result<T, SqlError> {
    serde_json::from_value(serde_json::Value::String(word))
        .map_err(|error| SqlError::conversion(column, error))
}
