//! Hosted pages: a form becomes an answer, a step becomes a page.

pub mod account;
pub mod admin_link;
mod app_facts;
pub mod authenticator;
mod consent;
mod details;
pub mod device;

pub mod draw;
pub mod enrol;
mod first;
pub mod identity;
pub mod notice;
mod passwords;
pub mod sign_up;
pub mod signin;
