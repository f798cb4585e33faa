//! Grants with their refresh-token families, redeemed codes, opaque access tokens, and tokens revoked one by one.

use crate::dialect::migration;

// The columns that a rotation writes stand in no index: PostgreSQL updates the row in its page, and SQLite writes one
// page of one tree. `keep_until` never changes; it is what old rows are removed by.
migration!(
    r"
CREATE TABLE grants (
    tenant_id @uuid NOT NULL,
    id @uuid NOT NULL,
    user_id @uuid NOT NULL,
    client_id @text NOT NULL,
    session_id @uuid NOT NULL,
    sid @text NOT NULL,
    scope @text NOT NULL,
    nonce @text,
    claims_request @text,
    auth_time @int NOT NULL,
    acr @text NOT NULL,
    proofs @text NOT NULL,
    created_at @int NOT NULL,
    keep_until @int NOT NULL,
    revoked_at @int,
    revoked_reason @text,
    offline @bool NOT NULL,
    seed @bytes,
    generation @int,
    rotated_at @int,
    rotated_agent @text,
    rotated_asn @int,
    idle_expires_at @int,
    expires_at @int,
    CONSTRAINT grants__id PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) @table;
CREATE INDEX grants_by_session ON grants (tenant_id, session_id);
CREATE INDEX grants_by_user ON grants (tenant_id, user_id);
CREATE INDEX grants_by_client ON grants (tenant_id, client_id);
CREATE INDEX grants_by_age ON grants (tenant_id, keep_until);

CREATE TABLE code_redemptions (
    tenant_id @uuid NOT NULL,
    code_hash @bytes NOT NULL,
    grant_id @uuid NOT NULL,
    redeemed_at @int NOT NULL,
    CONSTRAINT code_redemptions__code_hash PRIMARY KEY (tenant_id, code_hash)
) @compact;
CREATE INDEX code_redemptions_by_age ON code_redemptions (tenant_id, redeemed_at);

CREATE TABLE access_tokens (
    tenant_id @uuid NOT NULL,
    hash @bytes NOT NULL,
    grant_id @uuid,
    client_id @text NOT NULL,
    created_at @int NOT NULL,
    expires_at @int NOT NULL,
    claims @text NOT NULL,
    CONSTRAINT access_tokens__hash PRIMARY KEY (tenant_id, hash)
) @table;
CREATE INDEX access_tokens_by_expiry ON access_tokens (tenant_id, expires_at);

CREATE TABLE revoked_tokens (
    tenant_id @uuid NOT NULL,
    hash @bytes NOT NULL,
    expires_at @int NOT NULL,
    CONSTRAINT revoked_tokens__hash PRIMARY KEY (tenant_id, hash)
) @compact;
CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (tenant_id, expires_at);
"
);
