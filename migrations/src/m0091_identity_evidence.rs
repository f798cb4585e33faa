//! What is kept of verifications of identity: sealed, apart from sign-ins, with an end of its own.

use crate::dialect::migration;

migration!(
    r"
CREATE TABLE identity_evidence (
    tenant_id @uuid NOT NULL,
    id @uuid NOT NULL,
    user_id @uuid NOT NULL,
    decision_id @uuid,
    issuer @text NOT NULL,
    trust_framework @text NOT NULL,
    at @int NOT NULL,
    content @bytes NOT NULL,
    expires_at @int NOT NULL,
    CONSTRAINT identity_evidence__id PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) @table;
CREATE INDEX identity_evidence_by_user ON identity_evidence (tenant_id, user_id, at);
CREATE INDEX identity_evidence_by_expiry ON identity_evidence (tenant_id, expires_at);
"
);
