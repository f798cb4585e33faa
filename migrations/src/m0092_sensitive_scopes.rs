//! Scopes of a resource that consent to is decided about by itself.

use crate::dialect::migration;

migration!("ALTER TABLE resources ADD COLUMN sensitive_scope @text NOT NULL DEFAULT '';");
