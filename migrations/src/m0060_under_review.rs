//! Accounts whose sign-up was held for review.

use crate::dialect::migration;

migration!("ALTER TABLE users ADD COLUMN under_review @bool NOT NULL DEFAULT FALSE;");
