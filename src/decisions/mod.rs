//! Decisions: the functions that checkpoints call, and what becomes of their records.

mod back_channel;
mod checkpoint;
mod lesson;
pub mod ocsf;
mod record;
mod second_pass;
mod sign_up;

pub use back_channel::{BackChannelDecision, Caller, ClientRequest, Permit, judge_client, judge_refresh};
pub use checkpoint::{Checkpoint, Judged, judge, refusal};
pub use lesson::{Lesson, lesson};
pub use second_pass::second_pass;
pub use sign_up::{SignUpDecision, SignUpPermit, judge_sign_up};
