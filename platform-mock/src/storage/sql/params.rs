//! A statement's parameters: tuples, arrays and lists of values, the first being `?1`.

use super::{SqlError, ToValue, ValueRef};

/// Parameters in order.
pub trait Params {
    /// Hands over one after another.
    ///
    /// # Errors
    /// When a value is nothing a database can keep, or the taker refuses it.
    fn each<'p>(
        &'p self,
        take: &mut dyn FnMut(ValueRef<'p>) -> Result<(), SqlError>,
    ) -> Result<(), SqlError>;
}

impl Params for [&dyn ToValue; 0] {
    fn each<'p>(
        &'p self,
        _: &mut dyn FnMut(ValueRef<'p>) -> Result<(), SqlError>,
    ) -> Result<(), SqlError> {
        Ok(())
    }
}

macro_rules! arrays {
    ($($length:literal)+) => {$(
        impl<T: ToValue> Params for [T; $length] {
            fn each<'p>(
                &'p self,
                take: &mut dyn FnMut(ValueRef<'p>) -> Result<(), SqlError>,
            ) -> Result<(), SqlError> {
                self.iter().try_for_each(|value| take(value.to_value()?))
            }
        }
    )+};
}

arrays!(1 2 3 4);

macro_rules! tuples {
    ($(($($name:ident $place:tt),+))+) => {$(
        impl<$($name: ToValue),+> Params for ($($name,)+) {
            fn each<'p>(
                &'p self,
                take: &mut dyn FnMut(ValueRef<'p>) -> Result<(), SqlError>,
            ) -> Result<(), SqlError> {
                $(take(self.$place.to_value()?)?;)+
                Ok(())
            }
        }
    )+};
}

tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13)
}

/// As many parameters as there are values.
pub fn params_from_iter<T: ToValue>(values: impl IntoIterator<Item = T>) -> impl Params {
    List(values.into_iter().collect::<Vec<_>>())
}

struct List<T>(Vec<T>);

impl<T: ToValue> Params for List<T> {
    fn each<'p>(
        &'p self,
        take: &mut dyn FnMut(ValueRef<'p>) -> Result<(), SqlError>,
    ) -> Result<(), SqlError> {
        self.0.iter().try_for_each(|value| take(value.to_value()?))
    }
}
