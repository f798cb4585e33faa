//! Liveness, readiness, metrics.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::json;

use super::context::Shared;

/// `/livez`: the process answers.
pub async fn livez() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("ok\n")
}

/// `/readyz`: the database answers and its schema is ours.
pub async fn readyz(web: Shared) -> HttpResponse {
    let store = &web.platform.store;
    let database = store.ping().await.is_ok();
    let schema = match store.migration_status().await {
        Ok(status) => status.check().is_ok(),
        Err(_) => false,
    };
    let feeds: Vec<&str> = web.platform.networks.broken();
    let ready = database && schema;
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    HttpResponse::build(status).json(json!({
        "ready": ready,
        "database": database,
        "schema": schema,
        "degraded_feeds": feeds,
    }))
}

/// `/metrics`.
pub async fn metrics(web: Shared) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(web.metrics.render(&web.platform))
}
