//! Somebody with a password who is logged in, and asks below one path of the API.

use kippu_api::{
    client::IdempotencyKey,
    people::PersonRole,
    problem::{Problem, ProblemCode},
};
use platform_center::{
    auth::hash_token,
    people::{
        accounts::AccountStorage as _,
        secrets::hash_password,
        storage::{Opening, PeopleStorage as _},
    },
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::app::{TestApp, account, token};

/// Somebody logged in.
pub struct LoggedIn {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl LoggedIn {
    /// Logs in a new account; `of` is the code of what it belongs to, `below` the path it asks below.
    pub async fn of(app: &TestApp, role: PersonRole, name: &str, of: &str, below: &str) -> Self {
        let hash = hash_password("correct horse battery").unwrap();
        let storage = app.storage();
        let opening = Opening {
            token: hash_token(&token(name)),
            account: storage
                .put_account(account(role, name, of), hash)
                .await
                .unwrap(),
            terminal: None,
            attempt: None,
            from: "a test".into(),
        };
        storage.open_session(opening).await.unwrap();
        Self {
            http: reqwest::Client::new(),
            base: format!("{}{below}", app.url),
            token: token(name),
        }
    }

    /// Asks and reads the answer.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        let request = self.http.get(format!("{}/{path}", self.base));
        let answer = request.bearer_auth(&self.token).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{path}: {status} {error}: {text}"))
    }

    /// Sends something, once for each key.
    pub async fn post(&self, key: &IdempotencyKey, path: &str, body: &Value) -> reqwest::Response {
        self.http
            .post(format!("{}/{path}", self.base))
            .bearer_auth(&self.token)
            .header("Idempotency-Key", key.as_str())
            .json(body)
            .send()
            .await
            .unwrap()
    }

    /// Sends something and reads what came of it, or why not.
    pub async fn tries<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &Value,
    ) -> Result<T, (ProblemCode, String)> {
        let answer = self.post(&IdempotencyKey::random(), path, body).await;
        if answer.status().is_success() {
            return Ok(answer.json().await.unwrap());
        }
        let problem: Problem = answer.json().await.unwrap();
        Err((problem.code, problem.detail.unwrap()))
    }

    /// Sends something that is done.
    pub async fn done<T: DeserializeOwned>(&self, path: &str, body: &Value) -> T {
        let tried = self.tries(path, body).await;
        tried.unwrap_or_else(|refused| panic!("{path} {body}: {refused:?}"))
    }

    /// Sends something that is refused.
    pub async fn refused(&self, path: &str, body: &Value) -> (ProblemCode, String) {
        match self.tries::<Value>(path, body).await {
            Ok(done) => panic!("{path} {body} was done: {done}"),
            Err(refused) => refused,
        }
    }
}
