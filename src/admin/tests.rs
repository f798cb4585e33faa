use serde_json::{Map, Value, json};

use super::clients::{Kind, Unknown, check, template};
use super::{Actor, AdminError};
use crate::base::ids::{Slug, TenantId, UserId};
use crate::base::timestamp::Timestamp;
use crate::domain::sealed::Sealed;
use crate::domain::tenant::{Tenant, TenantSettings, TenantStatus};
use crate::domain::user::Role;
use crate::protocol::error::{ErrorCode, OAuthError};

fn tenant(number: u128, slug: &str) -> Tenant {
    Tenant {
        id: TenantId(uuid::Uuid::from_u128(number)),
        slug: Slug::parse(slug).unwrap(),
        name: slug.to_owned(),
        host: None,
        status: TenantStatus::Active,
        settings: TenantSettings::default(),
        refresh_key: Sealed::from_stored(Vec::new()),
        blind_key: Sealed::from_stored(Vec::new()),
        created_at: Timestamp::EPOCH,
        version: 1,
    }
}

fn person(home: &Tenant, roles: &[Role]) -> Actor {
    Actor::person(UserId(uuid::Uuid::from_u128(9)), home, roles.to_vec())
}

/// One capability: its name, how it is asked for, and the roles that have it, strongest first.
type Capability = (&'static str, fn(&Actor) -> bool, &'static str);

/// O owner, a admin, n analyst, s support, u auditor.
const CAPABILITIES: [Capability; 14] = [
    ("see the tenant", |actor| actor.may_read_tenant().is_ok(), "Oansu"),
    (
        "change the tenant",
        |actor| actor.may_manage_tenant().is_ok(),
        "Oa",
    ),
    ("see users", |actor| actor.may_read_users().is_ok(), "Oasu"),
    ("change users", |actor| actor.may_manage_users().is_ok(), "Oas"),
    ("give roles", |actor| actor.may_manage_roles().is_ok(), "O"),
    ("see clients", |actor| actor.may_read_clients().is_ok(), "Oau"),
    ("change clients", |actor| actor.may_manage_clients().is_ok(), "Oa"),
    ("see keys", |actor| actor.may_read_keys().is_ok(), "Oau"),
    ("rotate keys", |actor| actor.may_manage_keys().is_ok(), "Oa"),
    ("see policies", |actor| actor.may_read_policies().is_ok(), "Oanu"),
    (
        "publish policies",
        |actor| actor.may_manage_policies().is_ok(),
        "Oa",
    ),
    (
        "see decisions",
        |actor| actor.may_read_decisions().is_ok(),
        "Oanu",
    ),
    (
        "label decisions",
        |actor| actor.may_label_decisions().is_ok(),
        "Oan",
    ),
    (
        "read the audit log",
        |actor| actor.may_read_audit().is_ok(),
        "Oau",
    ),
];

const LETTERS: [(Role, char); 5] = [
    (Role::Owner, 'O'),
    (Role::Admin, 'a'),
    (Role::Analyst, 'n'),
    (Role::Support, 's'),
    (Role::Auditor, 'u'),
];

#[test]
fn each_role_has_its_capabilities_and_no_other() {
    let (demo, system) = (tenant(1, "demo"), tenant(2, "system"));
    for (what, asks, holders) in CAPABILITIES {
        for (role, letter) in LETTERS {
            let may = holders.contains(letter);
            assert_eq!(asks(&person(&demo, &[role])), may, "{role:?}: {what}");
            let operator = person(&system, &[role]).on(demo.id).unwrap();
            assert_eq!(asks(&operator), may, "operator {role:?}: {what}");
        }
        assert!(!asks(&person(&demo, &[])), "nobody: {what}");
        assert!(
            !asks(&person(&system, &[])),
            "a user of system without a role: {what}"
        );
        assert!(
            asks(&Actor::command_line().on(demo.id).unwrap()),
            "command line: {what}"
        );
    }
}

#[test]
fn nobody_but_operators_leaves_the_own_tenant() {
    let (demo, other, system) = (tenant(1, "demo"), tenant(3, "other"), tenant(2, "system"));
    let owner = person(&demo, &[Role::Owner]);
    assert!(matches!(owner.on(other.id), Err(AdminError::Forbidden(_))));
    assert!(owner.may_list_tenants().is_err() && owner.may_keep_tenants().is_err());
    assert!(!owner.is_operator() && owner.role_name() == "owner");
    let auditor = person(&system, &[Role::Auditor]);
    assert!(auditor.may_list_tenants().is_ok() && auditor.may_keep_tenants().is_err());
    assert!(person(&system, &[]).may_list_tenants().is_err());
    assert!(person(&system, &[Role::Admin]).may_keep_tenants().is_ok());
}

#[test]
fn changing_users_is_no_way_to_the_rights_of_those_above() {
    let demo = tenant(1, "demo");
    let reaches = |role: Role, held: &[Role]| {
        let actor = person(&demo, &[role]);
        actor.may_manage_users().unwrap().check_reach(held).is_ok()
    };
    assert!(reaches(Role::Support, &[]) && reaches(Role::Admin, &[]));
    for held in [
        Role::Owner,
        Role::Admin,
        Role::Analyst,
        Role::Support,
        Role::Auditor,
    ] {
        assert!(!reaches(Role::Support, &[held]), "{held:?}");
        assert_eq!(reaches(Role::Admin, &[held]), held != Role::Owner, "{held:?}");
        assert!(reaches(Role::Owner, &[held]), "{held:?}");
    }
    assert!(!reaches(Role::Admin, &[Role::Support, Role::Owner]));
}

fn metadata(changes: &Value) -> Result<(), OAuthError> {
    let mut document = template(Kind::Web);
    document.insert("redirect_uris".to_owned(), json!(["https://a.test/cb"]));
    document.extend(changes.as_object().cloned().unwrap_or_default());
    check(document, Unknown::Refuse).map(|_| ())
}

#[test]
fn metadata_that_cannot_be_honoured_is_refused_by_its_member() {
    for bad in [
        json!({"subject_type": "pairwise", "redirect_uris": ["https://a.test/cb", "https://b.test/cb"]}),
        json!({"token_endpoint_auth_method": "tls_client_auth"}),
        json!({"token_endpoint_auth_method": "private_key_jwt"}),
        json!({"token_endpoint_auth_signing_alg": "ES256"}),
        json!({"id_token_signed_response_alg": "none"}),
        json!({"id_token_encrypted_response_alg": "RSA-OAEP"}),
        json!({"introspection_signed_response_alg": "none"}),
        json!({"authorization_signed_response_alg": "HS256"}),
        json!({"authorization_encrypted_response_alg": "RSA-OAEP"}),
        json!({"introspection_encrypted_response_alg": "RSA-OAEP"}),
        json!({"require_signed_request_object": true}),
        json!({"require_pushed_authorization_requests": "yes"}),
        json!({"request_object_signing_alg": "none", "require_signed_request_object": true}),
        json!({"request_object_signing_alg": "HS256"}),
        json!({"request_uris": ["http://a.test/request"]}),
        json!({"dpop_bound_access_tokens": 1}),
        json!({"tls_client_certificate_bound_access_tokens": 1}),
        json!({"backchannel_logout_uri": "https://a.test/out#part"}),
        json!({"response_types": ["code token"]}),
        json!({"response_types": []}),
        json!({"grant_types": ["password"]}),
        json!({"grant_types": ["refresh_token"], "response_types": []}),
        json!({"grant_types": []}),
        json!({"grant_types": "authorization_code"}),
        json!({"grant_types": ["client_credentials", "authorization_code"], "token_endpoint_auth_method": "none"}),
        json!({"jwks": {"keys": []}}),
        json!({"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}}),
        json!({"logo_uri": "javascript:alert(1)"}),
        json!({"jwks_uri": "http://a.test/jwks"}),
        json!({"client_name": " "}),
        json!({"scope": "a\"b"}),
        json!({"default_max_age": "soon"}),
        json!({"no_such_member": 1}),
    ] {
        let error = metadata(&bad).expect_err(&bad.to_string());
        assert_eq!(error.code, ErrorCode::InvalidClientMetadata, "{bad}");
    }
    for bad in [
        json!({"redirect_uris": []}),
        json!({"redirect_uris": ["http://a.test/cb"]}),
        json!({"post_logout_redirect_uris": ["/out"]}),
    ] {
        let error = metadata(&bad).expect_err(&bad.to_string());
        assert_eq!(error.code, ErrorCode::InvalidRedirectUri, "{bad}");
    }
}

#[test]
fn metadata_that_is_usual_is_taken() {
    for good in [
        json!({}),
        json!({"subject_type": "public", "require_signed_request_object": false, "require_pushed_authorization_requests": true, "dpop_bound_access_tokens": true}),
        json!({"client_name#de": "Laden", "software_id": "x", "contacts": ["a@b.test"]}),
        json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://a.test/jwks"}),
        json!({"require_signed_request_object": true, "request_object_signing_alg": "PS256", "jwks_uri": "https://a.test/jwks"}),
        json!({"post_logout_redirect_uris": ["https://a.test/out"], "default_acr_values": ["aal2"]}),
        json!({"client_uri": null}),
    ] {
        metadata(&good).unwrap_or_else(|error| panic!("{good}: {error}"));
    }
    let service: Map<String, Value> = json!({"grant_types": ["client_credentials"], "x": 1})
        .as_object()
        .cloned()
        .unwrap();
    let taken = check(service, Unknown::Drop).unwrap();
    assert!(taken.response_types.is_empty() && !taken.other.contains_key("x"));
    for kind in Kind::ALL {
        let mut document = template(kind);
        if kind != Kind::Service {
            document.insert("redirect_uris".to_owned(), json!(["https://a.test/cb"]));
        }
        check(document, Unknown::Refuse).unwrap_or_else(|error| panic!("{kind:?}: {error}"));
    }
    assert!(Kind::parse("toaster").is_err() && Kind::parse("web").is_ok());
}
