//! One row of a sign-in log in the form of the public RBA data set (doi 10.1145/3546069), with the optional columns
//! that begin with an X.

use std::net::IpAddr;

use crate::base::net::{ClientIp, IpScope};
use crate::base::timestamp::Timestamp;
use crate::risk::visit::{
    AddressFacts, AgentFacts, BehaviourFacts, CountryCode, DeviceClass, GeoPoint, NetworkKind, Visit,
};

/// The account under which the data set files attempts on accounts that don't exist.
pub const UNKNOWN_ACCOUNT: &str = "-4324475583306591935";

/// A row, with texts that are only compared already hashed.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Its number in the file.
    pub index: u64,
    /// When.
    pub at: Timestamp,
    /// Hash of the account.
    pub user: u64,
    /// Whether it is the bin for unknown accounts.
    pub unknown_account: bool,
    /// Round-trip time, milliseconds.
    pub round_trip: Option<f64>,
    /// The address as text.
    pub ip: String,
    /// Hash of the address.
    pub ip_key: u64,
    /// Country, two letters.
    pub country: String,
    /// Autonomous system.
    pub asn: Option<u32>,
    /// Hash of the user agent.
    pub agent: u64,
    /// Browser with version.
    pub browser: String,
    /// Operating system with version.
    pub os: String,
    /// Device class.
    pub device: String,
    /// Whether the password was right.
    pub success: bool,
    /// Whether it was a takeover. The label, never an input.
    pub takeover: bool,
    /// Kind of network.
    pub kind: Option<NetworkKind>,
    /// Coordinates.
    pub point: Option<(f64, f64)>,
    /// Whether the log says anything about device cookies.
    pub has_token_column: bool,
    /// Hash of the device cookie that came with it.
    pub token: Option<u64>,
    /// The label's detail, never an input.
    pub class: Class,
}

/// What kind of attack a takeover was, where the log says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The owner, or nobody knows.
    #[default]
    Honest,
    /// Infrastructure abroad.
    Naive,
    /// The victim's country through hosting, another provider or a residential proxy.
    Vpn,
    /// The victim's provider and city, same families.
    Targeted,
    /// The same network and the exact user agent.
    VeryTargeted,
    /// A phishing proxy.
    Aitm,
    /// Exactly what the victim would send: must not be detectable.
    OwnNet,
    /// A takeover without detail.
    Takeover,
}

impl Class {
    /// The detectable classes, over which the macro average goes, then the canary.
    pub const DETAILED: [Self; 6] = [
        Self::Naive,
        Self::Vpn,
        Self::Targeted,
        Self::VeryTargeted,
        Self::Aitm,
        Self::OwnNet,
    ];

    /// The name in logs and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Honest => "legit",
            Self::Naive => "att-naive",
            Self::Vpn => "att-vpn",
            Self::Targeted => "att-targeted",
            Self::VeryTargeted => "att-verytargeted",
            Self::Aitm => "att-aitm",
            Self::OwnNet => "att-ownnet",
            Self::Takeover => "takeover",
        }
    }

    /// Its weight in the headline mix.
    pub const fn mix_weight(self) -> f64 {
        match self {
            Self::Naive => 0.60,
            Self::Vpn => 0.08,
            Self::Targeted => 0.07,
            Self::VeryTargeted | Self::OwnNet => 0.10,
            Self::Aitm => 0.05,
            Self::Honest | Self::Takeover => 0.0,
        }
    }

    /// The class by the label and its detail.
    pub fn of(takeover: bool, detail: &str) -> Self {
        if !takeover {
            return Self::Honest;
        }
        Self::DETAILED
            .into_iter()
            .find(|class| class.name() == detail)
            .unwrap_or(Self::Takeover)
    }
}

/// Which columns the engine is not shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hide {
    /// The device token.
    pub token: bool,
    /// Kind of network and coordinates.
    pub place: bool,
    /// Provider and country: what a server without databases lacks.
    pub databases: bool,
}

/// A hash for texts that are only compared (FNV-1a with a final mix).
pub fn hash(text: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}

/// A name without its last word, which is the version.
pub(crate) fn family(name: &str) -> &str {
    name.rsplit_once(' ').map_or("", |(family, _)| family)
}

impl Row {
    /// Whether it belongs to the population that is scored: a right password on a known account.
    pub const fn is_success_of_a_known_account(&self) -> bool {
        self.success && !self.unknown_account
    }

    /// The facts that stand in the row itself.
    pub(super) fn visit(&self, hide: Hide) -> Visit {
        let ip = self.ip.parse::<IpAddr>().ok().map(ClientIp::new);
        let network = ip.map(|ip| hash(&ip.familiar_network().to_string()));
        let block = ip.map(|ip| hash(&ip.regional_network().to_string()));
        let point = self
            .point
            .filter(|_| !hide.place)
            .map(|(latitude, longitude)| GeoPoint {
                latitude,
                longitude,
                radius_km: 25.0,
            });
        let word = |name: &str| (!name.is_empty()).then(|| name.to_owned());
        Visit {
            address: AddressFacts {
                // The published log replaces addresses by made-up ones, private ranges included.
                scope: Some(IpScope::Public),
                address: Some(self.ip_key),
                network,
                block,
                asn: self.asn.filter(|_| !hide.databases),
                country: CountryCode::parse(&self.country).filter(|_| !hide.databases),
                point,
                kind: self.kind.filter(|_| !hide.place),
                ..AddressFacts::default()
            },
            agent: AgentFacts {
                browser: word(family(&self.browser)),
                os: word(family(&self.os)),
                class: device_class(&self.device),
                version: major(&self.browser),
                full: Some(self.agent),
            },
            behaviour: BehaviourFacts {
                round_trip_millis: self.round_trip,
                ..BehaviourFacts::default()
            },
            ..Visit::unknown(self.at)
        }
    }
}

fn major(browser: &str) -> Option<u16> {
    let version = browser.rsplit(' ').next()?;
    version.split(['.', '/']).next()?.parse().ok()
}

fn device_class(name: &str) -> Option<DeviceClass> {
    match name {
        "desktop" => Some(DeviceClass::Desktop),
        "mobile" => Some(DeviceClass::Mobile),
        "tablet" => Some(DeviceClass::Tablet),
        "bot" => Some(DeviceClass::Bot),
        "" => None,
        _ => Some(DeviceClass::Other),
    }
}
