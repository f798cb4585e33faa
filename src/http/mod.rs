//! The web face: endpoints, pages, and the files they need.

pub mod assets;
pub mod console;
pub mod context;
pub mod cookies;
pub mod dev;
pub mod errors;
pub mod extract;
pub mod health;
pub mod metrics;
pub mod middleware;
pub mod oidc;
pub mod pages;
pub mod routes;
pub mod site;
pub mod views;
