//! Coarse families of browsers, from the user agent. Detail is not asked for: it identifies people more than it protects
//! them, and browsers freeze it anyway.

use woothee::parser::Parser;

use crate::domain::device::DeviceLabel;
use crate::risk::visit::DeviceClass;

/// What a user agent string says, coarsely.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentSummary {
    /// Browser and system families.
    pub label: DeviceLabel,
    /// Kind of device.
    pub class: Option<DeviceClass>,
    /// Major version of the browser.
    pub version: Option<u16>,
}

impl AgentSummary {
    /// For people: `Firefox, Windows`, or `None` when nothing was recognised.
    pub fn words(&self) -> Option<String> {
        let parts: Vec<&str> = [self.label.browser.as_deref(), self.label.os.as_deref()]
            .into_iter()
            .flatten()
            .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// Reads a user agent string.
pub fn summary(user_agent: Option<&str>) -> AgentSummary {
    let Some(text) = user_agent else {
        return AgentSummary::default();
    };
    let Some(found) = Parser::new().parse(text) else {
        return AgentSummary::default();
    };
    let known = |name: &str| (!name.is_empty() && name != "UNKNOWN").then(|| name.to_owned());
    AgentSummary {
        label: DeviceLabel {
            browser: known(found.name),
            os: known(found.os).map(|os| plain_os(&os)),
        },
        class: match found.category {
            "pc" => Some(DeviceClass::Desktop),
            "smartphone" | "mobilephone" => Some(DeviceClass::Mobile),
            "crawler" => Some(DeviceClass::Bot),
            "UNKNOWN" => None,
            _ => Some(DeviceClass::Other),
        },
        version: found
            .version
            .split('.')
            .next()
            .and_then(|major| major.parse().ok()),
    }
}

/// Windows versions are one family; the rest are families already.
fn plain_os(os: &str) -> String {
    if os.starts_with("Windows") {
        "Windows".to_owned()
    } else {
        os.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_not_versions() {
        let seen = summary(Some(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
        ));
        assert_eq!(seen.words().as_deref(), Some("Firefox, Windows"));
        assert_eq!(
            (seen.class, seen.version),
            (Some(DeviceClass::Desktop), Some(140))
        );
        assert_eq!(summary(Some("")).words(), None);
        assert_eq!(summary(None), AgentSummary::default());
        assert_eq!(summary(Some(&"x".repeat(10_000))).words(), None);
    }

    /// Whatever is sent as a user agent, families stay short and known.
    #[test]
    fn hostile_user_agents() {
        let texts = [
            "\u{202e}\u{0}\u{1b}[31mMozilla/5.0".to_owned(),
            "Mozilla/5.0 (Windows NT 10.0; rv:99999999999999999999) Firefox/99999999999999999999".to_owned(),
            "(".repeat(5_000),
            "Mozilla/5.0 (Windows NT 6.1; ".repeat(200),
            "<script>alert(1)</script> Chrome/1".to_owned(),
            "🦀".repeat(500),
        ];
        for text in texts {
            let seen = summary(Some(&text));
            for name in [seen.label.browser, seen.label.os].into_iter().flatten() {
                assert!(name.len() < 64 && !name.contains(['<', '\u{0}']), "{name}");
            }
        }
    }
}
