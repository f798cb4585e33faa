//! Decisions: the one function that every checkpoint calls, and what becomes of its record.

mod checkpoint;
pub mod ocsf;

pub use checkpoint::{Checkpoint, Judged, judge, refusal};
