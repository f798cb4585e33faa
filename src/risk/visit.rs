//! The raw facts of one attempt, gathered at the edge and handed in as plain data.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::net::IpScope;
use crate::base::timestamp::Timestamp;

mod beyond;

pub use beyond::{Drift, MachineFacts, Rush, SessionFacts, SignUpFacts};

/// One attempt. Every fact may be unknown, and an unknown fact never counts for or against anybody.
#[derive(Clone, Debug)]
pub struct Visit {
    /// When.
    pub at: Timestamp,
    /// Where it comes from.
    pub address: AddressFacts,
    /// What it comes from.
    pub agent: AgentFacts,
    /// What the browser's cookie proves about the device.
    pub device: DeviceProof,
    /// Failed attempts around it.
    pub failures: FailureFacts,
    /// What is known of the account.
    pub account: AccountFacts,
    /// Whether the password that was typed stands on a list of breached ones.
    pub breached_password: Option<bool>,
    /// Natural logarithm of the tenant's present failure rate over its usual one.
    pub climate: Option<f64>,
    /// How much hangs on the action.
    pub sensitivity: Sensitivity,
    /// How the form was filled in.
    pub behaviour: BehaviourFacts,
    /// What the second pass found, nats; `None` when it did not look.
    pub campaign: Option<f64>,
    /// The session that is being used; absent where none is.
    pub session: Option<SessionFacts>,
    /// The client that acts for itself; absent where a person does.
    pub machine: Option<MachineFacts>,
    /// The account that is being made; absent where none is.
    pub sign_up: Option<SignUpFacts>,
    /// Evidence forced by the development profile.
    pub forced: Vec<Forced>,
}

impl Visit {
    /// An attempt of which nothing is known but the time.
    pub fn unknown(at: Timestamp) -> Self {
        Self {
            at,
            address: AddressFacts::default(),
            agent: AgentFacts::default(),
            device: DeviceProof::Unknown,
            failures: FailureFacts::default(),
            account: AccountFacts::default(),
            breached_password: None,
            climate: None,
            sensitivity: Sensitivity::Normal,
            behaviour: BehaviourFacts::default(),
            campaign: None,
            session: None,
            machine: None,
            sign_up: None,
            forced: Vec::new(),
        }
    }
}

/// A fact from a list or database, with where it came from and how old that source was.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Known<T> {
    /// Nothing could say: no source is loaded, or it was too old to ask.
    #[default]
    Unknown,
    /// A source said so.
    Value {
        /// What it said.
        value: T,
        /// Which source: a feed's or database's name.
        source: String,
        /// Age of the source's data, seconds.
        age_secs: u32,
    },
}

impl<T> Known<T> {
    /// The value, whatever its age.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Unknown => None,
            Self::Value { value, .. } => Some(value),
        }
    }
}

/// A country's two-letter code (ISO 3166-1 alpha-2), upper case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    /// Reads two ASCII letters.
    pub fn parse(text: &str) -> Option<Self> {
        let letters: [u8; 2] = text.as_bytes().try_into().ok()?;
        letters
            .iter()
            .all(u8::is_ascii_alphabetic)
            .then(|| Self(letters.map(|letter| letter.to_ascii_uppercase())))
    }

    /// The code as a number for counting.
    pub const fn key(self) -> u32 {
        let [a, b] = self.0;
        ((a as u32) << 8) | b as u32
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b] = self.0.map(char::from);
        write!(f, "{a}{b}")
    }
}

/// What is known of the address.
#[derive(Clone, Debug, Default)]
pub struct AddressFacts {
    /// What kind of address it is. Only a public one has a place and a reputation.
    pub scope: Option<IpScope>,
    /// Keyed hash of the full address.
    pub address: Option<u64>,
    /// Keyed hash of the familiar network (/24 or /64).
    pub network: Option<u64>,
    /// Keyed hash of the block around it (/16 or /32).
    pub block: Option<u64>,
    /// Autonomous system.
    pub asn: Option<u32>,
    /// Country.
    pub country: Option<CountryCode>,
    /// Coordinates.
    pub point: Option<GeoPoint>,
    /// What kind of network it is.
    pub kind: Option<NetworkKind>,
    /// Listed as a Tor exit.
    pub tor: Known<bool>,
    /// Listed as a VPN or proxy.
    pub anonymizer: Known<bool>,
    /// Listed as a hosting range.
    pub hosting: Known<bool>,
    /// Listed by a reputation feed.
    pub reputation: Known<bool>,
    /// Stands on a blocklist that the operator set.
    pub blocklisted: bool,
}

impl AddressFacts {
    /// Whether the address can have a place on the map.
    pub(crate) fn is_placeable(&self) -> bool {
        let relayed = matches!(
            self.kind,
            Some(NetworkKind::Relay | NetworkKind::Hosting | NetworkKind::Anonymizer)
        ) || [&self.tor, &self.anonymizer, &self.hosting]
            .into_iter()
            .any(|listed| listed.value() == Some(&true));
        self.scope == Some(IpScope::Public) && !relayed
    }

    /// Whether the network can have a reputation and a history of its own.
    pub(crate) fn is_public(&self) -> bool {
        matches!(self.scope, None | Some(IpScope::Public))
    }
}

/// A place as a geo database knows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeoPoint {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Kilometres within which the true place lies.
    pub radius_km: f64,
}

/// What kind of network an address belongs to, from unsuspicious to suspicious.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkKind {
    /// Home or business access.
    Isp,
    /// A mobile carrier: many share an address.
    Mobile,
    /// A university or school.
    Education,
    /// A company's own network or gateway.
    Business,
    /// A privacy relay with honest users (such as iCloud Private Relay). No sign of an attack.
    Relay,
    /// A data centre.
    Hosting,
    /// A VPN or anonymizing proxy.
    Anonymizer,
}

/// What kind of device the browser says it runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceClass {
    /// Desktop or laptop.
    Desktop,
    /// Phone.
    Mobile,
    /// Tablet.
    Tablet,
    /// A bot that says so.
    Bot,
    /// Something else.
    Other,
}

/// What the browser says of itself.
#[derive(Clone, Debug, Default)]
pub struct AgentFacts {
    /// Browser family, such as `Firefox`.
    pub browser: Option<String>,
    /// Operating system family, such as `Windows`.
    pub os: Option<String>,
    /// Device class.
    pub class: Option<DeviceClass>,
    /// Major version of the browser.
    pub version: Option<u16>,
    /// Keyed hash of the whole user agent string.
    pub full: Option<u64>,
}

impl AgentFacts {
    /// A key for the pair of families; absent when neither is known.
    pub(crate) fn family_key(&self) -> Option<u32> {
        if self.browser.is_none() && self.os.is_none() {
            return None;
        }
        let parts = [self.browser.as_deref(), self.os.as_deref()];
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for part in parts {
            for byte in part.unwrap_or_default().bytes().chain([0xff]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        Some(fold(hash))
    }
}

/// Folds a 64-bit hash to the 32 bits that counting tables keep.
#[expect(clippy::cast_possible_truncation, reason = "folding is what it is for")]
pub(crate) const fn fold(hash: u64) -> u32 {
    (hash ^ (hash >> 32)) as u32
}

/// What the cookie says about the device, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceProof {
    /// Not measured. Counts neither way.
    Unknown,
    /// A cookie known to this account, at its current value.
    Current,
    /// The browser keeps cookies and carries none that any account knows: its first visit.
    FirstVisit,
    /// No cookie came back.
    Missing,
    /// A cookie that belongs to other accounts only.
    OtherAccount,
    /// A cookie known to this account at a value that was retired: a copy.
    Copied,
}

/// Failed attempts around this one: decayed counts, `None` where nobody counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct FailureFacts {
    /// On the account, half-life one hour.
    pub account_hour: Option<f64>,
    /// On the account, half-life one day.
    pub account_day: Option<f64>,
    /// From the address, half-life one hour.
    pub address_hour: Option<f64>,
    /// From the address, half-life one day.
    pub address_day: Option<f64>,
    /// From the address, half-life one week.
    pub address_week: Option<f64>,
    /// From the familiar network, half-life one day.
    pub network_day: Option<f64>,
    /// With the same user agent, half-life one hour.
    pub agent_hour: Option<f64>,
    /// In the whole tenant, half-life one hour.
    pub tenant_hour: Option<f64>,
    /// Different accounts tried from the address, half-life one day.
    pub address_accounts: Option<f64>,
    /// Different accounts tried from the familiar network, half-life one day.
    pub network_accounts: Option<f64>,
    /// Consecutive failures on the account since its last success.
    pub consecutive: u32,
}

/// What is known of the account.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccountFacts {
    /// Age of the account, seconds.
    pub age_secs: Option<u64>,
    /// Sign-ins accepted so far.
    pub accepted_sign_ins: u64,
    /// Seconds since a factor, the password or the mail address was changed; absent when never or long ago.
    pub credential_changed_secs: Option<u64>,
    /// Whether it holds a role that can change other people's data.
    pub privileged: Option<bool>,
    /// Prompts of the last hour that were not approved; `None` where nobody counts.
    pub prompts_unanswered: Option<f64>,
    /// Recoveries begun within a week, this one included; `None` where nobody counts.
    pub recoveries_begun: Option<f64>,
    /// Seconds since the account was last recovered; absent when never or long ago.
    pub recovered_secs: Option<u64>,
}

/// How much hangs on an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// Little.
    Low,
    /// A sign-in.
    Normal,
    /// Money, credentials, administration.
    High,
}

/// How the form was filled in.
#[derive(Clone, Copy, Debug, Default)]
pub struct BehaviourFacts {
    /// Log-likelihood ratio of the typing rhythm, nats; positive speaks for somebody else. Absent below ten samples.
    pub cadence: Option<f64>,
    /// Milliseconds from showing the form to sending it.
    pub form_millis: Option<u32>,
    /// Round-trip time to the client, milliseconds.
    pub round_trip_millis: Option<f64>,
}

/// A piece of evidence that the development profile forces, shown as forced everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forced {
    /// A browser never seen before.
    NewDevice,
    /// A Tor exit.
    Tor,
    /// A hosting network.
    Hosting,
    /// Too far from the last place for the time between.
    ImpossibleTravel,
    /// A password known to be breached.
    BreachedPassword,
    /// An hour at which this user never signs in.
    OddHour,
    /// A typing rhythm that is not the user's.
    CadenceMismatch,
}

impl Forced {
    /// All of them, in the order in which pages show them.
    pub const ALL: [Self; 7] = [
        Self::NewDevice,
        Self::Tor,
        Self::Hosting,
        Self::ImpossibleTravel,
        Self::BreachedPassword,
        Self::OddHour,
        Self::CadenceMismatch,
    ];

    /// The name in forms and records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NewDevice => "new_device",
            Self::Tor => "tor",
            Self::Hosting => "hosting",
            Self::ImpossibleTravel => "impossible_travel",
            Self::BreachedPassword => "breached_password",
            Self::OddHour => "odd_hour",
            Self::CadenceMismatch => "cadence_mismatch",
        }
    }

    /// The item of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|forced| forced.name() == name)
    }
}
