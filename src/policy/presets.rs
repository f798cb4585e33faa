//! The policies that come with the program.

/// Names of the presets, the default one last.
pub const NAMES: [&str; 5] = ["workforce", "customer", "balanced", "adaptive-mfa", "observe"];

/// A preset's document.
pub fn get(name: &str) -> Option<&'static str> {
    Some(match name {
        "workforce" => include_str!("../../config/policies/workforce.toml"),
        "customer" => include_str!("../../config/policies/customer.toml"),
        "balanced" => include_str!("../../config/policies/balanced.toml"),
        "adaptive-mfa" => include_str!("../../config/policies/adaptive-mfa.toml"),
        "observe" => include_str!("../../config/policies/observe.toml"),
        _ => return None,
    })
}
