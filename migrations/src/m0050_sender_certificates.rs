//! Certificates that grants are bound to (RFC 8705).

use crate::dialect::migration;

migration!(
    r"
ALTER TABLE grants ADD COLUMN cert_x5t @text;
"
);
