//! Browsers, the records of browsers that accounts were used on, and sessions.

use crate::dialect::migration;

// A browser has no tenant: its cookie is shared by the tenants on one host, and no tenant ever sees the row. Each value
// that a browser was given is a row of its own, so that a retired one is known again when it turns up.
migration!(
    r"
CREATE TABLE browsers (
    hash @bytes NOT NULL,
    browser_id @uuid NOT NULL,
    issued_at @int NOT NULL,
    retired_at @int,
    CONSTRAINT browsers__hash PRIMARY KEY (hash)
) @compact;
CREATE INDEX browsers_by_browser ON browsers (browser_id);
CREATE INDEX browsers_by_issue ON browsers (issued_at);

CREATE TABLE devices (
    tenant_id @uuid NOT NULL,
    id @uuid NOT NULL,
    user_id @uuid NOT NULL,
    browser_key @bytes NOT NULL,
    browser @text,
    os @text,
    place @text,
    created_at @int NOT NULL,
    last_used_at @int NOT NULL,
    sign_ins @int NOT NULL,
    remembered_until @int,
    declined_until @int,
    bound_at @int,
    noticed_at @int,
    revoked_at @int,
    CONSTRAINT devices__id PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) @table;
CREATE UNIQUE INDEX devices__browser_key ON devices (tenant_id, user_id, browser_key);
CREATE INDEX devices_by_browser ON devices (tenant_id, browser_key);

CREATE TABLE sessions (
    tenant_id @uuid NOT NULL,
    id @uuid NOT NULL,
    sid @text NOT NULL,
    user_id @uuid NOT NULL,
    secret @bytes NOT NULL,
    device_id @uuid,
    proofs @text NOT NULL,
    created_at @int NOT NULL,
    last_seen_at @int NOT NULL,
    idle_expires_at @int NOT NULL,
    expires_at @int NOT NULL,
    ended_at @int,
    end_reason @text,
    ip @text,
    agent @text,
    CONSTRAINT sessions__id PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) @table;
CREATE UNIQUE INDEX sessions__sid ON sessions (tenant_id, sid);
CREATE UNIQUE INDEX sessions__secret ON sessions (tenant_id, secret);
CREATE INDEX sessions_by_user ON sessions (tenant_id, user_id);
CREATE INDEX sessions_by_expiry ON sessions (tenant_id, expires_at);
"
);
