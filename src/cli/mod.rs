//! The command line.

pub mod risk;
