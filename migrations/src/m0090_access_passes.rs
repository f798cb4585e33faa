//! Temporary access passes: who asked for one and why, who approved it, and what became of it. `hash` is absent until it was shown.

use crate::dialect::migration;

migration!(
    r"
CREATE TABLE access_passes (
    tenant_id @uuid NOT NULL,
    id @uuid NOT NULL,
    user_id @uuid NOT NULL,
    reason @text NOT NULL,
    life_secs @int NOT NULL,
    asked_by @uuid NOT NULL,
    asked_at @int NOT NULL,
    approved_by @uuid,
    approved_at @int,
    expires_at @int NOT NULL,
    hash @bytes,
    ended @text,
    ended_at @int,
    CONSTRAINT access_passes__id PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) @table;
CREATE INDEX access_passes_by_user ON access_passes (tenant_id, user_id, asked_at);
CREATE INDEX access_passes_by_expiry ON access_passes (tenant_id, expires_at);
"
);
