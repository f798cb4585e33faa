//! Since when nothing of a person counts any more that was proven before: all sessions were ended.

use crate::dialect::migration;

migration!(
    r"
ALTER TABLE users ADD COLUMN signed_out_at @int;
"
);
