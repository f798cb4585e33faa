//! The model: a versioned file that turns evidence into nats, and nats into a score.
//!
//! Every number in it is a whole number (billionths of a nat, millionths of a value), so that reading, hashing and
//! adding give the same bits on every machine.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::assess::Vector;
use super::forest::Forest;
use super::signal::{Group, Signal};
use super::view::View;
use crate::base::encoding::hex;
use crate::base::secret::sha256;

/// Version of the form of model files.
pub const SCHEMA: u32 = 2;

/// A model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Version of this form.
    pub schema: u32,
    /// The model's name and version.
    pub version: String,
    /// What it was trained on.
    pub training: Training,
    /// Share of attacks that priors stand for, parts in a million.
    pub base_rate_ppm: u32,
    /// What it says where certain things are known: the first view whose sources all are speaks.
    pub views: Vec<View>,
    /// What it says where none of them does.
    pub rest: View,
    /// How far all trees together may go either way, billionths of a nat.
    pub correction_cap: i64,
    /// How much of each group's nats counts, thousandths: what a tenant's own labels say of the model. All of it where a group is
    /// not named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<Group, i64>,
    /// Tells sign-ins unlike all others; its answer is the signal [`Signal::Anomaly`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forest: Option<Forest>,
    /// How much of each group's nats each threat vector's own head counts, thousandths.
    pub vectors: BTreeMap<Vector, BTreeMap<Group, i64>>,
    /// SHA-256 of everything above, hexadecimal.
    #[serde(default)]
    pub hash: String,
}

/// Where a model comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Training {
    /// What the data are, in words.
    pub data: String,
    /// Rows it learned from.
    pub rows: u64,
    /// Attacks among them.
    pub attacks: u64,
    /// Time of the first row, RFC 3339.
    pub from: String,
    /// Time of the last row, RFC 3339.
    pub until: String,
    /// Seed of the trainer.
    pub seed: u64,
}

/// Why a model file is refused.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// It is not the JSON of a model.
    #[error("not a model file: {0}")]
    Form(#[from] serde_json::Error),
    /// It was made for another version of this program.
    #[error("model schema {0} is not known here (this program reads {SCHEMA})")]
    Schema(u32),
    /// Its content was changed after it was made.
    #[error("the model's content hash is {found}, the file says {said}")]
    Hash {
        /// What the content gives.
        found: String,
        /// What the file says.
        said: String,
    },
    /// Knots or anchors don't rise, or there are none.
    #[error("{0}")]
    Shape(String),
}

impl Model {
    /// The model that is compiled in.
    pub fn builtin() -> &'static Self {
        #[expect(clippy::expect_used, reason = "compiled in, and a test reads it")]
        static BUILTIN: LazyLock<Model> = LazyLock::new(|| {
            Model::parse(include_str!("../../config/models/default.json"))
                .expect("the compiled-in model is sound")
        });
        &BUILTIN
    }

    /// Reads a model file and checks its hash and shape.
    pub fn parse(text: &str) -> Result<Self, ModelError> {
        /// What every form of model files says.
        #[derive(Deserialize)]
        struct Form {
            schema: u32,
        }
        let Form { schema } = serde_json::from_str(text)?;
        if schema != SCHEMA {
            return Err(ModelError::Schema(schema));
        }
        let mut model: Self = serde_json::from_str(text)?;
        let found = model.content_hash()?;
        if found != model.hash {
            return Err(ModelError::Hash {
                found,
                said: model.hash,
            });
        }
        model.check_shape()?;
        model
            .views
            .iter_mut()
            .chain([&mut model.rest])
            .for_each(View::mark_used);
        Ok(model)
    }

    /// The file's text, hash included.
    pub fn to_json(&self) -> Result<String, ModelError> {
        let mut sealed = self.clone();
        sealed.hash = self.content_hash()?;
        Ok(serde_json::to_string(&sealed)?)
    }

    /// SHA-256 of the content as compact JSON with an empty hash.
    pub fn content_hash(&self) -> Result<String, ModelError> {
        let mut bare = self.clone();
        bare.hash = String::new();
        Ok(hex(&sha256(serde_json::to_string(&bare)?.as_bytes())))
    }

    fn check_shape(&self) -> Result<(), ModelError> {
        if self.weights.values().any(|weight| !(0..=4_000).contains(weight)) {
            return Err(ModelError::Shape("weights lie between 0 and 4000".into()));
        }
        if !self.rest.knows.is_empty() || self.views.iter().any(|view| view.knows.is_empty()) {
            return Err(ModelError::Shape(
                "each view but the rest's says what it knows".into(),
            ));
        }
        self.all_views().try_for_each(View::check_shape)
    }

    /// Whether a signal can change anything in some view.
    pub fn uses(&self, signal: Signal) -> bool {
        self.all_views().any(|view| view.uses(signal))
    }

    /// The view that speaks of an attempt. `has` tells whether a signal could be derived.
    pub fn view(&self, has: impl Fn(Signal) -> bool) -> &View {
        self.views
            .iter()
            .find(|view| view.serves(&has))
            .unwrap_or(&self.rest)
    }

    /// Every view.
    pub fn all_views(&self) -> impl Iterator<Item = &View> {
        self.views.iter().chain([&self.rest])
    }

    /// A model of views that were made here.
    pub(super) fn assemble(
        version: &str,
        training: Training,
        (mut views, mut rest): (Vec<View>, View),
        vectors: BTreeMap<Vector, BTreeMap<Group, i64>>,
    ) -> Self {
        const NAT: i64 = 1_000_000_000;
        views.iter_mut().chain([&mut rest]).for_each(View::mark_used);
        Self {
            schema: SCHEMA,
            version: version.to_owned(),
            training,
            base_rate_ppm: 1_000,
            views,
            rest,
            correction_cap: 3 * NAT,
            weights: BTreeMap::new(),
            forest: None,
            vectors,
            hash: String::new(),
        }
    }
}
