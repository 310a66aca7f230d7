//! Forms that are shown again as they were typed, with what is wrong beside each entry, and that do what they do once.

use std::fmt::Display;

use super::{Page, form_key::form_key};
use crate::{
    refusal::{Answer, Refusal},
    storage::idempotency::RequestKey,
};
use axum::{
    extract::{Form, FromRequest, Request},
    response::Response,
};

/// The field with the token of the session.
const FORM: &str = "form";
/// The field with the form's own key.
const KEY: &str = "key";

/// What was typed into a form, field by field.
#[derive(Debug, Default, Clone)]
pub struct Typed(Vec<(String, String)>);

impl Typed {
    /// A form filled in beforehand.
    pub fn filled(fields: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(fields.into_iter().collect())
    }

    /// The same with one more field.
    pub fn with(mut self, name: &str, text: &str) -> Self {
        self.0.push((name.to_owned(), text.to_owned()));
        self
    }

    /// A field's text; nothing where it is missing.
    pub fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, text)| text.trim())
    }

    /// Whether a key of the form was pressed, or a box ticked.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| field == name)
    }

    /// A numbered field's text, `price-0`.
    pub fn nth(&self, name: &str, index: &usize) -> &str {
        self.get(&nth(name, *index))
    }

    /// Checks that the form came from a page of this very session.
    ///
    /// # Errors
    /// 400.
    pub fn check(&self, page: &Page) -> Answer<()> {
        page.check_form(self.get(FORM))
    }

    /// The form's own key: sending it twice does it once.
    ///
    /// # Errors
    /// 400 for a form without one.
    pub fn key(&self, account: i64) -> Answer<RequestKey> {
        let wished = self
            .0
            .iter()
            .filter(|(name, _)| name != FORM && name != KEY);
        let words: Vec<&str> = wished
            .flat_map(|(name, text)| [name.as_str(), text.as_str()])
            .collect();
        form_key(account, self.get(KEY), &words)
    }
}

impl<S: Send + Sync> FromRequest<S> for Typed {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Answer<Self> {
        Form::from_request(request, state)
            .await
            .map(|Form(fields)| Self(fields))
            .map_err(|rejection| Refusal::bad_request(rejection.body_text()))
    }
}

/// The name of a numbered field.
pub fn nth(name: &str, index: impl Display) -> String {
    format!("{name}-{index}")
}

/// What is wrong, by the field it is wrong in.
#[derive(Debug, Default)]
pub struct Troubles(Vec<(String, String)>);

impl Troubles {
    /// Notes what is wrong with a field; the first thing is enough.
    pub fn add(&mut self, field: impl Into<String>, what: impl Into<String>) {
        let field = field.into();
        if self.of(&field).is_none() {
            self.0.push((field, what.into()));
        }
    }

    /// What is wrong with a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == field);
        found.map(|(_, what)| what.as_str())
    }

    /// What is wrong with a numbered field.
    pub fn nth(&self, name: &str, index: &usize) -> Option<&str> {
        self.of(&nth(name, *index))
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many fields.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Takes a value, or notes why there is none.
    pub fn take<T, E>(
        &mut self,
        field: impl Into<String>,
        read: Result<T, E>,
        what: impl FnOnce(E) -> &'static str,
    ) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(field, what(error));
                None
            }
        }
    }
}

/// The same page with the status of a form that could not be taken.
pub fn unprocessable(shown: Answer<Response>) -> Answer<Response> {
    shown.map(|mut response| {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
        response
    })
}
