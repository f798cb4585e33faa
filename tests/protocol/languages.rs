//! The language of pages and mails: what the app asks for, what the person chose, what the browser says, what the tenant set (people.md
//! U42; OpenID Connect Core section 3.1.2.1, `ui_locales`).

use reqwest::header::ACCEPT_LANGUAGE;

use crate::on_each_store;
use crate::support::browser::{Browser, plain_client};
use crate::support::client::App;
use crate::support::{Kind, PASSWORD, TestApp};

fn speaks(browser: &Browser, tag: &str, heading: &str) {
    let found = browser.page.html.contains(&format!("<html lang=\"{tag}\""));
    assert!(found, "{tag}: {}", browser.page.html);
    assert_eq!(browser.page.heading(), heading);
}

on_each_store! {
    async fn an_app_asks_for_a_language_and_the_person_has_the_last_word(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        browser.get(&client.authorize(&[("ui_locales", "xx fr-CA de")])).await;
        speaks(&browser, "fr", "Connexion");
        // On every page of the sign-in.
        browser.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        speaks(&browser, "fr", "Encore une vérification");
        browser.submit("locale", &[("locale", "ja")]).await;
        speaks(&browser, "ja", "追加の確認");
        browser.submit("code", &[("code", "000000")]).await;
        speaks(&browser, "ja", "追加の確認");
        // A choice that is remembered gives way to what another app asks for.
        browser.get(&client.authorize(&[("ui_locales", "es"), ("prompt", "login")])).await;
        speaks(&browser, "es", "Iniciar sesión");
        browser.get(&client.authorize(&[("prompt", "login")])).await;
        speaks(&browser, "ja", "サインイン");
    }

    async fn browsers_and_tenants_have_languages_too(app: &TestApp) {
        let page = async |accepted: &str| {
            let url = format!("{}/authorize?client_id=nobody", app.issuer);
            let answer = plain_client().get(url).header(ACCEPT_LANGUAGE, accepted).send().await.unwrap();
            answer.text().await.unwrap()
        };
        for (accepted, tag) in [("ja-JP,ja;q=0.9,en;q=0.8", "ja"), ("pt,es-MX;q=0.5", "es"), ("pt", "en")] {
            let html = page(accepted).await;
            assert!(html.contains(&format!("<html lang=\"{tag}\"")), "{accepted}: {html}");
        }
        app.settings(|settings| "fr".clone_into(&mut settings.default_locale)).await;
        assert!(page("pt").await.contains("<html lang=\"fr\""));
        // Mails speak as the account does, or the tenant.
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        browser.get(&client.authorize(&[])).await;
        browser.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        let subject = app.mail("carol@demo.test", |mail| (mail.kind == "sign_in_code").then(|| mail.subject.clone())).await;
        assert!(subject.contains("est votre code pour"), "{subject}");
        // And to whoever has no account as the page did.
        let mut stranger = Browser::new(app);
        stranger.get(&client.authorize(&[("ui_locales", "es")])).await;
        let link = stranger.link("¿Ha olvidado la contraseña?");
        stranger.get(&link).await;
        stranger.submit("email", &[("email", "nobody@demo.test")]).await;
        let heading = app.mail("nobody@demo.test", |mail| Some(mail.text.clone())).await;
        assert!(heading.contains("No hay ninguna cuenta con esta dirección"), "{heading}");
        // The console speaks what it can.
        let console = plain_client().get(format!("{}/console", app.base)).header(ACCEPT_LANGUAGE, "ja").send().await.unwrap();
        assert!(console.status().is_redirection());
    }
}
