//! A seller's own columns: which, what they are called there, in which order and with what between them.

use async_trait::async_trait;
use kippu_ticket::ids::SellerId;
use serde::{Deserialize, Serialize};

use super::words::Words;
use crate::{
    audit::{self, Act},
    people::rules::Person,
    refusal::{Answer, Refusal},
    storage::{Database, sql::Optional as _},
};

/// Longest name of a column, in letters.
const HEADER_MAX: usize = 60;

/// What can stand in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// Number of the event.
    Event,
    /// Title of the event.
    EventName,
    /// When it starts, by the venue's clock.
    Starts,
    /// Hall.
    Venue,
    /// Storey.
    Floor,
    /// Code of the block.
    Block,
    /// What people call the block.
    BlockName,
    /// Label of the row.
    Row,
    /// Number of the seat.
    Number,
    /// Seat type.
    Class,
    /// In the smallest unit of the currency.
    Price,
    /// ISO 4217.
    Currency,
    /// What became of the seat.
    State,
}

impl Column {
    /// All of them, in the order in which they stand where a seller said nothing.
    pub const ALL: [Self; 13] = [
        Self::Event,
        Self::EventName,
        Self::Starts,
        Self::Venue,
        Self::Floor,
        Self::Block,
        Self::BlockName,
        Self::Row,
        Self::Number,
        Self::Class,
        Self::Price,
        Self::Currency,
        Self::State,
    ];

    /// Its word in forms, and its name where a seller said nothing.
    pub fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::EventName => "event_name",
            Self::Starts => "starts",
            Self::Venue => "venue",
            Self::Floor => "floor",
            Self::Block => "block",
            Self::BlockName => "block_name",
            Self::Row => "row",
            Self::Number => "number",
            Self::Class => "class",
            Self::Price => "price",
            Self::Currency => "currency",
            Self::State => "state",
        }
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.word() == word)
    }

    /// What it is, in the reader's language.
    pub(super) fn name(self, s: &Words) -> &'static str {
        match self {
            Self::Event => s.col_event,
            Self::EventName => s.col_event_name,
            Self::Starts => s.col_starts,
            Self::Venue => s.col_venue,
            Self::Floor => s.col_floor,
            Self::Block => s.col_block,
            Self::BlockName => s.col_block_name,
            Self::Row => s.col_row,
            Self::Number => s.col_number,
            Self::Class => s.col_class,
            Self::Price => s.col_price,
            Self::Currency => s.col_currency,
            Self::State => s.col_state,
        }
    }
}

/// What stands between columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Separator {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// A tabulator.
    Tab,
}

impl Separator {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Comma, Self::Semicolon, Self::Tab];

    /// The letter.
    pub fn letter(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Semicolon => ';',
            Self::Tab => '\t',
        }
    }

    /// Its word in forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
        }
    }

    pub(super) fn name(self, s: &Words) -> &'static str {
        match self {
            Self::Comma => s.comma,
            Self::Semicolon => s.semicolon,
            Self::Tab => s.tab,
        }
    }
}

/// A column with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedColumn {
    /// What stands in it.
    pub column: Column,
    /// What the seller calls it.
    pub header: String,
}

/// A seller's own columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockFormat {
    /// Between columns.
    pub separator: Separator,
    /// In their order.
    pub columns: Vec<NamedColumn>,
}

impl Default for StockFormat {
    fn default() -> Self {
        let named = |column: Column| NamedColumn {
            column,
            header: column.word().to_owned(),
        };
        Self {
            separator: Separator::Comma,
            columns: Column::ALL.into_iter().map(named).collect(),
        }
    }
}

impl StockFormat {
    /// Refuses what cannot be read back: no columns, one twice, two of one name, names too long.
    ///
    /// # Errors
    /// 400 in words.
    pub fn checked(self) -> Answer<Self> {
        if self.columns.is_empty() {
            return Err(Refusal::bad_request("A file needs at least one column."));
        }
        for (at, one) in self.columns.iter().enumerate() {
            if one.header.is_empty() || one.header.chars().count() > HEADER_MAX {
                return Err(Refusal::bad_request(format!(
                    "The name of column {} is missing, or longer than {HEADER_MAX} letters.",
                    at + 1
                )));
            }
            for other in &self.columns[..at] {
                if other.column == one.column || other.header == one.header {
                    return Err(Refusal::bad_request(format!(
                        "Two columns have the same contents or the same name: {}.",
                        one.header
                    )));
                }
            }
        }
        Ok(self)
    }

    /// Whether it has a column.
    pub fn has(&self, column: Column) -> bool {
        self.columns.iter().any(|one| one.column == column)
    }
}

/// What is kept of sellers' columns.
#[async_trait]
pub trait FormatStorage: Send + Sync {
    /// A seller's columns; those of the product where it said nothing.
    async fn stock_format(&self, seller: SellerId) -> Answer<StockFormat>;
    /// Keeps a seller's columns.
    async fn set_stock_format(
        &self,
        person: Person,
        seller: SellerId,
        format: StockFormat,
    ) -> Answer<()>;
}

#[async_trait]
impl FormatStorage for Database {
    async fn stock_format(&self, seller: SellerId) -> Answer<StockFormat> {
        self.read(move |sql| {
            let kept: Option<String> = sql
                .prepare_cached("SELECT format FROM stock_formats WHERE seller = ?1")?
                .query_row([seller.0], |row| row.get(0))
                .optional()?;
            kept.map_or_else(
                || Ok(StockFormat::default()),
                |text| Ok(serde_json::from_str(&text)?),
            )
        })
        .await
    }

    async fn set_stock_format(
        &self,
        person: Person,
        seller: SellerId,
        format: StockFormat,
    ) -> Answer<()> {
        let text = serde_json::to_string(&format.checked()?)?;
        self.write(move |unit| {
            unit.sql
                .prepare_cached(
                    "INSERT INTO stock_formats (seller, format) VALUES (?1, ?2)
                     ON CONFLICT (seller) DO UPDATE SET format = excluded.format",
                )?
                .execute((seller.0, &text))?;
            let subject = format!("seller {seller}");
            let act = Act {
                what: "stock_columns_changed",
                subject: &subject,
                ..Act::default()
            };
            audit::note(unit.sql, unit.now, &(&person).into(), &act)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_could_not_be_read_back_are_refused() {
        let with = |columns: &[(Column, &str)]| {
            let named = |(column, header): &(Column, &str)| NamedColumn {
                column: *column,
                header: (*header).to_owned(),
            };
            StockFormat {
                separator: Separator::Tab,
                columns: columns.iter().map(named).collect(),
            }
            .checked()
        };
        assert!(with(&[(Column::Row, "Reihe"), (Column::Number, "Platz")]).is_ok());
        let long = "x".repeat(HEADER_MAX + 1);
        for columns in [
            &[][..],
            &[(Column::Row, "")],
            &[(Column::Row, &long)],
            &[(Column::Row, "a"), (Column::Row, "b")],
            &[(Column::Row, "a"), (Column::Number, "a")],
        ] {
            assert!(with(columns).is_err(), "{columns:?}");
        }
    }

    #[test]
    fn every_column_is_known_by_its_word() {
        for column in Column::ALL {
            assert_eq!(Column::of(column.word()), Some(column));
            let word = serde_json::to_value(column).unwrap();
            assert_eq!(word, column.word());
        }
    }
}
