//! Decisions leave the house whole: NDJSON by a published schema, and OCSF (contract: formats).

use serde_json::Value;

use crate::on_each_store;
use crate::support::browser::{Browser, SAFARI};
use crate::support::{Kind, TestApp};

async fn admin(app: &TestApp) -> Browser {
    let mut browser = Browser::new(app);
    browser.get("/console?tenant=demo").await;
    browser
        .submit(
            "password",
            &[
                ("email", "admin@demo.test"),
                ("password", crate::support::PASSWORD),
            ],
        )
        .await;
    browser.answer_code(app, "admin@demo.test").await;
    assert!(browser.page.url.contains("/console"), "{}", browser.page.text());
    browser
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

on_each_store! {
    async fn every_line_fits_the_published_schema(app: &TestApp) {
        let mut carol = Browser::new(app).with_agent(SAFARI);
        carol.sign_in(app, "carol@demo.test").await;
        Browser::new(app).password("mallory@demo.test").await;
        let mut browser = admin(app).await;
        let exported = browser.get("/console/decisions/export?tenant=demo").await;
        assert_eq!(exported.headers["content-type"], "application/x-ndjson");
        let found = lines(&exported.html);
        assert_eq!(found.len(), app.decisions().await.len());
        assert!(found.len() >= 3);
        let schema: Value = serde_json::from_str(include_str!("../../docs/decision.schema.json")).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for line in &found {
            let problems: Vec<String> = validator.iter_errors(line).map(|error| error.to_string()).collect();
            assert!(problems.is_empty(), "{problems:?} in {line}");
            let points: f64 = line["assessment"]["contributions"].as_array().unwrap().iter().map(|item| item["points"].as_f64().unwrap()).sum();
            let sum = points + line["assessment"]["base_points"].as_f64().unwrap();
            assert!((sum - line["score"].as_f64().unwrap()).abs() < 1e-9, "{line}");
        }
        let times: Vec<&str> = found.iter().map(|line| line["at"].as_str().unwrap()).collect();
        assert!(times.is_sorted(), "{times:?}");
    }

    async fn the_filter_holds_and_the_act_is_audited(app: &TestApp) {
        let mut carol = Browser::new(app);
        carol.sign_in(app, "carol@demo.test").await;
        Browser::new(app).password("mallory@demo.test").await;
        let mut browser = admin(app).await;
        let refused = lines(&browser.get("/console/decisions/export?tenant=demo&ended=refused&format=ocsf").await.html);
        assert!(!refused.is_empty());
        for event in &refused {
            assert_eq!((&event["class_uid"], &event["disposition_id"], &event["status_id"]), (&3002.into(), &2.into(), &2.into()), "{event}");
            assert_eq!(event["unmapped"]["ended"], "refused");
        }
        let none = browser.get("/console/decisions/export?tenant=demo&q=nobody@demo.test").await;
        assert_eq!((none.status, none.html.as_str()), (200, ""));
        assert_eq!(browser.get("/console/decisions/export?tenant=demo&format=xml").await.status, 400);
        browser.get("/console/audit?tenant=demo").await;
        assert!(browser.page.text().contains("decisions.exported"), "{}", browser.page.text());
    }

    /// More than a page of the database: nothing is cut off.
    async fn a_long_history_comes_whole(app: &TestApp) {
        let mut carol = Browser::new(app);
        carol.sign_in(app, "carol@demo.test").await;
        let one = app.decisions().await.remove(0);
        let store = app.store().await;
        for chunk in 0..5_u32 {
            let mut batch = store.batch();
            for number in 0..100_u32 {
                let mut copy = one.clone();
                let nth = u128::from(chunk * 100 + number);
                copy.id = tidegate::base::ids::DecisionId(uuid::Uuid::from_u128(nth));
                copy.at = one.at.plus(std::time::Duration::from_secs(u64::from(chunk * 100 + number)));
                batch.insert_decision(&copy);
            }
            store.commit(batch).await.unwrap();
        }
        let mut browser = admin(app).await;
        let exported = lines(&browser.get("/console/decisions/export?tenant=demo").await.html);
        let ids: std::collections::BTreeSet<&str> = exported.iter().map(|line| line["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), exported.len());
        // Those, carol's own and the admin's.
        assert_eq!(exported.len(), app_total(app).await);
        assert!(exported.len() > 501, "{}", exported.len());
    }
}

async fn app_total(app: &TestApp) -> usize {
    let filter = tidegate::store::DecisionFilter::default();
    let (mut total, mut after) = (0, None);
    loop {
        let page = tidegate::base::page::PageRequest::new(after, 200);
        let found = app.store().await.decisions(&filter, &page).await.unwrap();
        total += found.items.len();
        match found.next {
            Some(next) => after = Some(next),
            None => return total,
        }
    }
}
