//! Configuration in layers: compiled-in defaults < profile file < files from the command line < environment < flags.
//! `config/default.toml` is the list of all settings; a key that is not in it is refused with the nearest one named.

mod duration;
mod feeds;
mod layers;
mod sections;

pub use feeds::FeedSources;
pub use layers::{ConfigError, Layers, Profile, Setting, Source};
pub use sections::{
    Config, Database, Feeds, Keys, Limits, Log, Mail, Outbound, Passkeys, Passwords, Retention, Secrets,
    Server, Sessions, SharedState, Tls, Tokens,
};

/// The compiled-in defaults.
pub const DEFAULTS: &str = include_str!("../../config/default.toml");
