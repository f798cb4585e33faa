//! The same behaviour on each database.

mod chain;
mod commits;
mod lists;
mod records;
mod schema;
mod support;
mod tenancy;
