//! Which authenticator made a passkey, when a verified attestation proves it: against certificates that the operator trusts,
//! or against the FIDO Metadata Service (a BLOB on disk, its signature verified).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use aws_lc_rs::signature::{self, UnparsedPublicKey};
use crypto_glue::traits::{DecodeDer as _, EncodeDer as _};
use crypto_glue::x509::{Certificate, X509Store};
use serde::Deserialize;
use webauthn_rs::prelude::{AttestationCaList, Credential};
use webauthn_rs_core::attestation::verify_attestation_ca_chain;
use webauthn_rs_core::proto::{AttestationMetadata, ParsedAttestationData};

use crate::base::encoding::{from_base64, from_base64url};
use crate::base::timestamp::Timestamp;
use crate::domain::credential::Aaguid;

/// Who signs the BLOB (FIDO Metadata Service v3.1, section 3.2).
const SIGNER: &str = "CN=mds.fidoalliance.org";
/// Reports after which a model is not trusted any more, whatever came later (section 3.1.4).
const DISTRUST: [&str; 5] = [
    "REVOKED",
    "USER_VERIFICATION_BYPASS",
    "ATTESTATION_KEY_COMPROMISE",
    "USER_KEY_REMOTE_COMPROMISE",
    "USER_KEY_PHYSICAL_COMPROMISE",
];

/// Why trust anchors can't be used.
#[derive(Debug, thiserror::Error)]
pub enum AnchorError {
    /// A file can't be read.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    /// A file is not what it should be.
    #[error("{0}: {1}")]
    Format(PathBuf, String),
    /// The metadata is named without the certificate it must be signed under.
    #[error("passkeys.metadata needs passkeys.metadata_root, the root certificate of its signature")]
    NoRoot,
}

/// What attestations are verified against.
#[derive(Debug, Default)]
pub struct TrustAnchors {
    /// Vendors' roots: whatever they attest is believed.
    roots: AttestationCaList,
    /// Models by the metadata.
    models: BTreeMap<Aaguid, Model>,
    /// When the next metadata is due.
    next_update: Option<String>,
}

#[derive(Debug)]
struct Model {
    roots: AttestationCaList,
    /// DER; an attestation certificate may be listed itself.
    certificates: Vec<Vec<u8>>,
    distrusted: bool,
}

impl TrustAnchors {
    /// Reads the configured files.
    ///
    /// # Errors
    /// [`AnchorError`]: an anchor that can't be read is never skipped.
    pub fn load(
        anchors: Option<&Path>,
        metadata: Option<&Path>,
        metadata_root: Option<&Path>,
        now: Timestamp,
    ) -> Result<Self, AnchorError> {
        let mut trusted = Self::default();
        if let Some(path) = anchors {
            for certificate in certificates(path)? {
                let list = AttestationCaList::try_from(certificate.as_bytes())
                    .map_err(|error| AnchorError::Format(path.to_owned(), error.to_string()))?;
                trusted.roots.union(&list);
            }
        }
        match (metadata, metadata_root) {
            (None, _) => {}
            (Some(_), None) => return Err(AnchorError::NoRoot),
            (Some(path), Some(root)) => {
                let blob = read(path)?;
                let format = |reason: String| AnchorError::Format(path.to_owned(), reason);
                let payload =
                    verified_payload(blob.trim(), &root_of(root)?, system_time(now)).map_err(format)?;
                let blob: Blob =
                    serde_json::from_slice(&payload).map_err(|error| format(error.to_string()))?;
                trusted.next_update = blob.next_update;
                trusted.models = blob.entries.into_iter().filter_map(model).collect();
            }
        }
        Ok(trusted)
    }

    /// Whether there is anything to verify against.
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty() && self.models.is_empty()
    }

    /// How many models the metadata knows, and the date its successor is due.
    pub fn metadata(&self) -> (usize, Option<&str>) {
        (self.models.len(), self.next_update.as_deref())
    }

    /// The model that a new credential's attestation proves; `None` when it proves none. The library verified the statement's
    /// signature over the credential already; this verifies who vouches for it.
    pub(super) fn verify(&self, credential: &Credential, now: Timestamp) -> Option<Aaguid> {
        let aaguid = match credential.attestation.metadata {
            AttestationMetadata::Packed { aaguid } | AttestationMetadata::Tpm { aaguid, .. } => {
                Aaguid(aaguid)
            }
            _ => return None,
        };
        let data = &credential.attestation.data;
        let trusts = |list: &AttestationCaList| {
            !list.is_empty()
                && verify_attestation_ca_chain(data, list, system_time(now)).is_ok_and(|ca| ca.is_some())
        };
        match self.models.get(&aaguid) {
            // What the metadata says of a model is final.
            Some(model) => {
                (!model.distrusted && (trusts(&model.roots) || model.lists(data))).then_some(aaguid)
            }
            None => trusts(&self.roots).then_some(aaguid),
        }
    }
}

impl Model {
    /// Whether the attestation certificate itself is listed.
    fn lists(&self, data: &ParsedAttestationData) -> bool {
        let (ParsedAttestationData::Basic(chain) | ParsedAttestationData::AttCa(chain)) = data else {
            return false;
        };
        let leaf = chain.first().and_then(|leaf| leaf.to_der().ok());
        leaf.is_some_and(|leaf| self.certificates.contains(&leaf))
    }
}

fn system_time(now: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(now.secs()).unwrap_or(0))
}

fn read(path: &Path) -> Result<String, AnchorError> {
    std::fs::read_to_string(path).map_err(|error| AnchorError::File(path.to_owned(), error))
}

/// The certificates of a PEM file, each as PEM of its own in lines of 64, which is all that the library reads.
fn certificates(path: &Path) -> Result<Vec<String>, AnchorError> {
    let text = read(path)?;
    let found: Vec<String> = text
        .split("-----BEGIN CERTIFICATE-----")
        .skip(1)
        .filter_map(|rest| rest.split("-----END CERTIFICATE-----").next())
        .map(|body| {
            let digits: Vec<char> = body.chars().filter(|c| !c.is_whitespace()).collect();
            let lines: Vec<String> = digits.chunks(64).map(|line| line.iter().collect()).collect();
            format!(
                "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
                lines.join("\n")
            )
        })
        .collect();
    if found.is_empty() {
        return Err(AnchorError::Format(
            path.to_owned(),
            "no certificate in PEM".to_owned(),
        ));
    }
    Ok(found)
}

fn root_of(path: &Path) -> Result<Certificate, AnchorError> {
    let format = |reason: &dyn std::fmt::Display| AnchorError::Format(path.to_owned(), reason.to_string());
    let text = certificates(path)?.into_iter().next().unwrap_or_default();
    let list = AttestationCaList::try_from(text.as_bytes()).map_err(|error| format(&error))?;
    let root = list.cas().values().next().map(|authority| authority.ca().clone());
    root.ok_or_else(|| format(&"no certificate"))
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    x5c: Vec<String>,
}

/// The payload of a BLOB whose signature and chain hold (section 3.2).
fn verified_payload(blob: &str, root: &Certificate, now: SystemTime) -> Result<Vec<u8>, String> {
    let malformed = || "it is not a signed metadata BLOB".to_owned();
    let (signed, signature) = blob.rsplit_once('.').ok_or_else(malformed)?;
    let (header, payload) = signed.split_once('.').ok_or_else(malformed)?;
    let part = |text: &str| from_base64url(text).ok_or_else(malformed);
    let header: Header = serde_json::from_slice(&part(header)?).map_err(|_| malformed())?;
    let mut chain = Vec::new();
    for certificate in &header.x5c {
        let der = from_base64(certificate).ok_or_else(malformed)?;
        chain.push(Certificate::from_der(&der).map_err(|_| malformed())?);
    }
    let (leaf, rest) = chain.split_first().ok_or_else(malformed)?;
    // The root may stand in the chain too.
    let rest: Vec<Certificate> = rest
        .iter()
        .filter(|certificate| *certificate != root)
        .cloned()
        .collect();
    let mut store = X509Store::new(std::slice::from_ref(root));
    store.leaf_basic_constraints_required(false);
    store
        .verify(leaf, &rest, now)
        .map_err(|error| format!("the chain of its signature does not hold: {error:?}"))?;
    let subject = leaf.tbs_certificate().subject().to_string();
    if !subject.split(',').any(|part| part.trim() == SIGNER) {
        return Err(format!("it is signed by «{subject}», not by the FIDO Alliance"));
    }
    let key = leaf.tbs_certificate().subject_public_key_info();
    let key = key.subject_public_key.as_bytes().ok_or_else(malformed)?;
    let algorithm: &dyn signature::VerificationAlgorithm = match header.alg.as_str() {
        "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
        "ES256" => &signature::ECDSA_P256_SHA256_FIXED,
        other => return Err(format!("its signature algorithm «{other}» is not known")),
    };
    UnparsedPublicKey::new(algorithm, key)
        .verify(signed.as_bytes(), &part(signature)?)
        .map_err(|_| "its signature is not right".to_owned())?;
    part(payload)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Blob {
    next_update: Option<String>,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    /// Absent for U2F and UAF authenticators.
    aaguid: Option<Aaguid>,
    #[serde(default)]
    status_reports: Vec<Report>,
    metadata_statement: Option<Statement>,
}

#[derive(Deserialize)]
struct Report {
    status: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    #[serde(default)]
    attestation_root_certificates: Vec<String>,
}

fn model(entry: Entry) -> Option<(Aaguid, Model)> {
    let statement = entry.metadata_statement?;
    let aaguid = entry.aaguid?;
    let mut list = webauthn_rs::prelude::AttestationCaListBuilder::new();
    let mut certificates = Vec::new();
    for text in statement.attestation_root_certificates {
        // Some entries wrap the text.
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let Some(der) = from_base64(&text) else { continue };
        // One that is not understood vouches for nothing.
        if list
            .insert_device_der(&der, aaguid.0, String::new(), BTreeMap::new())
            .is_ok()
        {
            certificates.push(der);
        }
    }
    let distrusted = entry
        .status_reports
        .iter()
        .any(|report| DISTRUST.contains(&report.status.as_str()));
    Some((
        aaguid,
        Model {
            roots: list.build(),
            certificates,
            distrusted,
        },
    ))
}

#[cfg(test)]
mod tests;
