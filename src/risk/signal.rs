//! The signals the engine knows, each a number derived from facts and history.

use serde::{Deserialize, Serialize};

macro_rules! signals {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $group:ident, $monotone:literal;)*) => {
        /// A signal. The code is its name in models, records and explanations and never changes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Signal {$(
            $(#[$doc])*
            #[serde(rename = $code)]
            $name,
        )*}

        impl Signal {
            /// Every signal, in a fixed order.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// The name in models and records.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// What it is about.
            pub const fn group(self) -> Group {
                match self { $(Self::$name => Group::$group),* }
            }

            /// Whether a greater value may only raise the risk, in terms and in trees. Other signals mean different things
            /// together: a new address is usual with a mobile carrier, and less so with an old provider at home; the rarity of
            /// a network is weighed by all that is known, since attackers of one person choose what is common there.
            pub const fn rises(self) -> bool {
                match self { $(Self::$name => $monotone),* }
            }
        }
    };
}

/// What a signal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// The browser and its cookie.
    Device,
    /// Address, provider, kind of network.
    Network,
    /// Place and travel.
    Place,
    /// Failed attempts around this one.
    Failures,
    /// Lists.
    Feed,
    /// Habits: hours, gaps, rhythm.
    Habit,
    /// The account and its history.
    Account,
    /// What is being done.
    Action,
    /// What the tenant sees in general.
    Tenant,
    /// A session against how it began.
    Session,
    /// Prompts sent to a device.
    Prompts,
    /// The way back into an account.
    Recovery,
    /// A client acting for itself.
    Machine,
    /// Accounts that are made.
    SignUp,
}

impl Signal {
    /// Whether a value is worth naming as a reason: a provider that is known, or a country half the tenant signs in from, may add
    /// to the risk together with others, but nobody would understand it as what was wrong.
    pub fn is_notable(self, value: f64) -> bool {
        /// ln 20: one sign-in in twenty has it.
        const UNCOMMON: f64 = 3.0;
        match self {
            Self::AddressRarity | Self::AsnRarity | Self::CountryRarity | Self::AgentRarity => {
                value > UNCOMMON
            }
            Self::AddressNovelty
            | Self::SubnetNovelty
            | Self::AsnNovelty
            | Self::CountryNovelty
            | Self::KindNovelty
            | Self::PlaceNovelty
            | Self::AgentNovelty
            | Self::FamilyNovelty
            | Self::NetworkKind
            | Self::Device => value > 0.0,
            _ => true,
        }
    }
}

impl Group {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Device,
        Self::Network,
        Self::Place,
        Self::Failures,
        Self::Feed,
        Self::Habit,
        Self::Account,
        Self::Action,
        Self::Tenant,
        Self::Session,
        Self::Prompts,
        Self::Recovery,
        Self::Machine,
        Self::SignUp,
    ];

    /// The name in models and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Network => "network",
            Self::Place => "place",
            Self::Failures => "failures",
            Self::Feed => "feed",
            Self::Habit => "habit",
            Self::Account => "account",
            Self::Action => "action",
            Self::Tenant => "tenant",
            Self::Session => "session",
            Self::Prompts => "prompts",
            Self::Recovery => "recovery",
            Self::Machine => "machine",
            Self::SignUp => "sign_up",
        }
    }
}

signals! {
    /// What the cookie proves: 0 current, 1 first visit, 2 missing, 3 of another account, 4 a copy.
    Device = "device", Device, true;
    /// Share of this user's sign-ins that came with a cookie, when this one comes without: habit against the missing proof.
    DeviceHabit = "device_habit", Device, true;
    /// Log-likelihood ratio of address, provider and country: population and attackers against this user.
    NetworkBackoff = "network_backoff", Network, true;
    /// Log-likelihood ratio of user agent and families: population and attackers against this user.
    AgentBackoff = "agent_backoff", Device, true;
    /// ln(1 + decayed sign-ins of this user).
    History = "history", Account, false;
    /// Share of the user's sign-ins that did not come from this address.
    AddressNovelty = "address_novelty", Network, false;
    /// Share that did not come from this familiar network.
    SubnetNovelty = "subnet_novelty", Network, false;
    /// Share that did not come through this provider.
    AsnNovelty = "asn_novelty", Network, false;
    /// Share that did not come from this country.
    CountryNovelty = "country_novelty", Place, true;
    /// Share that did not come from this kind of network.
    KindNovelty = "kind_novelty", Network, true;
    /// Share that did not come from this square of the map.
    PlaceNovelty = "place_novelty", Place, false;
    /// Share that did not come with this very user agent.
    AgentNovelty = "agent_novelty", Device, true;
    /// Share that did not come with this browser and operating system.
    FamilyNovelty = "family_novelty", Device, true;
    /// Major browser version against the last seen of this family: negative is older.
    VersionStep = "version_step", Device, false;
    /// Kind of network, by its place in the list of kinds.
    NetworkKind = "network_kind", Network, false;
    /// ln(1 + failures from the address, one hour).
    AddressFailuresHour = "address_failures_hour", Failures, true;
    /// ln(1 + failures from the address, one day).
    AddressFailuresDay = "address_failures_day", Failures, true;
    /// ln(1 + failures from the address, one week).
    AddressFailuresWeek = "address_failures_week", Failures, true;
    /// ln(1 + failures from the familiar network, one day).
    SubnetFailuresDay = "subnet_failures_day", Failures, true;
    /// ln of failures over successes of the provider, smoothed.
    AsnFailures = "asn_failures", Failures, true;
    /// ln of failures over successes of the country, smoothed.
    CountryFailures = "country_failures", Failures, true;
    /// ln of failures over successes with this user agent, smoothed.
    AgentFailures = "agent_failures", Failures, true;
    /// ln(1 + failures on the account, one hour).
    AccountFailuresHour = "account_failures_hour", Failures, false;
    /// ln(1 + failures on the account, one day).
    AccountFailuresDay = "account_failures_day", Failures, false;
    /// ln(1 + other accounts tried from the address).
    AddressAccounts = "address_accounts", Failures, false;
    /// ln(1 + other accounts tried from the familiar network).
    SubnetAccounts = "subnet_accounts", Failures, false;
    /// −ln of the address's share of the tenant's sign-ins.
    AddressRarity = "address_rarity", Tenant, false;
    /// −ln of the provider's share of the tenant's sign-ins.
    AsnRarity = "asn_rarity", Tenant, false;
    /// −ln of the country's share.
    CountryRarity = "country_rarity", Tenant, false;
    /// −ln of the user agent's share.
    AgentRarity = "agent_rarity", Tenant, true;
    /// On a list of Tor exits: 0 or 1.
    Tor = "tor", Feed, true;
    /// On a list of VPNs and proxies: 0 or 1.
    Anonymizer = "anonymizer", Feed, true;
    /// On a list of hosting ranges: 0 or 1.
    Hosting = "hosting", Feed, true;
    /// On a reputation list: 0 or 1.
    Reputation = "reputation", Feed, true;
    /// ln(1 + kilometres from the last place).
    Distance = "distance", Place, true;
    /// Kilometres an hour from the last place over 900, when far, on another device, and neither place is known; else 0.
    Travel = "travel", Place, true;
    /// −ln of the hour's likelihood under the user's habits, against an even week.
    Hour = "hour", Habit, true;
    /// ln(1 + hours since the last sign-in).
    Gap = "gap", Habit, false;
    /// Log-likelihood ratio of the typing rhythm.
    Cadence = "cadence", Habit, true;
    /// Fewer than 1.2 seconds from form to answer: 0 to 1.
    FormHaste = "form_haste", Habit, true;
    /// Milliseconds of round trip, ln.
    RoundTrip = "round_trip", Network, false;
    /// Password on a list of breached ones: 0 or 1.
    BreachedPassword = "breached_password", Account, true;
    /// A factor, password or address changed within a day: 1 fading to 0.
    CredentialChange = "credential_change", Account, true;
    /// Younger than a day: 1 fading to 0 over a week.
    AccountYouth = "account_youth", Account, true;
    /// Holds a role over other people's data: 0 or 1.
    Privileged = "privileged", Account, true;
    /// How much hangs on the action: −1, 0, 1.
    Sensitivity = "sensitivity", Action, true;
    /// ln of the tenant's failure rate over its usual.
    Climate = "climate", Tenant, true;
    /// What the second pass found around this account or network, nats: 0 when it looked and found nothing.
    Campaign = "campaign", Tenant, true;
    /// The session's network against the one it was last used from: 0 the same, 1 near, 2 another provider, 3 another country.
    SessionNetwork = "session_network", Session, true;
    /// The session's agent against the one it was last used with: 0 the same, 1 another version, 2 another family.
    SessionAgent = "session_agent", Session, true;
    /// A cookie or token of the session that had been replaced came back: 0 or 1.
    TokenReuse = "token_reuse", Session, true;
    /// ln(1 + prompts of the last hour that were not approved).
    Prompts = "prompts", Prompts, true;
    /// ln(1 + recoveries of this account that were begun within a week).
    RecoveryAttempts = "recovery_attempts", Recovery, true;
    /// The account was recovered within a week: 1 fading to 0.
    Recovered = "recovered", Recovery, true;
    /// ln of the user's sign-ins over the addresses they came from, when this address is new: how surprising a new one is for
    /// somebody who changes seldom. 0 for a known address.
    AddressChurn = "address_churn", Network, false;
    /// The same for familiar networks.
    SubnetChurn = "subnet_churn", Network, false;
    /// The same for user agents.
    AgentChurn = "agent_churn", Device, true;
    /// ln of the user's sign-ins over those from the block around the address (/16 or /32), smoothed.
    BlockNovelty = "block_novelty", Network, false;
    /// How surprising another address is after the time since the user was last at this provider, by how long addresses last
    /// there, nats; negative when it is the same or a known one.
    AddressTenure = "address_tenure", Network, false;
    /// The same for the user agent within its family.
    AgentTenure = "agent_tenure", Device, true;
    /// How easily the isolation forest tells this sign-in from all others: 0.5 is usual, towards 1 is alone.
    Anomaly = "anomaly", Habit, true;
    /// ln of the client's tokens in the last hour over its usual, at least 0.
    TokenRate = "token_rate", Machine, true;
    /// Asks for a scope that this client never asked for: 0 or 1.
    ScopeNovelty = "scope_novelty", Machine, true;
    /// Age of the client's secret, years.
    SecretAge = "secret_age", Machine, true;
    /// A challenge that costs a computer work was left unsolved: 0 or 1.
    WorkUnsolved = "work_unsolved", SignUp, true;
    /// A field that people don't see was filled in: 0 or 1.
    Honeypot = "honeypot", SignUp, true;
    /// The mail address is one that is thrown away after use: 0 or 1.
    DisposableAddress = "disposable_address", SignUp, true;
    /// ln(1 + sign-ups begun from the address, one hour).
    AddressSignUps = "address_sign_ups", SignUp, true;
    /// ln(1 + sign-ups begun from the familiar network, one day).
    SubnetSignUps = "subnet_sign_ups", SignUp, true;
    /// ln of the provider's sign-ups in the last hour over its usual, at least 0.
    AsnSignUps = "asn_sign_ups", SignUp, true;
    /// ln of the tenant's sign-ups in the last hour over its usual, at least 0.
    TenantSignUps = "tenant_sign_ups", SignUp, true;
}
