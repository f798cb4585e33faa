//! Tidegate, an OpenID Connect identity provider whose adaptive multi-factor authentication is part of its core.
//!
//! # The map
//!
//! Modules stand in layers, and a layer may name only layers below it:
//!
//! | layer | folders | what lives there |
//! |---|---|---|
//! | L0 | `base` | ids, clock, randomness, secrets, addresses |
//! | L1 | `protocol` `risk` `domain` `factors` `policy` `flow` | pure rules: no I/O, no clock, no randomness |
//! | L2 | `config` `store` `ephemeral` `crypto` `outbound` `text` | edges: one kind of I/O each |
//! | L3 | `tenants` `accounts` `sessions` `signals` `decisions` `signin` `oidc` `admin` | use cases, one function an act |
//! | L4 | `http` `jobs` `cli` | faces |
//! | L5 | `app` | composition |

pub mod base;
pub mod cli;
pub mod domain;
pub mod ephemeral;
pub mod factors;
pub mod flow;
pub mod policy;
pub mod protocol;
pub mod risk;
