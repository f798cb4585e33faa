//! Decisions, what later became known of them, and the questions that were asked about them.

use crate::dialect::migration;

migration!(
    r"
CREATE TABLE decisions (
    tenant_id @uuid NOT NULL,
    id @uuid NOT NULL,
    reference @text NOT NULL,
    at @int NOT NULL,
    action @text NOT NULL,
    subject @uuid,
    client_id @text,
    session_id @uuid,
    device_id @uuid,
    ip @text,
    country @text,
    evidence @text NOT NULL,
    assessment @text NOT NULL,
    score @real NOT NULL,
    model @text NOT NULL,
    policy_id @uuid,
    policy_version @text NOT NULL,
    policy_rule @text NOT NULL,
    policy_sentence @text NOT NULL,
    mode @text NOT NULL,
    recommended @text NOT NULL,
    enforced @text NOT NULL,
    degraded @text,
    forced @text NOT NULL,
    asked @text,
    ended @text,
    ended_at @int,
    latency_micros @int NOT NULL,
    CONSTRAINT decisions__id PRIMARY KEY (tenant_id, id)
) @table;
CREATE INDEX decisions_by_time ON decisions (tenant_id, at, id);
CREATE INDEX decisions_by_subject ON decisions (tenant_id, subject, at);
CREATE INDEX decisions_by_reference ON decisions (tenant_id, reference);
CREATE INDEX decisions_by_ip ON decisions (tenant_id, ip);

CREATE TABLE labels (
    tenant_id @uuid NOT NULL,
    id @uuid NOT NULL,
    decision_id @uuid NOT NULL,
    at @int NOT NULL,
    label @text NOT NULL,
    CONSTRAINT labels__id PRIMARY KEY (tenant_id, id)
) @table;
CREATE INDEX labels_by_decision ON labels (tenant_id, decision_id);
CREATE INDEX labels_by_time ON labels (tenant_id, at);

CREATE TABLE notices (
    tenant_id @uuid NOT NULL,
    hash @bytes NOT NULL,
    user_id @uuid NOT NULL,
    decision_id @uuid,
    session_id @uuid,
    device_id @uuid,
    created_at @int NOT NULL,
    expires_at @int NOT NULL,
    answer @text,
    answered_at @int,
    CONSTRAINT notices__hash PRIMARY KEY (tenant_id, hash),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) @compact;
CREATE INDEX notices_by_user ON notices (tenant_id, user_id);
CREATE INDEX notices_by_expiry ON notices (tenant_id, expires_at);
"
);
