//! What every page with a new password says about it.

use crate::factors::password::{PasswordRefusal, min_length};
use crate::http::context::Ctx;
use crate::http::views::Problem;

/// The least length in this tenant.
pub(super) fn least(ctx: &Ctx) -> u32 {
    u32::try_from(min_length(ctx.realm.tenant.record.settings.floor)).unwrap_or(15)
}

/// Why a new password is refused, at its field.
pub(super) fn refused(ctx: &Ctx, refusal: PasswordRefusal) -> Problem {
    let text = match refusal {
        PasswordRefusal::TooShort(_) => ctx.text.count("problem-password-short", least(ctx)),
        PasswordRefusal::TooLong => ctx.text.get("problem-password-long"),
        PasswordRefusal::Breached => ctx.text.get("problem-password-breached"),
        PasswordRefusal::Common | PasswordRefusal::ControlCharacters => {
            ctx.text.get("problem-password-guessable")
        }
    };
    Problem::at("password", text)
}
