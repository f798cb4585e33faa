//! Rich authorization requests (RFC 9396): the types of details that a resource registered, and the details that a grant was made for.

use crate::dialect::migration;

migration!(
    r"
ALTER TABLE resources ADD COLUMN detail_types @text;
ALTER TABLE grants ADD COLUMN authorization_details @text;
"
);
