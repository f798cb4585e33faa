//! Recoveries of accounts whose owners lost their factors: the waiting period and what became of it.

use crate::dialect::migration;

migration!(
    r"
CREATE TABLE recoveries (
    tenant_id @uuid NOT NULL,
    id @uuid NOT NULL,
    user_id @uuid NOT NULL,
    asked_at @int NOT NULL,
    opens_at @int NOT NULL,
    closes_at @int NOT NULL,
    ended @text,
    ended_at @int,
    CONSTRAINT recoveries__id PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) @table;
CREATE INDEX recoveries_by_user ON recoveries (tenant_id, user_id, asked_at);
"
);
