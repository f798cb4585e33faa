//! Mails: their preview, a test, the delivery log, who is told of what, and how many codes go to one mailbox.

use tidegate::base::page::PageRequest;
use tidegate::domain::user::Role;

use crate::access_pass::{SUPPORT, hire, operator};
use crate::on_each_store;
use crate::support::browser::{Browser, SAFARI};
use crate::support::client::App;
use crate::support::{Kind, PASSWORD, TestApp};

const ADMIN: &str = "admin@demo.test";
const CAROL: &str = "carol@demo.test";

fn options<'a>(page: &'a str, select: &str) -> Vec<&'a str> {
    let (_, rest) = page.split_once(&format!("name=\"{select}\"")).unwrap();
    let (inside, _) = rest.split_once("</select>").unwrap();
    let values = inside.split("<option value=\"").skip(1);
    values.map(|rest| rest.split_once('"').unwrap().0).collect()
}

on_each_store! {
    /// people.md U38: every mail in every language, both parts; a test with the mail server's reply; the log.
    async fn the_console_shows_every_mail_and_sends_a_test(app: &TestApp) {
        let mut admin = operator(app, ADMIN).await;
        admin.get("/console/mails?tenant=demo").await;
        let page = admin.page.html.clone();
        let (kinds, languages) = (options(&page, "kind"), options(&page, "lang"));
        assert!(kinds.len() >= 22 && languages == ["en", "de", "fr", "es", "ja"], "{kinds:?} {languages:?}");
        for kind in &kinds {
            admin.get(&format!("/console/mails?tenant=demo&kind={kind}&lang=fr")).await;
            assert_eq!(admin.page.status, 200, "{kind}: {}", admin.page.text());
            admin.get(&format!("/console/mails/html?tenant=demo&kind={kind}&lang=ja")).await;
            let policy = admin.page.headers["content-security-policy"].to_str().unwrap().to_owned();
            assert!(admin.page.status == 200 && policy.contains("sandbox") && !policy.contains("script"), "{kind}: {policy}");
            assert!(!admin.page.html.contains("{ $"), "{kind}");
        }
        admin.get("/console/mails?tenant=demo&kind=nonsense").await;
        assert_eq!(admin.page.status, 404);
        admin.get("/console/mails?tenant=demo&kind=new_browser&lang=es").await;
        admin.submit_to("/mails/test?tenant=demo", &[]).await;
        assert!(admin.page.text().contains("The mail server says kept in the dev mailbox"), "{}", admin.page.text());
        app.mail(ADMIN, |mail| mail.subject.contains("Nuevo inicio de sesión").then_some(())).await;
        let trail = app.store().await.audit(None, &PageRequest::new(None, 1)).await.unwrap();
        assert_eq!(trail.items[0].entry.act, "mail.tested");
        // Support looks, and sends nothing.
        hire(app, SUPPORT, Role::Support).await;
        let mut support = operator(app, SUPPORT).await;
        support.get("/console/mails?tenant=demo").await;
        assert!(support.page.status == 200 && !support.page.text().contains("Send me a test"), "{}", support.page.text());
        let csrf = support.form("csrf").unwrap().fields.iter().find(|(name, _)| name == "csrf").unwrap().1.clone();
        support.post("/console/mails/test?tenant=demo", &[("csrf", &csrf), ("kind", "new_browser")]).await;
        assert_eq!(support.page.status, 403);
    }

    /// people.md U34: the old address is told; what it is sent secures the account, and does not put the address back.
    async fn the_old_address_is_told_when_an_admin_changes_it(app: &TestApp) {
        let store = app.store().await;
        let carol = store.user_by_email(CAROL).await.unwrap().unwrap();
        let mut admin = operator(app, ADMIN).await;
        admin.get(&format!("/console/users/{}?tenant=demo", carol.id)).await;
        admin.submit("status", &[("email", "carol@new.test"), ("name", "Carol"), ("status", "active")]).await;
        assert!(admin.page.url.contains("done=saved"), "{}", admin.page.text());
        let link = app.mail(CAROL, |mail| {
            let told = mail.kind == "email_changed_by_admin";
            let link = mail.text.split_whitespace().find(|word| word.contains("/notice/no?"));
            link.filter(|_| told).map(str::to_owned)
        }).await;
        let mut old = Browser::new(app);
        old.get(&link).await;
        assert!(!old.page.text().contains("put your address"), "{}", old.page.text());
        old.submit("token", &[]).await;
        let now = store.user(carol.id).await.unwrap().unwrap();
        assert_eq!((now.email.as_str(), now.password_reset_required), ("carol@new.test", true));
    }

    /// Whoever knows the password can't flood the mailbox by ever new sign-ins, nor keep the owner's own browser out.
    async fn codes_to_one_mailbox_are_limited_over_all_sign_ins(app: &TestApp) {
        let limit = [("limits.sign_in_mails_per_account", toml::Value::from(2))];
        let app = &TestApp::start_with(app.kind, &limit).await;
        let client = App::web(app).await;
        let mut owner = Browser::new(app);
        owner.sign_in(app, CAROL).await;
        app.advance(std::time::Duration::from_hours(1));
        app.policy(
            "schema = 1\nname = \"codes\"\nsummary = \"test\"\nmode = \"enforce\"\n\
             [ladder.default]\nbands = [{ from = 0, outcome = \"light_challenge\" }]\n",
        )
        .await;
        let ask = async |browser: &mut Browser| {
            browser.get(&client.authorize(&[("prompt", "login")])).await;
            browser.submit("password", &[("email", CAROL), ("password", PASSWORD)]).await;
            assert!(browser.page.has_field("code"), "{}", browser.page.text());
            browser.page.text().contains("Too many codes were sent to this mailbox")
        };
        let mut refused = 0;
        for _ in 0..5 {
            let mut thief = Browser::new(app).with_agent(SAFARI);
            refused += u32::from(ask(&mut thief).await);
        }
        assert!(refused >= 1, "five sign-ins, two mails");
        assert!(!ask(&mut owner).await, "{}", owner.page.text());
    }
}
