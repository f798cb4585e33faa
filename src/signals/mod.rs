//! All looking-up that risk needs: request facts, history, places and networks. A look-up that fails gives "unknown", or, when
//! the engine's own memory can't be read, a named degradation that the tenant's fail mode answers (features.md E5).

mod agent;
mod failures;
mod gather;
mod learn;
mod sign_up;

pub use agent::{AgentSummary, summary};
pub use failures::{
    Failed, Throttle, account_key, count_fetch, count_kept_request, count_mail, count_registration,
    count_sign_in_mail, note_failure, note_rejected_prompt, note_success, note_wrong_user_code, throttle,
    unknown_key, user_code_throttle,
};
pub(crate) use gather::forced_names;
pub use gather::{Gathered, HeldProfile, Subject, back_channel_facts, feeds, gather};
pub use learn::{Lesson, learn, learn_failure};
pub use sign_up::{FormTraits, Honeypot, Work, count_sign_up_mail, sign_up_facts, work_challenge, work_done};
