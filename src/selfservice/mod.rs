//! Acts of a person on the own account: factors, password, sessions, browsers, apps, and "this wasn't me".

mod authenticator;
mod checkpoint;
mod email;
mod factors;
mod not_me;
mod password;
mod recovery;
mod recovery_codes;
mod sessions;

pub use authenticator::{
    DeviceError, PendingPushes, add_push, answer_push, begin_push, pull_pushes, push_server_key,
};
pub use checkpoint::{Permit, decide, is_fresh};
pub use email::{EmailError, PendingEmail, begin_email, confirm_email, pending_email};
pub use factors::{
    FactorError, PasskeyBegun, TotpBegun, add_passkey, add_totp, begin_passkey, begin_totp, remove_factor,
};
pub use not_me::{NotMeError, QuestionFacts, answer_notice, question, report_session};
pub use password::{PasswordError, change_password};
pub use recovery::{cools_until, open_recovery, recent_access_pass, revoke_access_passes, stop_recovery};
pub use recovery_codes::make_recovery_codes;
pub use sessions::{end_others, end_session, forget_device, forget_devices, revoke_app};
