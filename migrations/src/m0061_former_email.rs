//! Notices about a changed address remember the one before: their link puts it back.

use crate::dialect::migration;

migration!("ALTER TABLE notices ADD COLUMN former_email @text;");
