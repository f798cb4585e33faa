//! Users, their factors, their roles, and the links that give a role.

use crate::dialect::migration;

migration!(
    r"
CREATE TABLE users (
    tenant_id @uuid NOT NULL REFERENCES tenants (id),
    id @uuid NOT NULL,
    sub @text NOT NULL,
    email @text NOT NULL,
    email_key @text NOT NULL,
    email_verified_at @int,
    username @text,
    username_key @text,
    name @text,
    search_key @text NOT NULL,
    claims @text NOT NULL,
    locale @text,
    reset_required @bool NOT NULL,
    status @text NOT NULL,
    created_at @int NOT NULL,
    updated_at @int NOT NULL,
    version @int NOT NULL,
    CONSTRAINT users__id PRIMARY KEY (tenant_id, id)
) @table;
CREATE UNIQUE INDEX users__sub ON users (tenant_id, sub);
CREATE UNIQUE INDEX users__email_key ON users (tenant_id, email_key);
CREATE UNIQUE INDEX users__username_key ON users (tenant_id, username_key);

CREATE TABLE credentials (
    tenant_id @uuid NOT NULL,
    id @uuid NOT NULL,
    user_id @uuid NOT NULL,
    kind @text NOT NULL,
    data @text NOT NULL,
    sealed @bytes,
    last_step @int,
    passkey_id @text,
    name @text,
    created_at @int NOT NULL,
    last_used_at @int,
    version @int NOT NULL,
    CONSTRAINT credentials__id PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) @table;
CREATE INDEX credentials_by_user ON credentials (tenant_id, user_id);
CREATE UNIQUE INDEX credentials__passkey_id ON credentials (tenant_id, passkey_id);

CREATE TABLE roles (
    tenant_id @uuid NOT NULL,
    user_id @uuid NOT NULL,
    role @text NOT NULL,
    granted_at @int NOT NULL,
    CONSTRAINT roles__role PRIMARY KEY (tenant_id, user_id, role),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) @compact;

CREATE TABLE admin_links (
    tenant_id @uuid NOT NULL REFERENCES tenants (id),
    hash @bytes NOT NULL,
    email @text NOT NULL,
    role @text NOT NULL,
    created_at @int NOT NULL,
    expires_at @int NOT NULL,
    used_at @int,
    CONSTRAINT admin_links__hash PRIMARY KEY (tenant_id, hash)
) @compact;
CREATE INDEX admin_links_by_expiry ON admin_links (tenant_id, expires_at);
"
);
