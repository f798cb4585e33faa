//! Risk models of a tenant: versions that are added, promoted and rolled back, never changed.

use crate::dialect::migration;

migration!(
    r"
CREATE TABLE risk_models (
    tenant_id @uuid NOT NULL REFERENCES tenants (id),
    number @int NOT NULL,
    version @text NOT NULL,
    hash @text NOT NULL,
    document @text NOT NULL,
    note @text NOT NULL,
    created_at @int NOT NULL,
    promoted_at @int,
    CONSTRAINT risk_models__number PRIMARY KEY (tenant_id, number)
) @table;
"
);
