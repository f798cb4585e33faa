//! Clients, and what users allowed them.

use crate::dialect::migration;

migration!(
    r"
CREATE TABLE clients (
    tenant_id @uuid NOT NULL REFERENCES tenants (id),
    id @text NOT NULL,
    search_key @text NOT NULL,
    metadata @text NOT NULL,
    secrets @text NOT NULL,
    settings @text NOT NULL,
    registration_hash @bytes,
    created_at @int NOT NULL,
    updated_at @int NOT NULL,
    version @int NOT NULL,
    CONSTRAINT clients__id PRIMARY KEY (tenant_id, id)
) @table;

CREATE TABLE consents (
    tenant_id @uuid NOT NULL,
    user_id @uuid NOT NULL,
    client_id @text NOT NULL,
    scope @text NOT NULL,
    granted_at @int NOT NULL,
    CONSTRAINT consents__client_id PRIMARY KEY (tenant_id, user_id, client_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) @compact;
CREATE INDEX consents_by_client ON consents (tenant_id, client_id);
"
);
