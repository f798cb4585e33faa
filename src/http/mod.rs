//! The web face: what pages look like and the files they need.

pub mod assets;
pub mod views;
