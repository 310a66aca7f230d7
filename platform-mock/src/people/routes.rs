//! People over HTTP: logging in and out, who one is, and one's own password.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use kippu_api::{
    people::{Me, NewPassword, PersonLogin, PersonSession},
    problem::{Problem, ProblemCode},
};

use super::{
    rules::{Bound, Person, Role},
    secrets::hash_for,
    sessions::{self, Opened, Source, Wish},
    storage::Login,
    tries::Attempt,
};
use crate::{
    app::App,
    auth::{Allow, AsPerson, PERSON, Scope},
    refusal::{Answer, Refusal},
    request::Body,
    routes::Routes,
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    routes
        .on(
            "/api/v1/people/login",
            "post",
            Allow::Anyone.of(Scope::Account),
            post(log_in),
        )
        .on(
            "/api/v1/people/logout",
            "post",
            PERSON.of(Scope::Account),
            post(log_out),
        )
        .on(
            "/api/v1/people/me",
            "get",
            PERSON.of(Scope::Account),
            get(me),
        )
        .on(
            "/api/v1/people/password",
            "post",
            PERSON.of(Scope::Account),
            post(password),
        )
}

/// Opens a session.
#[utoipa::path(post, path = "/api/v1/people/login", tag = "people", request_body = PersonLogin,
    responses((status = 200, body = PersonSession), (status = "default", body = Problem)))]
pub async fn log_in(
    State(app): State<App>,
    Source(source): Source,
    Body(login): Body<PersonLogin>,
) -> Answer<Json<PersonSession>> {
    let opened = with_password(&app, login, source, |_| true).await?;
    Ok(Json(PersonSession {
        token: opened.token,
        role: opened.person.role,
        name: opened.person.name,
        expires: opened.expires,
    }))
}

/// Logs somebody in who has a password.
pub(crate) async fn with_password(
    app: &App,
    login: PersonLogin,
    source: String,
    wanted: impl Fn(&Person) -> bool,
) -> Answer<Opened> {
    let wish = Wish {
        attempt: Attempt::password(&login.number, source),
        login: Login::Person {
            number: login.number,
        },
        secret: login.password,
    };
    sessions::open(app, wish, None, wanted).await
}

/// Ends the session.
#[utoipa::path(post, path = "/api/v1/people/logout", tag = "people", responses((status = 204), (status = "default", body = Problem)))]
pub async fn log_out(State(app): State<App>, AsPerson(_, session): AsPerson) -> Answer<StatusCode> {
    app.storage().close_session(session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who is logged in.
#[utoipa::path(get, path = "/api/v1/people/me", tag = "people", responses((status = 200, body = Me), (status = "default", body = Problem)))]
pub async fn me(AsPerson(person, _): AsPerson) -> Json<Me> {
    let cards = match person.bound {
        Bound::Cards(cards) => cards,
        _ => Vec::new(),
    };
    Json(Me {
        number: person.number,
        role: person.role,
        name: person.name,
        cards,
    })
}

/// Chooses another password. Every other session of the person ends.
#[utoipa::path(post, path = "/api/v1/people/password", tag = "people", request_body = NewPassword,
    responses((status = 204), (status = "default", body = Problem)))]
pub async fn password(
    State(app): State<App>,
    AsPerson(person, session): AsPerson,
    Source(source): Source,
    Body(wish): Body<NewPassword>,
) -> Answer<StatusCode> {
    let role: Role = person.role;
    // Whoever finds an open session shall not guess on.
    let attempt = Attempt::change(person.account, source);
    app.storage().admit(attempt.clone()).await?;
    let known = app.storage().secret_of(person.account).await?;
    if !app.checking().matches(wish.old, Some(known)).await? {
        return Err(Refusal::new(
            ProblemCode::WrongState,
            "The password until now is wrong. Nothing was changed.",
        ));
    }
    let secret = tokio::task::spawn_blocking(move || hash_for(role, &wish.new))
        .await
        .map_err(|error| Refusal::internal(&error))??;
    app.storage().choose_secret(person, secret, session).await?;
    app.storage().succeeded(attempt).await?;
    Ok(StatusCode::NO_CONTENT)
}
