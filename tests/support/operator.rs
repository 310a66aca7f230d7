//! The demo's operator at the platform's interface.

use std::fs;

use anyhow::{Context, Result};
use kippu_api::{client::IdempotencyKey, operator::OperatorSession};
use serde::{Serialize, de::DeserializeOwned};

use super::World;

/// Somebody who is logged in.
pub struct Operator {
    http: reqwest::Client,
    api: String,
    token: String,
}

impl Operator {
    /// Logs in with what the demo wrote down.
    pub fn of(world: &World) -> Result<Self> {
        let file = world
            .theatre
            .platform_data()
            .join("operators")
            .join("op-1.toml");
        let table: toml::Table = fs::read_to_string(&file)?.parse()?;
        let password = table.get("password").and_then(|value| value.as_str());
        let login = serde_json::json!({
            "operator": "op-1",
            "password": password.context("a password")?,
        });
        let api = format!("{}/api/v1/operator", world.theatre.platform_url());
        let http = reqwest::Client::new();
        let session: OperatorSession = world.run(async {
            let answer = http
                .post(format!("{api}/login"))
                .json(&login)
                .send()
                .await?;
            answer.error_for_status()?.json().await
        })?;
        Ok(Self {
            http,
            api,
            token: session.token,
        })
    }

    /// What stands at a path.
    pub fn get<T: DeserializeOwned>(&self, world: &World, path: &str) -> Result<T> {
        let request = self.http.get(format!("{}{path}", self.api));
        self.answer(world, request)
    }

    /// Sends something to a path.
    pub fn post<T: DeserializeOwned>(
        &self,
        world: &World,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T> {
        let request = self.http.post(format!("{}{path}", self.api)).json(body);
        let key = IdempotencyKey::random();
        self.answer(world, request.header("Idempotency-Key", key.as_str()))
    }

    fn answer<T: DeserializeOwned>(
        &self,
        world: &World,
        request: reqwest::RequestBuilder,
    ) -> Result<T> {
        let request = request.bearer_auth(&self.token);
        Ok(world.run(async { request.send().await?.error_for_status()?.json().await })?)
    }
}
