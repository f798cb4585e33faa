//! Logout tokens for apps (OpenID Connect Back-Channel Logout 1.0): which apps want them, and how far each got.

use crate::dialect::migration;

// A row outlives the session and the account that it is about: an app must hear of an erased account too. The subject is
// removed once the delivery is over.
migration!(
    r"
ALTER TABLE clients ADD COLUMN backchannel_logout_uri @text;

CREATE TABLE logout_deliveries (
    tenant_id @uuid NOT NULL,
    session_id @uuid NOT NULL,
    client_id @text NOT NULL,
    sid @text NOT NULL,
    sub @text,
    status @text NOT NULL,
    attempts @int NOT NULL,
    detail @text,
    created_at @int NOT NULL,
    updated_at @int NOT NULL,
    next_attempt_at @int NOT NULL,
    CONSTRAINT logout_deliveries__session_id PRIMARY KEY (tenant_id, session_id, client_id)
) @table;
CREATE INDEX logout_deliveries_by_client ON logout_deliveries (tenant_id, client_id, created_at);
CREATE INDEX logout_deliveries_by_age ON logout_deliveries (tenant_id, created_at);
CREATE INDEX logout_deliveries_pending ON logout_deliveries (next_attempt_at) WHERE status = 'queued';
"
);
