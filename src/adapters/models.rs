//! Lists on the screen, changed in place so that a key under a finger survives the next view.

use std::rc::Rc;

use slint::{Model, ModelRc, VecModel};

/// The list to show: the old one with changed rows where the length stayed, else a new one.
pub fn update<T: Clone + PartialEq + 'static>(
    old: ModelRc<T>,
    rows: impl IntoIterator<Item = T>,
) -> ModelRc<T> {
    let rows: Vec<T> = rows.into_iter().collect();
    let is_ours = old.as_any().is::<VecModel<T>>();
    if !is_ours || old.row_count() != rows.len() {
        return ModelRc::from(Rc::new(VecModel::from(rows)));
    }
    for (index, row) in rows.into_iter().enumerate() {
        if old.row_data(index).as_ref() != Some(&row) {
            old.set_row_data(index, row);
        }
    }
    old
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_the_same_length_is_kept_and_takes_the_new_rows() {
        let first = update(ModelRc::default(), ["a", "b"]);
        let second = update(first.clone(), ["a", "c"]);
        assert!(first == second, "the same list");
        assert_eq!(second.iter().collect::<Vec<_>>(), ["a", "c"]);
        let third = update(second.clone(), ["a"]);
        assert!(third != second, "another length needs another list");
        assert_eq!(third.iter().collect::<Vec<_>>(), ["a"]);
    }
}
