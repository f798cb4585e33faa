//! Claims of a client's own, mapped from what is known of people.

use serde_json::{Value, json};
use tidegate::admin::Actor;
use tidegate::admin::clients;
use tidegate::admin::users::{self, UserChanges};

use crate::on_each_store;
use crate::support::browser::Browser;
use crate::support::client::{App, claims};
use crate::support::{Kind, TestApp};

const CAROL: &str = "carol@demo.test";

on_each_store! {
    async fn a_client_is_told_what_its_mapping_says_and_where(app: &TestApp) {
        let mapping = json!({
            "upn": {"template": "{name} <{email}>", "in": ["id_token", "access_token"]},
            "tier": {"value": "gold", "in": ["userinfo"]},
            "login": {"path": "username", "scope": "profile"},
            "tel": {"path": "phone_number"},
        });
        let client = App::create(app, "mapped", json!({"claims_mapping": mapping, "access_token_format": "jwt"})).await;
        let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
        users::update(&actor, &app.shared.platform, CAROL, UserChanges { username: Some("carol-c".to_owned()), ..UserChanges::default() }).await.unwrap();
        for (scope, login) in [("openid", Value::Null), ("openid profile", json!("carol-c"))] {
            let code = client.code(app, &mut Browser::new(app), CAROL, &[("scope", scope)]).await;
            let first = client.redeem(&code).await;
            let (id, access) = (claims(&first.text("id_token")), first.text("access_token"));
            let upn = json!("Carol Castro <carol@demo.test>");
            assert_eq!((&id["upn"], &id["login"], id.get("tier"), id.get("tel")), (&upn, &login, None, None));
            assert_eq!((&claims(&access)["upn"], claims(&access).get("login")), (&upn, None));
            assert_eq!(client.introspect(&access).await["upn"], upn);
            let told = client.userinfo(&access).await.body;
            assert_eq!((&told["tier"], &told["login"], told.get("upn")), (&json!("gold"), &login, None));
        }
    }

    async fn a_mapping_that_would_lie_about_the_token_is_not_saved(app: &TestApp) {
        let client = App::create(app, "mapped", json!({})).await;
        let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
        let save = |mapping: Value| {
            let changes = json!({"claims_mapping": mapping}).as_object().cloned().unwrap();
            clients::update(&actor, &app.shared.platform, &client.id, changes, None)
        };
        for bad in [json!({"sub": {"value": "x"}}), json!({"x": {"path": "password"}}), json!({"x": 1}), json!("x")] {
            let refused = save(bad.clone()).await.unwrap_err().to_string();
            assert!(refused.contains("claims_mapping"), "{bad}: {refused}");
        }
        save(json!({"tier": {"value": 1}})).await.unwrap();
        save(Value::Null).await.unwrap();
        let first = client.tokens(app).await;
        assert!(claims(&first.text("id_token")).get("tier").is_none());
    }
}
