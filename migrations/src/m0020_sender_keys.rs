//! Keys that grants and rotations are bound to (DPoP, RFC 9449).

use crate::dialect::migration;

migration!(
    r"
ALTER TABLE grants ADD COLUMN dpop_jkt @text;
ALTER TABLE grants ADD COLUMN rotated_jkt @text;
"
);
