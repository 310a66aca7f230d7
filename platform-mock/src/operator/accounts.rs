//! Accounts and the audit log for operators, as JSON.

use axum::{
    Json,
    extract::State,
    routing::{get, post},
};
use kippu_api::{
    operator::Listed,
    people::{AccountInView, AccountWish, AuditRow, FreshAccount, NewAccount},
    problem::Problem,
};
use serde::Deserialize;

use super::routes::Find;
use crate::{
    app::App,
    auth::{AsOperator, OPERATOR, Scope},
    people::{
        rules::{Operator, Role},
        secrets::{fresh_for, hash_for},
    },
    refusal::{Answer, Refusal},
    request::{Body, KeyedJson, Path, Query},
    routes::Routes,
    storage::idempotency::RequestKey,
};

/// These routes.
pub fn routes(routes: Routes) -> Routes {
    let all = OPERATOR.of(Scope::All);
    routes
        .on("/api/v1/operator/accounts", "get", all, get(accounts))
        .on("/api/v1/operator/accounts", "post", all, post(make))
        .on(
            "/api/v1/operator/accounts/{account}",
            "post",
            all,
            post(about),
        )
        .on("/api/v1/operator/audit", "get", all, get(audit))
}

/// What is sought in the audit log.
#[derive(Debug, Default, Deserialize)]
pub struct FindActs {
    /// As typed; empty for everything.
    #[serde(default)]
    pub find: String,
    /// Only entries before this one.
    pub before: Option<i64>,
}

/// Accounts.
#[utoipa::path(get, path = "/api/v1/operator/accounts", tag = "operator", params(("find" = Option<String>, Query)),
    responses((status = 200, body = Listed<AccountInView>), (status = "default", body = Problem)))]
pub async fn accounts(
    State(app): State<App>,
    Query(Find { find }): Query<Find>,
) -> Answer<Json<Listed<AccountInView>>> {
    Ok(Json(app.storage().accounts(find).await?))
}

/// Makes an account with a password or PIN that is said once.
#[utoipa::path(post, path = "/api/v1/operator/accounts", tag = "operator", params(("Idempotency-Key" = String, Header)),
    request_body = NewAccount, responses((status = 200, body = FreshAccount), (status = "default", body = Problem)))]
pub async fn make(
    State(app): State<App>,
    AsOperator(operator, _): AsOperator,
    KeyedJson(key, new): KeyedJson<NewAccount>,
) -> Answer<Json<FreshAccount>> {
    Ok(Json(made(&app, key, &operator, new).await?))
}

/// Disables, enables or resets an account, or says which cards a member has. Repeating it is harmless; a repeated reset makes another secret.
#[utoipa::path(post, path = "/api/v1/operator/accounts/{account}", tag = "operator", params(("account" = i64, Path)),
    request_body = AccountWish, responses((status = 200, body = FreshAccount), (status = "default", body = Problem)))]
pub async fn about(
    State(app): State<App>,
    AsOperator(operator, _): AsOperator,
    Path(account): Path<i64>,
    Body(wish): Body<AccountWish>,
) -> Answer<Json<FreshAccount>> {
    Ok(Json(done(&app, &operator, account, wish).await?))
}

/// Who did what, newest first.
#[utoipa::path(get, path = "/api/v1/operator/audit", tag = "operator", params(("find" = Option<String>, Query), ("before" = Option<i64>, Query)),
    responses((status = 200, body = Listed<AuditRow>), (status = "default", body = Problem)))]
pub async fn audit(
    State(app): State<App>,
    Query(FindActs { find, before }): Query<FindActs>,
) -> Answer<Json<Listed<AuditRow>>> {
    Ok(Json(app.storage().audit(find, before).await?))
}

/// Makes an account; the page's form does the same.
pub(super) async fn made(
    app: &App,
    key: RequestKey,
    operator: &Operator,
    new: NewAccount,
) -> Answer<FreshAccount> {
    let (secret, hash) = fresh(new.role).await?;
    let (account, now) = app
        .storage()
        .make_account(key, operator.into(), new, hash)
        .await?;
    Ok(FreshAccount {
        account,
        secret: now.then_some(secret),
    })
}

/// Does something about an account; the page's forms do the same.
pub(super) async fn done(
    app: &App,
    operator: &Operator,
    account: i64,
    wish: AccountWish,
) -> Answer<FreshAccount> {
    let storage = app.storage();
    let (secret, hash) = match wish {
        AccountWish::Reset => {
            let (secret, hash) = fresh(storage.account(account).await?.role).await?;
            (Some(secret), Some(hash))
        }
        _ => (None, None),
    };
    let account = storage
        .do_about_account(operator.into(), account, wish, hash)
        .await?;
    Ok(FreshAccount { account, secret })
}

/// A new secret and its hash.
async fn fresh(role: Role) -> Answer<(String, String)> {
    tokio::task::spawn_blocking(move || {
        let secret = fresh_for(role);
        let hash = hash_for(role, &secret)?;
        Ok((secret, hash))
    })
    .await
    .map_err(|error| Refusal::internal(&error))?
}
