//! Tenants, the counter that tells servers of changes, and the database's own marks.

use crate::dialect::migration;

migration!(
    r"
CREATE TABLE tenants (
    id @uuid NOT NULL,
    slug @text NOT NULL,
    name @text NOT NULL,
    host @text,
    status @text NOT NULL,
    settings @text NOT NULL,
    refresh_key @bytes NOT NULL,
    blind_key @bytes NOT NULL,
    created_at @int NOT NULL,
    version @int NOT NULL,
    CONSTRAINT tenants__id PRIMARY KEY (id)
) @table;
CREATE UNIQUE INDEX tenants__slug ON tenants (slug);
CREATE UNIQUE INDEX tenants__host ON tenants (host);

CREATE TABLE change_clock (
    id @int NOT NULL,
    seq @int NOT NULL,
    CONSTRAINT change_clock__id PRIMARY KEY (id)
) @table;
INSERT INTO change_clock (id, seq) VALUES (1, 0);

CREATE TABLE changes (
    tenant_id @uuid NOT NULL,
    seq @int NOT NULL,
    CONSTRAINT changes__tenant_id PRIMARY KEY (tenant_id)
) @compact;

CREATE TABLE meta (
    name @text NOT NULL,
    value @text NOT NULL,
    CONSTRAINT meta__name PRIMARY KEY (name)
) @compact;
"
);
