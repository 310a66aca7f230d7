//! The API described for machines: every route with its types and who may call it.

use axum::{Json, extract::State, http::StatusCode, routing::get};
use kippu_api::problem::Problem;
use utoipa::{
    OpenApi as _,
    openapi::{
        ContentBuilder, HeaderBuilder, OpenApi, Ref, ResponseBuilder,
        extensions::ExtensionsBuilder,
        path::Operation,
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use crate::{
    allocation,
    app::App,
    auth::{Allow, Scope},
    cards, changes, clerks, devices, gates, handovers, issuing, masters, members, operator, own,
    parcels, people, refunds,
    refusal::Answer,
    registry, reports, requests, restore, returns,
    routes::{RouteEntry, Routes},
    sales,
    server::ready::not_ready,
    stick, till,
};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Kippu platform",
        description = "Terminals, people and the platform."
    ),
    // Of a path, which the macro does not gather by itself.
    components(schemas(kippu_api::registry::MasterKind)),
    paths(
        masters::routes::events,
        masters::routes::plan,
        masters::organizing::layouts,
        masters::organizing::import_layout,
        masters::organizing::organize,
        masters::organizing::copy,
        allocation::routes::availability,
        allocation::desk::seat_picture,
        allocation::desk::allocation,
        allocation::desk::change,
        allocation::desk::fill,
        allocation::desk::typed,
        allocation::desk::together,
        allocation::desk::moves,
        allocation::desk::target,
        allocation::files::routes::compare,
        changes::routes::standing,
        changes::routes::change,
        changes::routes::cancel,
        registry::routes::list,
        registry::routes::make,
        registry::routes::show,
        registry::routes::change,
        registry::routes::service,
        requests::routes::open_events,
        requests::routes::own,
        requests::routes::ask,
        requests::routes::answer,
        requests::routes::asked,
        requests::routes::decide,
        requests::routes::offer,
        requests::routes::open,
        returns::routes::picture,
        returns::routes::stock,
        returns::routes::typed,
        returns::routes::offer,
        returns::routes::offered,
        returns::routes::withdraw,
        returns::routes::waiting,
        returns::routes::decide,
        returns::routes::call_in,
        sales::routes::hold,
        sales::routes::extend_hold,
        sales::routes::release_hold,
        sales::routes::create_order,
        sales::routes::order,
        sales::routes::order_by_slip,
        sales::routes::order_of_attempt,
        sales::routes::orders_of_card,
        sales::routes::cancel_order,
        sales::routes::change_card,
        issuing::routes::grant,
        cards::routes::begin,
        cards::routes::finish,
        cards::routes::history,
        handovers::routes::register,
        handovers::routes::handover,
        handovers::routes::bind,
        handovers::routes::paper,
        handovers::routes::release,
        handovers::routes::take_over,
        handovers::routes::report,
        parcels::routes::park,
        parcels::routes::waiting,
        parcels::routes::grant,
        refunds::routes::quote,
        refunds::routes::refund,
        refunds::routes::slip,
        refunds::routes::find,
        refunds::routes::pay_out,
        till::routes::till,
        till::routes::close,
        members::routes::list,
        members::routes::register,
        members::routes::about,
        members::routes::change,
        members::routes::settle,
        members::routes::credit,
        gates::routes::bundle,
        gates::routes::entrance_records,
        clerks::routes::login,
        clerks::routes::login_by_card,
        clerks::routes::choose_card,
        clerks::routes::staff_act,
        clerks::routes::logout,
        clerks::routes::slips,
        clerks::routes::slip,
        clerks::routes::confirm,
        clerks::routes::reissue,
        restore::routes::resent,
        people::routes::log_in,
        people::routes::log_out,
        people::routes::me,
        people::routes::password,
        own::routes::organized,
        own::routes::organized_sales,
        own::routes::organized_seats,
        own::routes::sold,
        own::routes::sold_parts,
        own::routes::entrances,
        own::routes::entrance,
        own::routes::tickets,
        own::routes::tickets_of_card,
        reports::routes::report,
        operator::sessions::log_in,
        operator::sessions::log_out,
        operator::routes::handovers,
        operator::routes::story,
        operator::routes::unproved,
        operator::routes::terminals,
        operator::routes::add_terminal,
        operator::routes::about_terminal,
        operator::routes::terminal_keys,
        operator::routes::look,
        operator::routes::order,
        operator::routes::import,
        operator::accounts::accounts,
        operator::accounts::make,
        operator::accounts::about,
        operator::accounts::audit,
        stick::routes::terminal_keys,
        devices::routes::enrol,
        devices::routes::renew,
        devices::routes::open_code,
        healthz,
        readyz,
        document,
    )
)]
struct Described;

/// The document and the health of the platform.
pub fn routes(routes: Routes) -> Routes {
    routes
        .on(
            "/healthz",
            "get",
            Allow::Anyone.of(Scope::Common),
            get(healthz),
        )
        .on(
            "/readyz",
            "get",
            Allow::Anyone.of(Scope::Common),
            get(readyz),
        )
        .on(
            "/api/openapi.json",
            "get",
            Allow::Anyone.of(Scope::Common),
            get(document),
        )
}

/// 204 while the process is alive, whatever else is the matter.
#[utoipa::path(get, path = "/healthz", tag = "platform", responses((status = 204)))]
pub async fn healthz() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// 204 while this node can serve: for load balancers.
#[utoipa::path(get, path = "/readyz", tag = "platform", responses((status = 204), (status = 503, body = Problem)))]
pub async fn readyz(State(app): State<App>) -> Answer<StatusCode> {
    if app.findings().look(&app).await.ready {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(not_ready())
    }
}

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", tag = "platform", responses((status = 200, body = serde_json::Value)))]
pub async fn document(State(app): State<App>) -> Json<OpenApi> {
    Json(describe(&app.table()))
}

/// The document for a table of routes; each route's `x-allowed` says who may call it, its `x-scope` whose data it is about.
pub fn describe(table: &[RouteEntry]) -> OpenApi {
    let mut document = Described::openapi();
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    document
        .components
        .get_or_insert_default()
        .add_security_scheme("bearer", bearer);
    for entry in table {
        let Some(path) = document.paths.paths.get_mut(entry.path) else {
            continue;
        };
        let operation = match entry.method {
            "get" => path.get.as_mut(),
            "post" => path.post.as_mut(),
            "delete" => path.delete.as_mut(),
            _ => None,
        };
        let Some(operation) = operation else { continue };
        add_refusals(operation, entry.access.allow);
        let allowed: Vec<String> = match entry.access.allow {
            Allow::Anyone => vec!["anyone".into()],
            Allow::Roles(roles) => {
                operation.security =
                    Some(vec![SecurityRequirement::new("bearer", [] as [&str; 0])]);
                roles.iter().map(|role| role.word()).collect()
            }
        };
        operation.extensions = Some(
            ExtensionsBuilder::new()
                .add("x-allowed", serde_json::json!(allowed))
                .add("x-scope", serde_json::json!(entry.access.scope.word()))
                .build(),
        );
    }
    document
}

/// Every way in which any route may refuse (`default` in the routes' own descriptions).
fn add_refusals(operation: &mut Operation, allow: Allow) {
    let problem = |description: &str| {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("Problem")))
            .build();
        ResponseBuilder::new()
            .description(description)
            .content("application/problem+json", content)
    };
    let unknown = ResponseBuilder::new()
        .description("Nobody knows whether it was done. Send the same request with the same key again: it is done once.")
        .content("text/plain; charset=utf-8", ContentBuilder::new().build());
    let retry_after = HeaderBuilder::new().description(Some("Seconds.")).build();
    let busy = problem("Too much to do, or the database is out of reach. Nothing was changed.")
        .header("Retry-After", retry_after);
    let mut answers = vec![
        ("4XX", problem("Refused; nothing was changed.")),
        (
            "5XX",
            problem("A fault of the platform; nothing was changed."),
        ),
        ("503", busy),
        ("504", unknown),
    ];
    if allow != Allow::Anyone {
        answers.push((
            "401",
            problem("No valid credentials came with the request."),
        ));
        answers.push(("403", problem("Not for this caller.")));
    }
    let described = &mut operation.responses.responses;
    described.remove("default");
    for (status, answer) in answers {
        described.insert(status.into(), answer.build().into());
    }
}
