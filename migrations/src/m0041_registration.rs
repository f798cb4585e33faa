//! Apps that register themselves (RFC 7591): the tokens that let them, our copies of their logos, and until when an unused one is kept.

use crate::dialect::migration;

migration!(
    r"
CREATE TABLE initial_access_tokens (
    tenant_id @uuid NOT NULL REFERENCES tenants (id),
    id @uuid NOT NULL,
    hash @bytes NOT NULL,
    note @text NOT NULL,
    uses_left @int NOT NULL,
    created_at @int NOT NULL,
    expires_at @int NOT NULL,
    CONSTRAINT initial_access_tokens__id PRIMARY KEY (tenant_id, id),
    CONSTRAINT initial_access_tokens__hash UNIQUE (tenant_id, hash)
) @table;
CREATE INDEX initial_access_tokens_by_age ON initial_access_tokens (tenant_id, expires_at);

CREATE TABLE client_logos (
    tenant_id @uuid NOT NULL REFERENCES tenants (id),
    client_id @text NOT NULL,
    source @text NOT NULL,
    media_type @text NOT NULL,
    image @bytes NOT NULL,
    fetched_at @int NOT NULL,
    CONSTRAINT client_logos__client_id PRIMARY KEY (tenant_id, client_id)
) @table;

ALTER TABLE clients ADD COLUMN unused_until @int;
"
);
