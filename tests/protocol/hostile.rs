//! Input that no honest client sends: the standard's error, never a 500, never a token.

use crate::on_each_store;
use crate::support::browser::{Browser, plain_client};
use crate::support::client::App;
use crate::support::{Kind, TestApp};

on_each_store! {
    async fn hostile_bodies_get_the_standards_error(app: &TestApp) {
        let client = App::web(app).await;
        let http = plain_client();
        let deep = format!("claims={}", "%5B".repeat(10_000));
        let many: String = (0..2_000).fold(String::new(), |all, i| format!("{all}p{i}=1&"));
        let bodies: Vec<Vec<u8>> = vec![
            b"".to_vec(),
            b"grant_type".to_vec(),
            b"grant_type=authorization_code&grant_type=refresh_token".to_vec(),
            b"grant_type=authorization_code&code=%ff%fe".to_vec(),
            b"grant_type=refresh_token&refresh_token=tgr_AAAA".to_vec(),
            b"\xff\xfe\x00\x01".to_vec(),
            b"grant_type=client_credentials&client_id=%00&client_secret=%00".to_vec(),
            b"grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=x".to_vec(),
            b"client_assertion=a.b.c&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_vec(),
            deep.into_bytes(),
            many.into_bytes(),
            format!("code={}", "x".repeat(60_000)).into_bytes(),
            "client_id=wéb&grant_type=авторизация".as_bytes().to_vec(),
        ];
        for path in ["/token", "/introspect", "/revoke"] {
            for body in &bodies {
                let response = http
                    .post(format!("{}{path}", app.issuer))
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(body.clone())
                    .send()
                    .await
                    .unwrap();
                let status = response.status().as_u16();
                assert!((400..=401).contains(&status) || status == 413, "{path} {status} {:?}", String::from_utf8_lossy(body));
            }
            let json = http.post(format!("{}{path}", app.issuer)).header("content-type", "application/json").body("{}").send().await.unwrap();
            assert_eq!(json.status(), 400, "{path}");
            let huge = http
                .post(format!("{}{path}", app.issuer))
                .header("content-type", "application/x-www-form-urlencoded")
                .body("a".repeat(2_000_000))
                .send()
                .await;
            assert!(huge.is_err() || huge.unwrap().status() == 413, "{path}");
        }
        assert_eq!(client.call("/introspect", &[("token", &"x".repeat(20_000))]).await.body["active"], false);
        assert_eq!(client.userinfo(&"y".repeat(5_000)).await.status, 401);
    }

    async fn hostile_addresses_never_break_a_page(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        for more in [
            ("scope", "openid \u{1f600}"),
            ("nonce", "\u{0}\u{7}"),
            ("claims", "{\"id_token\":{\"acr\":{\"values\":[[[[[[[[[[1]]]]]]]]]]}}}"),
            ("claims", "null"),
            ("login_hint", "<script>alert(1)</script>"),
            ("ui_locales", "xx-\u{202e}yy"),
            ("acr_values", "💥 phr"),
            ("max_age", "99999999999999999999"),
            ("max_age", "-1"),
            ("id_token_hint", "a.b.c"),
            ("state", "\"><svg onload=alert(1)>"),
        ] {
            browser.get(&client.authorize(&[more])).await;
            assert!(browser.page.status < 500, "{more:?}");
            assert!(!browser.page.html.contains("<script>alert") && !browser.page.html.contains("<svg onload"), "{more:?}");
        }
        for path in [
            "/t/DEMO/signin",
            "/t/demo/signin?login=nonsense",
            "/t/demo/signin?login=00000000-0000-0000-0000-000000000000",
            "/t/demo/notice/no?token=x",
            "/t/demo/notice/maybe?token=x",
            "/t/..%2f..%2fetc/passwd",
            "/t/demo/account/factors/x/remove",
            "/static/../Cargo.toml",
            "/.well-known/nothing",
            "/%ff",
        ] {
            browser.get(path).await;
            assert!(browser.page.status < 500, "{path}: {}", browser.page.status);
        }
    }
}
