use super::*;
use crate::base::timestamp::Timestamp;
use crate::protocol::resource::Resource;

fn client() -> ClientMetadata {
    ClientMetadata {
        redirect_uris: vec!["https://app.test/cb".into()],
        grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        ..ClientMetadata::default()
    }
}

fn validated(
    params: &Params,
    client: &ClientMetadata,
    delivery: Delivery,
) -> Result<AuthorizationRequest, Rejection> {
    let id = ClientId::parse("c").unwrap();
    let api = Resource {
        sensitive: Vec::new(),
        identifier: "https://api.test".parse().unwrap(),
        scopes: vec!["api:write".to_owned()],
        details: Vec::new(),
        client: None,
        created_at: Timestamp::EPOCH,
    };
    let asker = Asker {
        id: &id,
        metadata: client,
        resources: Resources::new(std::slice::from_ref(&api), "https://op.test"),
    };
    validate(params, asker, delivery)
}

fn check(query: &str, client: &ClientMetadata) -> Result<AuthorizationRequest, Rejection> {
    let query = format!("client_id=c&redirect_uri=https%3A%2F%2Fapp.test%2Fcb&{query}");
    let params = Params::parse(query.as_bytes()).unwrap();
    validated(&params, client, Delivery::default())
}

fn code_of(query: &str, client: &ClientMetadata) -> ErrorCode {
    match check(query, client) {
        Err(Rejection::Redirect(_, error)) => error.code,
        other => panic!("{query}: {other:?}"),
    }
}

#[test]
fn oidc_core_3_1_2_1_a_plain_request() {
    let request = check(
        "response_type=code&scope=openid+email+x&state=s&nonce=n&max_age=10&unknown=1",
        &client(),
    )
    .unwrap();
    assert_eq!(request.scope, ["openid", "email"]);
    assert_eq!(request.reply.state.as_deref(), Some("s"));
    assert_eq!(request.max_age, Some(Duration::from_secs(10)));
}

#[test]
fn an_unregistered_redirect_uri_is_never_redirected_to() {
    let params =
        Params::parse(b"client_id=c&redirect_uri=https%3A%2F%2Fevil.test&response_type=code").unwrap();
    let rejection = validated(&params, &client(), Delivery::default());
    assert!(matches!(rejection, Err(Rejection::Page(_))));
}

#[test]
fn refusals_carry_the_error_of_their_standard() {
    let cases = [
        ("scope=openid", ErrorCode::InvalidRequest),
        ("response_type=token", ErrorCode::UnsupportedResponseType),
        (
            "response_type=code&request=e30.e30.",
            ErrorCode::RequestNotSupported,
        ),
        (
            "response_type=code&request_uri=https%3A%2F%2Fx",
            ErrorCode::RequestUriNotSupported,
        ),
        (
            "response_type=code&registration=%7B%7D",
            ErrorCode::RegistrationNotSupported,
        ),
        ("response_type=code&prompt=none+login", ErrorCode::InvalidRequest),
        ("response_type=code&prompt=dance", ErrorCode::InvalidRequest),
        ("response_type=code&scope=x", ErrorCode::InvalidScope),
        (
            "response_type=code&resource=https%3A%2F%2Fother.test",
            ErrorCode::InvalidTarget,
        ),
        ("response_type=code&max_age=-1", ErrorCode::InvalidRequest),
        ("response_type=code&claims=%5B", ErrorCode::InvalidRequest),
        (
            "response_type=code&response_mode=web_message",
            ErrorCode::InvalidRequest,
        ),
        (
            "response_type=code&code_challenge=x&code_challenge_method=plain",
            ErrorCode::InvalidRequest,
        ),
    ];
    for (query, code) in cases {
        assert_eq!(code_of(query, &client()), code, "{query}");
    }
}

#[test]
fn rfc9700_public_clients_need_pkce() {
    let public = ClientMetadata {
        token_endpoint_auth_method: ClientAuthMethod::None,
        ..client()
    };
    assert_eq!(code_of("response_type=code", &public), ErrorCode::InvalidRequest);
    let with = "response_type=code&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
    assert!(check(with, &public).is_ok());
}

#[test]
fn offline_access_needs_the_refresh_grant() {
    let query = "response_type=code&scope=openid+offline_access";
    assert!(check(query, &client()).unwrap().asks_offline_access());
    let without = ClientMetadata {
        grant_types: vec![GrantType::AuthorizationCode],
        ..client()
    };
    assert!(!check(query, &without).unwrap().asks_offline_access());
}

#[test]
fn acr_comes_from_claims_then_acr_values_then_the_registration() {
    let claims = "claims=%7B%22id_token%22%3A%7B%22acr%22%3A%7B%22essential%22%3Atrue%2C%22value%22%3A%22phr%22%7D%7D%7D";
    let request = check(&format!("response_type=code&acr_values=aal1&{claims}"), &client()).unwrap();
    assert_eq!(
        request.acr,
        AcrRequest {
            values: vec![Acr::Phr],
            essential: true
        }
    );
    let request = check("response_type=code&acr_values=gold+aal2", &client()).unwrap();
    assert_eq!(
        request.acr,
        AcrRequest {
            values: vec![Acr::Aal2],
            essential: false
        }
    );
    let defaulted = ClientMetadata {
        default_acr_values: vec!["aal2".into()],
        ..client()
    };
    assert_eq!(
        check("response_type=code", &defaulted).unwrap().acr.values,
        [Acr::Aal2]
    );
}

#[test]
fn a_client_may_bind_itself_to_pushed_and_signed_requests() {
    let bound = |pushed, signed| ClientMetadata {
        require_pushed_authorization_requests: pushed,
        require_signed_request_object: signed,
        ..client()
    };
    let params = Params::parse(b"redirect_uri=https%3A%2F%2Fapp.test%2Fcb&response_type=code").unwrap();
    let accepts = |client: &ClientMetadata, pushed, signed| {
        validated(&params, client, Delivery { pushed, signed }).is_ok()
    };
    assert!(accepts(&bound(true, false), true, false) && !accepts(&bound(true, false), false, true));
    assert!(accepts(&bound(false, true), false, true) && !accepts(&bound(false, true), true, false));
    assert!(accepts(&bound(true, true), true, true));
}

#[test]
fn rfc8707_2_scopes_of_a_resource_are_granted_with_it_only() {
    let named = "response_type=code&resource=https%3A%2F%2Fapi.test&scope=openid+api%3Awrite";
    let unnamed = "response_type=code&scope=openid+api%3Awrite";
    let listed = |scope: &str| ClientMetadata {
        scope: Some(scope.to_owned()),
        ..client()
    };
    let granted = |query, client: &ClientMetadata| check(query, client).unwrap().scope;
    assert_eq!(granted(named, &client()), ["openid", "api:write"]);
    assert_eq!(
        granted(named, &listed("openid api:write")),
        ["openid", "api:write"]
    );
    assert_eq!(
        granted(named, &listed("openid email")),
        ["openid"],
        "not registered for the client"
    );
    assert_eq!(
        granted(unnamed, &listed("openid api:write")),
        ["openid"],
        "the resource is not named"
    );
}
