//! Protected resources (RFC 8707): which there are, and for which of them a grant was made.

use crate::dialect::migration;

migration!(
    r"
CREATE TABLE resources (
    tenant_id @uuid NOT NULL REFERENCES tenants (id),
    identifier @text NOT NULL,
    scope @text NOT NULL,
    client_id @text,
    created_at @int NOT NULL,
    CONSTRAINT resources__identifier PRIMARY KEY (tenant_id, identifier)
) @table;

ALTER TABLE grants ADD COLUMN resources @text;
"
);
