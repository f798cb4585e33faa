//! The likelihood-ratio score of Freeman et al. (NDSS 2016) with the weights that Wiefling et al. published
//! (doi 10.1145/3546069), as a yardstick. Needs no labels; knows no failures.

/// Counts of one feature: in the user's successes, in all successes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FeatureCounts {
    /// The user's.
    pub own: f64,
    /// All.
    pub all: f64,
}

/// Everything the score needs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FreemanCounts {
    /// Successes of the user so far.
    pub n: f64,
    /// Successes of everybody so far.
    pub total: f64,
    /// Accounts with a success.
    pub users: f64,
    /// Address, provider, country.
    pub network: [FeatureCounts; 3],
    /// Distinct providers and countries seen, plus one.
    pub network_unseen: f64,
    /// User agent, browser, operating system, device class.
    pub client: [FeatureCounts; 4],
    /// Distinct browsers, systems and classes seen, plus one.
    pub client_unseen: f64,
}

const NETWORK: [f64; 3] = [0.6, 0.3, 0.1];
const CLIENT: [f64; 4] = [
    0.538_665_384_055_135_9,
    0.268_045_149_862_566_6,
    0.188_182_951_009_810_4,
    0.005_106_515_081_202_152_5,
];

/// The score: likelihood of the values for everybody over likelihood for this user, times how rarely the account is used.
pub fn score(c: &FreemanCounts) -> f64 {
    let ratio = |features: &[FeatureCounts], weights: &[f64], unseen: f64| {
        let (mut local, mut global) = (0.0, 0.0);
        for (place, (feature, weight)) in features.iter().zip(weights).enumerate() {
            let share = feature.all / c.total;
            let smoothed = match (place, feature.all > 0.0) {
                (0, true) => share * (1.0 - unseen / (c.total + unseen)) * (1.0 - 2.0 / (feature.all + 2.0)),
                (0, false) => 1.0 / (c.total + unseen),
                _ => share,
            };
            local += weight * feature.own / c.n;
            global += weight * smoothed;
        }
        // Nothing of this block was ever seen with this user: a quarter of the global likelihood.
        if local > 0.0 { global / local } else { 4.0 }
    };
    ratio(&c.network, &NETWORK, c.network_unseen) * ratio(&c.client, &CLIENT, c.client_unseen)
        / c.users
        / (c.n / c.total)
}
