//! The words that speech adds, out of the screens' own catalogue.

use kippu_ui::Spoken;

use super::speaking::Wording;

impl Wording for Spoken<'_> {
    fn key(&self, words: &str, digit: &str) -> String {
        self.invoke_key(words.into(), digit.into()).into()
    }

    fn resting(&self, words: &str) -> String {
        self.invoke_resting(words.into()).into()
    }

    fn chosen(&self, words: &str) -> String {
        self.invoke_chosen(words.into()).into()
    }

    fn not_chosen(&self, words: &str) -> String {
        self.invoke_not_chosen(words.into()).into()
    }

    fn further(&self, digit: &str) -> String {
        self.invoke_further(digit.into()).into()
    }

    fn back(&self, words: &str) -> String {
        self.invoke_back(words.into()).into()
    }

    fn type_it(&self, words: &str) -> String {
        self.invoke_type_it(words.into()).into()
    }

    fn hash(&self) -> String {
        self.invoke_hash().into()
    }

    fn empty(&self) -> String {
        self.invoke_empty().into()
    }

    fn private(&self) -> String {
        self.invoke_private().into()
    }
}
