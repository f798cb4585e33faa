//! `oidcc-config-certification-test-plan`.

use super::discovery_holds;
use crate::on_each_store;
use crate::support::{Kind, TestApp};

on_each_store! {
    async fn oidcc_discovery_endpoint_verification(app: &TestApp) {
        discovery_holds(app).await;
    }
}
