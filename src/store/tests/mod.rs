//! The same behaviour on each database.

mod chain;
mod commits;
mod factors;
mod lists;
mod records;
mod revocation;
mod schema;
mod support;
mod tenancy;
