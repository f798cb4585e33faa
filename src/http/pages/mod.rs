//! Hosted pages: a form becomes an answer, a step becomes a page.

pub mod account;
pub mod draw;
pub mod notice;
pub mod signin;
