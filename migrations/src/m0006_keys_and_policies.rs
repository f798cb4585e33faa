//! Signing keys and versions of policies.

use crate::dialect::migration;

migration!(
    r"
CREATE TABLE signing_keys (
    tenant_id @uuid NOT NULL REFERENCES tenants (id),
    id @uuid NOT NULL,
    kid @text NOT NULL,
    alg @text NOT NULL,
    status @text NOT NULL,
    private @bytes NOT NULL,
    public_jwk @text NOT NULL,
    created_at @int NOT NULL,
    activates_at @int NOT NULL,
    retired_at @int,
    CONSTRAINT signing_keys__id PRIMARY KEY (tenant_id, id)
) @table;
CREATE UNIQUE INDEX signing_keys__kid ON signing_keys (tenant_id, kid);

CREATE TABLE policy_versions (
    tenant_id @uuid NOT NULL REFERENCES tenants (id),
    id @uuid NOT NULL,
    number @int NOT NULL,
    document @text NOT NULL,
    mode @text NOT NULL,
    note @text NOT NULL,
    created_at @int NOT NULL,
    CONSTRAINT policy_versions__id PRIMARY KEY (tenant_id, id)
) @table;
CREATE UNIQUE INDEX policy_versions__number ON policy_versions (tenant_id, number);
"
);
