//! Certificates of clients (RFC 8705), shown in real TLS handshakes and by headers of a proxy.

use rcgen::{ExtendedKeyUsagePurpose, date_time_ymd};
use serde_json::{Value, json};
use tidegate::admin::clients::{self, NewClient, Unknown};
use tidegate::admin::tenants::{self, TenantChanges};
use tidegate::admin::{Actor, AdminError};
use tidegate::base::encoding::{base64, base64url};
use tidegate::base::secret::sha256;
use tidegate::domain::key::SigningAlg;

use crate::on_each_store;
use crate::support::browser::Browser;
use crate::support::certificates::{Authority, Own, client_showing, for_localhost};
use crate::support::client::{Answer, App, OwnKey, claims, read};
use crate::support::{Kind, TestApp};

/// A server with a listener for certificates, and the authority of its own certificate.
struct Server {
    app: TestApp,
    authority: Authority,
    _files: tempfile::TempDir,
}

async fn with_listener(kind: Kind) -> Server {
    let authority = Authority::new("Servers");
    let files = tempfile::tempdir().unwrap();
    let (cert, key) = (files.path().join("cert.pem"), files.path().join("key.pem"));
    for_localhost(&authority).write(&cert, &key);
    let text = |path: &std::path::Path| toml::Value::from(path.to_str().unwrap());
    let settings = [
        ("server.mtls_listen", toml::Value::from("127.0.0.1:0")),
        ("server.mtls_cert", text(&cert)),
        ("server.mtls_key", text(&key)),
    ];
    Server {
        app: TestApp::start_with(kind, &settings).await,
        authority,
        _files: files,
    }
}

impl Server {
    /// The same client, calling where certificates are shown.
    fn showing(&self, client: &App, own: Option<&Own>) -> App {
        App {
            issuer: self.app.mtls.clone().unwrap(),
            http: client_showing(&self.authority, own),
            ..client.clone()
        }
    }
}

async fn trust(app: &TestApp, authority: &Authority) {
    let pem = Some(authority.pem());
    app.settings(|settings| settings.client_certificate_authorities = pem)
        .await;
}

/// A service that proves itself by a certificate and by nothing else.
async fn service(app: &TestApp, id: &str, more: Value) -> App {
    let mut document =
        json!({"grant_types": ["client_credentials"], "response_types": [], "redirect_uris": []});
    let members = document.as_object_mut().unwrap();
    members.extend(more.as_object().cloned().unwrap());
    App {
        public: true,
        ..App::create(app, id, document).await
    }
}

async fn ask(client: &App) -> Answer {
    client
        .call("/token", &[("grant_type", "client_credentials")])
        .await
}

fn thumbprint(own: &Own) -> String {
    base64url(&sha256(&own.der))
}

on_each_store! {
    async fn rfc8705_2_1_an_authority_of_the_tenant_vouches_for_a_subject(app: &TestApp) {
        let server = with_listener(app.kind).await;
        let app = &server.app;
        let authority = Authority::new("Clients");
        let by_subject = json!({"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=payments,O=Acme"});
        let client = service(app, "payments", by_subject).await;
        let own = authority.issue("payments", |_| ());
        let early = ask(&server.showing(&client, Some(&own))).await;
        assert_eq!((early.status, early.error()), (401, "invalid_client"), "nobody is trusted yet");
        trust(app, &authority).await;
        let good = ask(&server.showing(&client, Some(&own))).await;
        assert_eq!((good.status, &good.body["token_type"]), (200, &json!("Bearer")), "{}", good.body);
        for (what, other) in [
            ("another subject", authority.issue("others", |_| ())),
            ("another authority of the same name", Authority::new("Clients").issue("payments", |_| ())),
            ("its own word", Own::self_signed("payments")),
            ("expired", authority.issue("payments", |params| params.not_after = date_time_ymd(2026, 9, 1))),
            ("not yet valid", authority.issue("payments", |params| params.not_before = date_time_ymd(2026, 10, 1))),
            ("for servers", authority.issue("payments", |params| {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            })),
        ] {
            let refused = ask(&server.showing(&client, Some(&other))).await;
            assert_eq!((refused.status, refused.error()), (401, "invalid_client"), "{what}");
        }
        assert_eq!(ask(&server.showing(&client, None)).await.error(), "invalid_client", "no certificate");
        assert_eq!(ask(&client).await.error(), "invalid_client", "no TLS");
        let by_name = json!({"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "pay.acme.test"});
        let named = service(app, "named", by_name).await;
        let own = authority.issue("any", |params| {
            params.subject_alt_names = vec![rcgen::SanType::DnsName("pay.acme.test".try_into().unwrap())];
        });
        assert_eq!(ask(&server.showing(&named, Some(&own))).await.status, 200);
        assert_eq!(ask(&server.showing(&client, Some(&own))).await.status, 401);
    }

    async fn rfc8705_2_2_a_client_registers_its_own_certificate(app: &TestApp) {
        let server = with_listener(app.kind).await;
        let app = &server.app;
        let own = Own::self_signed("itself");
        let point = own.key.public_key_raw();
        let mut jwk = json!({"kty": "EC", "crv": "P-256", "x": base64url(&point[1..33]), "y": base64url(&point[33..])});
        let by = |jwk: &Value| json!({"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": {"keys": [jwk]}});
        let by_key = service(app, "by-key", by(&jwk)).await;
        jwk["x5c"] = json!([base64(&own.der)]);
        let by_certificate = service(app, "by-certificate", by(&jwk)).await;
        let other = Own::self_signed("itself");
        for client in [by_key, by_certificate] {
            assert_eq!(ask(&server.showing(&client, Some(&own))).await.status, 200, "{}", client.id);
            for wrong in [Some(&other), None] {
                let refused = ask(&server.showing(&client, wrong)).await;
                assert_eq!((refused.status, refused.error()), (401, "invalid_client"), "{}", client.id);
            }
        }
    }

    async fn rfc8705_3_tokens_are_bound_to_the_certificate(app: &TestApp) {
        let server = with_listener(app.kind).await;
        let app = &server.app;
        let (own, other) = (Own::self_signed("own"), Own::self_signed("other"));
        for format in ["jwt", "opaque"] {
            let document = json!({"tls_client_certificate_bound_access_tokens": true, "access_token_format": format});
            let client = App::create(app, format, document).await;
            let showing = server.showing(&client, Some(&own));
            let code = client.code(app, &mut Browser::new(app), "carol@demo.test", &[]).await;
            let unbound = client.redeem(&code).await;
            assert_eq!((unbound.status, unbound.error()), (400, "invalid_request"), "{}", unbound.body);
            let tokens = showing.redeem(&code).await;
            assert_eq!((tokens.status, &tokens.body["token_type"]), (200, &json!("Bearer")), "{}", tokens.body);
            let access = tokens.text("access_token");
            assert_eq!(client.introspect(&access).await["cnf"], json!({"x5t#S256": thumbprint(&own)}), "section 3.2");
            let info = showing.userinfo(&access).await;
            assert_eq!((info.status, &info.body["email"]), (200, &json!("carol@demo.test")), "{}", info.body);
            for thief in [client.clone(), server.showing(&client, None), server.showing(&client, Some(&other))] {
                let stolen = thief.userinfo(&access).await;
                assert_eq!((stolen.status, stolen.error()), (401, "invalid_token"));
            }
            // A confidential client has its secret: its refresh tokens follow it to a new certificate (section 7.1).
            let renewed = server.showing(&client, Some(&other)).refresh(&tokens.text("refresh_token")).await;
            let bound = client.introspect(&renewed.text("access_token")).await;
            assert_eq!(bound["cnf"]["x5t#S256"], thumbprint(&other));
        }
    }

    async fn rfc8705_4_refresh_tokens_of_public_clients_are_bound_too(app: &TestApp) {
        let server = with_listener(app.kind).await;
        let app = &server.app;
        let (own, other) = (Own::self_signed("own"), Own::self_signed("other"));
        let document = json!({"token_endpoint_auth_method": "none", "tls_client_certificate_bound_access_tokens": true});
        let client = App::create(app, "native", document).await;
        let showing = server.showing(&client, Some(&own));
        let code = client.code(app, &mut Browser::new(app), "carol@demo.test", &[]).await;
        let refresh = showing.redeem(&code).await.text("refresh_token");
        let stolen = server.showing(&client, Some(&other)).refresh(&refresh).await;
        assert_eq!((stolen.status, stolen.error()), (400, "invalid_grant"));
        let renewed = showing.refresh(&refresh).await;
        assert_eq!(claims(&renewed.text("access_token"))["cnf"]["x5t#S256"], thumbprint(&own));
    }

    async fn rfc8705_5_metadata_names_the_endpoints_for_certificates(app: &TestApp) {
        let metadata = async |app: &TestApp| {
            let at = format!("{}/.well-known/openid-configuration", app.issuer);
            read(crate::support::browser::plain_client().get(at)).await.body
        };
        let without = metadata(app).await;
        assert!(without.get("mtls_endpoint_aliases").is_none());
        assert!(!without["token_endpoint_auth_methods_supported"].to_string().contains("tls_client_auth"));
        let server = with_listener(app.kind).await;
        let with = metadata(&server.app).await;
        assert_eq!(with["issuer"], server.app.issuer);
        let alias = server.app.mtls.clone().unwrap();
        for (name, path) in [("token_endpoint", "/token"), ("userinfo_endpoint", "/userinfo"), ("introspection_endpoint", "/introspect")] {
            assert_eq!(with["mtls_endpoint_aliases"][name], format!("{alias}{path}"));
        }
        assert!(with["token_endpoint_auth_methods_supported"].to_string().contains("\"tls_client_auth\""));
        assert_eq!(with["tls_client_certificate_bound_access_tokens"], true);
        // Pages for people are not there, and what is called there is named as it is called.
        let bare = client_showing(&server.authority, None);
        for path in ["/signin", "/account", "/authorize"] {
            assert_eq!(read(bare.get(format!("{alias}{path}"))).await.status, 404, "{path}");
        }
        let key = OwnKey::new(SigningAlg::ES256);
        let document = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": key.jwks});
        let client = server.showing(&App::create(&server.app, "asserting", document).await, None);
        for (number, (audience, status)) in [(format!("{alias}/introspect"), 200), (server.app.issuer.clone(), 200), (format!("{alias}/token"), 401)].iter().enumerate() {
            let assertion = key.sign(&json!({
                "iss": "asserting", "sub": "asserting", "aud": audience, "jti": format!("{number}"), "exp": server.app.now().secs() + 60,
            }));
            let params = [
                ("token", "x"),
                ("client_assertion", assertion.as_str()),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ];
            assert_eq!(client.call_plain("/introspect", &params).await.status, *status, "{audience}");
        }
    }

    /// Defect 16: a header is as good as who sent it.
    async fn rfc9440_a_proxy_of_ours_tells_of_the_certificate(app: &TestApp) {
        let own = Own::self_signed("behind");
        let document = json!({
            "token_endpoint_auth_method": "self_signed_tls_client_auth",
            "jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "x5c": [base64(&own.der)]}]},
        });
        let escaped: String = url::form_urlencoded::byte_serialize(own.pem.as_bytes()).collect();
        let headers = [
            ("rfc9440", "client-cert", format!(":{}:", base64(&own.der))),
            ("escaped-pem", "x-ssl-client-cert", escaped.replace('+', "%20")),
        ];
        let local = toml::Value::from(vec!["127.0.0.0/8"]);
        let elsewhere = toml::Value::from(vec!["10.0.0.0/8"]);
        for (setting, name, value) in &headers {
            for (proxies, status) in [(&local, 200), (&elsewhere, 401)] {
                let settings = [
                    ("server.trusted_proxies", proxies.clone()),
                    ("server.client_certificate_header", toml::Value::from(*setting)),
                ];
                let app = TestApp::start_with(app.kind, &settings).await;
                let client = service(&app, "behind", document.clone()).await;
                let ask = |name: &str| {
                    let request = client.request("/token", &[("grant_type", "client_credentials")]);
                    read(request.header(name, value.as_str()))
                };
                assert_eq!(ask(name).await.status, status, "{setting}");
                assert_eq!(ask("x-other-header").await.status, 401);
                let twice = client.request("/token", &[("grant_type", "client_credentials")]);
                let twice = twice.header(*name, value.as_str()).header(*name, value.as_str());
                assert_eq!(read(twice).await.status, 401, "{setting}: what comes twice was smuggled");
                app.stop().await;
            }
        }
        let client = service(app, "behind", document).await;
        for (_, name, value) in &headers {
            let request = client.request("/token", &[("grant_type", "client_credentials")]);
            assert_eq!(read(request.header(*name, value)).await.status, 401, "headers don't count where nothing says so");
        }
    }

    async fn rfc8705_2_what_does_not_fit_is_not_registered(app: &TestApp) {
        let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
        let platform = &app.shared.platform;
        for more in [
            json!({"token_endpoint_auth_method": "tls_client_auth"}),
            json!({"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "no name"}),
            json!({"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_ip": "localhost"}),
            json!({"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "a.test", "tls_client_auth_san_uri": "https://a.test"}),
            json!({"token_endpoint_auth_method": "client_secret_basic", "tls_client_auth_san_dns": "a.test"}),
            json!({"token_endpoint_auth_method": "self_signed_tls_client_auth"}),
        ] {
            let mut document = more.as_object().cloned().unwrap();
            document.insert("redirect_uris".to_owned(), json!(["https://app.test/cb"]));
            let wanted = NewClient { document, unknown: Unknown::Refuse };
            assert!(clients::create(&actor, platform, wanted).await.is_err(), "{more}");
        }
        let changes = |pem: &str| TenantChanges {
            client_certificate_authorities: Some(pem.to_owned()),
            ..TenantChanges::default()
        };
        let broken = tenants::update(&actor, platform, changes("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"), None).await;
        assert!(matches!(broken, Err(AdminError::Invalid { .. })), "{broken:?}");
        let authority = Authority::new("Clients").pem();
        let kept = tenants::update(&actor, platform, changes(&authority), None).await.unwrap();
        assert_eq!(kept.settings.client_certificate_authorities.as_deref(), Some(authority.trim()));
        let gone = tenants::update(&actor, platform, changes(""), None).await.unwrap();
        assert_eq!(gone.settings.client_certificate_authorities, None);
    }
}
