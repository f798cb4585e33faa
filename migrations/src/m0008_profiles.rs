//! What the engine remembers: a summary a user, and baselines a tenant.

use crate::dialect::migration;

migration!(
    r"
CREATE TABLE user_profiles (
    tenant_id @uuid NOT NULL,
    user_id @uuid NOT NULL,
    summary @bytes NOT NULL,
    updated_at @int NOT NULL,
    version @int NOT NULL,
    CONSTRAINT user_profiles__user_id PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) @table;

CREATE TABLE tenant_profiles (
    tenant_id @uuid NOT NULL REFERENCES tenants (id),
    name @text NOT NULL,
    summary @bytes NOT NULL,
    updated_at @int NOT NULL,
    version @int NOT NULL,
    CONSTRAINT tenant_profiles__name PRIMARY KEY (tenant_id, name)
) @table;
"
);
