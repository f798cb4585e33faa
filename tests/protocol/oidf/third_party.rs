//! `oidcc-3rdparty-init-login-certification-test-plan`: a sign-in that somebody else begins (OpenID Connect Core section 4).

use serde_json::json;

use crate::on_each_store;
use crate::support::client::{App, REDIRECT};
use crate::support::rp::Rp;
use crate::support::{Kind, TestApp};

on_each_store! {
    /// The address is kept and read back, and a sign-in that begins there ends like any other.
    async fn oidcc_3rd_party_init_login(app: &TestApp) {
        let start = "https://app.test/start";
        let made = App::register_itself(app, &json!({"redirect_uris": [REDIRECT], "initiate_login_uri": start})).await;
        assert_eq!((made.status, &made.body["initiate_login_uri"]), (201, &json!(start)), "{}", made.body);
        let mut rp = Rp::with(app, "", json!({"initiate_login_uri": start})).await;
        rp.id_token(&[]).await;
    }

    async fn oidcc_3rd_party_init_login_nohttps(app: &TestApp) {
        for start in ["http://app.test/start", "http://localhost/start"] {
            let refused = App::register_itself(app, &json!({"redirect_uris": [REDIRECT], "initiate_login_uri": start})).await;
            assert_eq!((refused.status, refused.error()), (400, "invalid_client_metadata"), "{start}");
        }
    }
}
