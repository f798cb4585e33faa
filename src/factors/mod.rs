//! The rules of each factor: (what is stored, what was answered, now) → proof or refusal, and the next stored state.
//! Hashing and WebAuthn's own checks are done by `crypto` before; nothing here does I/O.

pub mod access_pass;
pub mod assurance;
pub mod attestation;
pub mod email_code;
pub mod identity;
pub mod password;
pub mod push;
pub mod recovery;
pub mod recovery_code;
pub mod totp;
