//! The house rules that a machine checks: layers, purity, names of crates, tidiness.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::allow_attributes,
    missing_docs,
    reason = "tests"
)]

mod layers;
mod tidy;
