//! Keys of messages that handlers choose and put into a page's fields. Templates name all other keys themselves.

/// A field was left empty.
pub const REQUIRED: &str = "problem-required";
/// Identifier or password is wrong, or the account is unknown, locked or disabled: one text for all (people.md U20).
pub const CREDENTIALS: &str = "problem-credentials";
/// A typed code is wrong.
pub const CODE: &str = "problem-code";
/// A time-based code was accepted before.
pub const CODE_USED: &str = "problem-code-used";
/// A mail code is too old.
pub const CODE_EXPIRED: &str = "problem-code-expired";
/// A passkey's answer did not verify.
pub const PASSKEY: &str = "problem-passkey";
/// A mail code was asked for again too soon.
pub const RESEND_LATER: &str = "problem-resend-later";
/// The current password is wrong (on the account page, where the account is known).
pub const PASSWORD_WRONG: &str = "problem-password-wrong";
/// Too short; takes the number `n` by [`super::Text::count`].
pub const PASSWORD_SHORT: &str = "problem-password-short";
/// Over 256 characters.
pub const PASSWORD_LONG: &str = "problem-password-long";
/// On a list of breached passwords.
pub const PASSWORD_BREACHED: &str = "problem-password-breached";
/// Guessed too easily.
pub const PASSWORD_GUESSABLE: &str = "problem-password-guessable";
/// The same as before.
pub const PASSWORD_SAME: &str = "problem-password-same";
/// Not a mail address.
pub const EMAIL: &str = "problem-email";
/// Somebody has it already (console only; hosted pages never say so).
pub const TAKEN: &str = "problem-taken";
/// Not a slug.
pub const SLUG: &str = "problem-slug";
/// Not a colour.
pub const COLOR: &str = "problem-color";
/// Not a number in range.
pub const NUMBER: &str = "problem-number";
/// Not a support contact.
pub const CONTACT: &str = "problem-contact";
/// Not a redirect URI.
pub const REDIRECT_URI: &str = "problem-redirect-uri";
/// What was typed to confirm differs.
pub const CONFIRM: &str = "problem-confirm";
/// The row changed meanwhile.
pub const CONFLICT: &str = "problem-conflict";

/// Label of a link: to the account page.
pub const TO_ACCOUNT: &str = "to-account";
/// Label of a link: to a new password.
pub const TO_NEW_PASSWORD: &str = "to-new-password";
/// Label of a link: the sign-in page, with a passkey.
pub const USE_PASSKEY: &str = "use-passkey";
/// Label of the QR code, for [`crate::text::Text::get`].
pub const QR_LABEL: &str = "enrol-totp-qr";
