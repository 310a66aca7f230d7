//! Values as both databases keep them: a signed number of 64 bits, a text, bytes, or nothing.

use rusqlite::types::{ToSqlOutput, ValueRef as SqliteRef};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut};

use super::SqlError;

/// A value on its way to or from a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueRef<'v> {
    /// NULL.
    Null,
    /// A number; truth is 0 or 1.
    Integer(i64),
    /// A text.
    Text(&'v str),
    /// Bytes.
    Blob(&'v [u8]),
}

impl<'v> ValueRef<'v> {
    pub(super) fn of_sqlite(value: SqliteRef<'v>) -> Result<Self, SqlError> {
        Ok(match value {
            SqliteRef::Null => Self::Null,
            SqliteRef::Integer(number) => Self::Integer(number),
            SqliteRef::Text(text) => Self::Text(
                std::str::from_utf8(text).map_err(|error| SqlError::conversion(0, error))?,
            ),
            SqliteRef::Blob(bytes) => Self::Blob(bytes),
            SqliteRef::Real(_) => return Err(SqlError::conversion(0, "a number with a point")),
        })
    }

    fn is_no(self, wanted: &str) -> SqlError {
        let what = match self {
            Self::Null => "NULL",
            Self::Integer(_) => "a number",
            Self::Text(_) => "a text",
            Self::Blob(_) => "bytes",
        };
        SqlError::conversion(0, format!("{what} is no {wanted}"))
    }
}

impl rusqlite::ToSql for ValueRef<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>, rusqlite::Error> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => SqliteRef::Null,
            Self::Integer(number) => SqliteRef::Integer(*number),
            Self::Text(text) => SqliteRef::Text(text.as_bytes()),
            Self::Blob(bytes) => SqliteRef::Blob(bytes),
        }))
    }
}

type Fault = Box<dyn std::error::Error + Send + Sync>;

impl ToSql for ValueRef<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        match (*self, kind) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Integer(number), &Type::INT8) => number.to_sql(kind, out),
            (Self::Integer(number), &Type::INT4) => i32::try_from(number)?.to_sql(kind, out),
            (Self::Integer(number), &Type::BOOL) => (number != 0).to_sql(kind, out),
            (Self::Text(text), &Type::TEXT | &Type::VARCHAR | &Type::NAME) => {
                text.to_sql(kind, out)
            }
            (Self::Blob(bytes), &Type::BYTEA) => bytes.to_sql(kind, out),
            _ => Err(format!("{self:?} is given where {kind} is wanted").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        ToSql::to_sql(self, kind, out)
    }
}

impl<'v> FromSql<'v> for ValueRef<'v> {
    fn from_sql(kind: &Type, raw: &'v [u8]) -> Result<Self, Fault> {
        Ok(match *kind {
            Type::INT8 => Self::Integer(i64::from_sql(kind, raw)?),
            Type::INT4 => Self::Integer(i32::from_sql(kind, raw)?.into()),
            Type::BOOL => Self::Integer(bool::from_sql(kind, raw)?.into()),
            Type::BYTEA => Self::Blob(raw),
            _ => Self::Text(<&str>::from_sql(kind, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Fault> {
        Ok(Self::Null)
    }

    fn accepts(kind: &Type) -> bool {
        matches!(
            *kind,
            Type::INT8
                | Type::INT4
                | Type::BOOL
                | Type::BYTEA
                | Type::TEXT
                | Type::VARCHAR
                | Type::NAME
        )
    }
}

/// Something a database can keep.
pub trait ToValue {
    /// As it is kept.
    ///
    /// # Errors
    /// For numbers of 2⁶³ and more.
    fn to_value(&self) -> Result<ValueRef<'_>, SqlError>;
}

/// Something a database has kept.
pub trait FromValue: Sized {
    /// Understands it.
    ///
    /// # Errors
    /// When it is of another kind or out of range.
    fn from_value(value: ValueRef<'_>) -> Result<Self, SqlError>;
}

macro_rules! numbers {
    ($($kind:ty)+) => {$(
        impl ToValue for $kind {
            fn to_value(&self) -> Result<ValueRef<'_>, SqlError> {
                i64::try_from(*self)
                    .map(ValueRef::Integer)
                    .map_err(|_| SqlError::TooLarge)
            }
        }

        impl FromValue for $kind {
            fn from_value(value: ValueRef<'_>) -> Result<Self, SqlError> {
                match value {
                    ValueRef::Integer(number) => {
                        Self::try_from(number).map_err(|error| SqlError::conversion(0, error))
                    }
                    other => Err(other.is_no(stringify!($kind))),
                }
            }
        }
    )+};
}

numbers!(i64 u64 i32 u32 u16 u8 usize);

impl ToValue for bool {
    fn to_value(&self) -> Result<ValueRef<'_>, SqlError> {
        Ok(ValueRef::Integer((*self).into()))
    }
}

impl FromValue for bool {
    fn from_value(value: ValueRef<'_>) -> Result<Self, SqlError> {
        match value {
            ValueRef::Integer(number) => Ok(number != 0),
            other => Err(other.is_no("truth")),
        }
    }
}

impl ToValue for str {
    fn to_value(&self) -> Result<ValueRef<'_>, SqlError> {
        if self.as_bytes().contains(&0) {
            return Err(SqlError::Nul);
        }
        Ok(ValueRef::Text(self))
    }
}

impl ToValue for String {
    fn to_value(&self) -> Result<ValueRef<'_>, SqlError> {
        self.as_str().to_value()
    }
}

impl FromValue for String {
    fn from_value(value: ValueRef<'_>) -> Result<Self, SqlError> {
        match value {
            ValueRef::Text(text) => Ok(text.to_owned()),
            other => Err(other.is_no("text")),
        }
    }
}

impl ToValue for [u8] {
    fn to_value(&self) -> Result<ValueRef<'_>, SqlError> {
        Ok(ValueRef::Blob(self))
    }
}

impl ToValue for Vec<u8> {
    fn to_value(&self) -> Result<ValueRef<'_>, SqlError> {
        Ok(ValueRef::Blob(self))
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: ValueRef<'_>) -> Result<Self, SqlError> {
        match value {
            ValueRef::Blob(bytes) => Ok(bytes.to_vec()),
            other => Err(other.is_no("bytes")),
        }
    }
}

impl<const N: usize> ToValue for [u8; N] {
    fn to_value(&self) -> Result<ValueRef<'_>, SqlError> {
        Ok(ValueRef::Blob(self))
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: ValueRef<'_>) -> Result<Self, SqlError> {
        match value {
            ValueRef::Blob(bytes) => bytes
                .try_into()
                .map_err(|_| SqlError::conversion(0, format!("not {N} bytes"))),
            other => Err(other.is_no("bytes")),
        }
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Result<ValueRef<'_>, SqlError> {
        self.as_ref().map_or(Ok(ValueRef::Null), ToValue::to_value)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: ValueRef<'_>) -> Result<Self, SqlError> {
        match value {
            ValueRef::Null => Ok(None),
            other => T::from_value(other).map(Some),
        }
    }
}

impl ToValue for ValueRef<'_> {
    fn to_value(&self) -> Result<ValueRef<'_>, SqlError> {
        Ok(*self)
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Result<ValueRef<'_>, SqlError> {
        (**self).to_value()
    }
}
