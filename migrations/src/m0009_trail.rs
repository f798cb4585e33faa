//! What happened: the hash-chained audit log, the outbox of events, and the delivery log of mails.

use crate::dialect::migration;

migration!(
    r"
CREATE TABLE audit (
    tenant_id @uuid NOT NULL,
    seq @int NOT NULL,
    id @uuid NOT NULL,
    at @int NOT NULL,
    act @text NOT NULL,
    object @text NOT NULL,
    entry @text NOT NULL,
    prev_hash @bytes NOT NULL,
    hash @bytes NOT NULL,
    CONSTRAINT audit__seq PRIMARY KEY (tenant_id, seq)
) @table;
CREATE INDEX audit_by_object ON audit (tenant_id, object);

CREATE TABLE audit_head (
    tenant_id @uuid NOT NULL,
    seq @int NOT NULL,
    hash @bytes NOT NULL,
    CONSTRAINT audit_head__tenant_id PRIMARY KEY (tenant_id)
) @compact;

CREATE TABLE outbox (
    tenant_id @uuid NOT NULL,
    id @uuid NOT NULL,
    at @int NOT NULL,
    code @text NOT NULL,
    user_id @uuid,
    data @text NOT NULL,
    attempts @int NOT NULL,
    next_attempt_at @int NOT NULL,
    delivered_at @int,
    CONSTRAINT outbox__id PRIMARY KEY (tenant_id, id)
) @table;
CREATE INDEX outbox_by_user ON outbox (tenant_id, user_id, at);
CREATE INDEX outbox_by_age ON outbox (tenant_id, at);
CREATE INDEX outbox_pending ON outbox (next_attempt_at, id) WHERE delivered_at IS NULL;

CREATE TABLE mails (
    tenant_id @uuid NOT NULL,
    id @uuid NOT NULL,
    user_id @uuid,
    recipient @text NOT NULL,
    template @text NOT NULL,
    status @text NOT NULL,
    attempts @int NOT NULL,
    detail @text,
    created_at @int NOT NULL,
    updated_at @int NOT NULL,
    CONSTRAINT mails__id PRIMARY KEY (tenant_id, id)
) @table;
CREATE INDEX mails_by_user ON mails (tenant_id, user_id);
CREATE INDEX mails_by_age ON mails (tenant_id, created_at);
"
);
