//! The table of routes: a route cannot be added without saying who may call it and whose data it is about.

use axum::{Router, middleware::from_fn_with_state, routing::MethodRouter};

use crate::{
    app::App,
    auth::{Access, authorize},
    server::intake::intake,
};

/// One route's entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteEntry {
    /// As in OpenAPI.
    pub path: &'static str,
    /// In small letters, as in OpenAPI.
    pub method: &'static str,
    /// Who may call it, and whose data it is about.
    pub access: Access,
}

/// Routes with their entries.
pub struct Routes {
    app: App,
    router: Router<App>,
    table: Vec<RouteEntry>,
}

impl Routes {
    /// An empty table.
    pub fn new(app: App) -> Self {
        Self {
            app,
            router: Router::new(),
            table: Vec::new(),
        }
    }

    /// Adds a route.
    pub fn on(
        mut self,
        path: &'static str,
        method: &'static str,
        access: Access,
        handler: MethodRouter<App>,
    ) -> Self {
        let entry = RouteEntry {
            path,
            method,
            access,
        };
        let guarded = handler
            .route_layer(from_fn_with_state((self.app.clone(), entry), intake))
            .route_layer(from_fn_with_state((self.app.clone(), entry), authorize));
        self.router = self.router.route(path, guarded);
        self.table.push(entry);
        self
    }

    /// The router and the table.
    pub fn finish(self) -> (Router, Vec<RouteEntry>) {
        (self.router.with_state(self.app), self.table)
    }
}
