//! A soft authenticator with an attestation of its own is verified against its root, and through a metadata BLOB that we sign.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;
use webauthn_authenticator_rs::AuthenticatorBackend as _;
use webauthn_authenticator_rs::softtoken::{AAGUID, SoftToken};

use super::*;
use crate::base::clock::{Clock as _, SystemClock};
use crate::base::encoding::{base64, base64url};
use crate::crypto::webauthn::RelyingParty;
use crate::domain::credential::PasskeyRecord;
use crate::domain::tenant::Attestation;

/// A root, and certificates under it.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    root: Vec<u8>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params
            .distinguished_name
            .push(DnType::CommonName, "Test metadata root");
        let root = params.self_signed(&key).unwrap().der().to_vec();
        Self {
            issuer: Issuer::new(params, key),
            root,
        }
    }

    fn root_pem(&self) -> String {
        pem(&Certificate::from_der(&self.root).unwrap())
    }

    /// A BLOB signed in somebody's name.
    fn blob(&self, payload: &Value, name: &str) -> String {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.distinguished_name.push(DnType::CountryName, "US");
        params.distinguished_name.push(DnType::CommonName, name);
        let leaf = params.signed_by(&key, &self.issuer).unwrap();
        let header = json!({"alg": "ES256", "typ": "JWT", "x5c": [base64(leaf.der()), base64(&self.root)]});
        let signed = format!(
            "{}.{}",
            base64url(header.to_string().as_bytes()),
            base64url(payload.to_string().as_bytes())
        );
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.serialize_der()).unwrap();
        let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", base64url(signature.as_ref()))
    }

    fn trusts(&self, text: &str) -> Result<TrustAnchors, AnchorError> {
        let (blob, root) = (file(text), file(&self.root_pem()));
        TrustAnchors::load(None, Some(blob.path()), Some(root.path()), SystemClock.now())
    }
}

const ALLIANCE: &str = "mds.fidoalliance.org";

fn pem(certificate: &Certificate) -> String {
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        base64(&certificate.to_der().unwrap())
    )
}

fn entries(root: &Certificate, statuses: &[&str]) -> Value {
    let reports: Vec<Value> = statuses.iter().map(|status| json!({"status": status})).collect();
    json!({"no": 1, "nextUpdate": "2099-01-01", "entries": [
        {"attestationCertificateKeyIdentifiers": ["00"], "statusReports": []},
        {
            "aaguid": AAGUID,
            "statusReports": reports,
            "metadataStatement": {"attestationRootCertificates": [base64(&root.to_der().unwrap())]}
        }
    ]})
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

fn by_roots(text: &str) -> Result<TrustAnchors, AnchorError> {
    TrustAnchors::load(Some(file(text).path()), None, None, SystemClock.now())
}

fn enrol(token: &mut SoftToken, wanted: Attestation, anchors: &TrustAnchors) -> PasskeyRecord {
    let origin = Url::parse("https://login.example.com").unwrap();
    let party = RelyingParty::new(&origin, "Test").unwrap();
    let (options, state) = party
        .start_registration(Uuid::from_u128(1), "alice", &[], wanted)
        .unwrap();
    let options: webauthn_rs::prelude::CreationChallengeResponse = serde_json::from_value(options).unwrap();
    let answer = token
        .perform_register(origin, options.public_key, 60_000)
        .unwrap();
    let answer = serde_json::to_string(&answer).unwrap();
    party
        .finish_registration(&state, &answer, (anchors, SystemClock.now()))
        .unwrap()
}

#[test]
fn a_vendors_root_proves_the_model_and_a_stranger_proves_nothing() {
    let (mut token, root) = SoftToken::new(true).unwrap();
    let model = Some(Aaguid(AAGUID));
    let trusted = by_roots(&format!("{}{}", pem(&root), Authority::new().root_pem())).unwrap();
    assert_eq!(enrol(&mut token, Attestation::Required, &trusted).aaguid, model);
    let strangers = by_roots(&Authority::new().root_pem()).unwrap();
    assert_eq!(enrol(&mut token, Attestation::Required, &strangers).aaguid, None);
    let nobody = TrustAnchors::default();
    assert!(nobody.is_empty());
    assert_eq!(enrol(&mut token, Attestation::Preferred, &nobody).aaguid, None);
}

#[test]
fn the_metadata_proves_the_model_unless_it_was_compromised() {
    let (mut token, root) = SoftToken::new(true).unwrap();
    let authority = Authority::new();
    let read = |payload: &Value| authority.trusts(&authority.blob(payload, ALLIANCE)).unwrap();
    let good = read(&entries(&root, &["FIDO_CERTIFIED_L1"]));
    assert_eq!(good.metadata(), (1, Some("2099-01-01")));
    assert_eq!(
        enrol(&mut token, Attestation::Required, &good).aaguid,
        Some(Aaguid(AAGUID))
    );
    for status in DISTRUST {
        let bad = read(&entries(&root, &["FIDO_CERTIFIED", status]));
        assert_eq!(
            enrol(&mut token, Attestation::Required, &bad).aaguid,
            None,
            "{status}"
        );
    }
    // Another token has another root.
    let (_, elsewhere) = SoftToken::new(true).unwrap();
    let other = read(&entries(&elsewhere, &[]));
    assert_eq!(enrol(&mut token, Attestation::Required, &other).aaguid, None);
}

#[test]
fn metadata_that_is_not_signed_by_the_alliance_keeps_the_server_from_starting() {
    let (_, root) = SoftToken::new(true).unwrap();
    let authority = Authority::new();
    let good = authority.blob(&entries(&root, &[]), ALLIANCE);
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (header, _) = signed.split_once('.').unwrap();
    let forged = format!(
        "{header}.{}.{signature}",
        base64url(json!({"entries": []}).to_string().as_bytes())
    );
    for (text, reason) in [
        (
            authority.blob(&entries(&root, &[]), "mds.example.org"),
            "not by the FIDO Alliance",
        ),
        (forged, "signature is not right"),
        (good.replace('.', ""), "not a signed metadata BLOB"),
        ("a.b.c".to_owned(), "not a signed metadata BLOB"),
        (String::new(), "not a signed metadata BLOB"),
    ] {
        let error = authority.trusts(&text).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
    // Signed rightly, but under a root that nobody named.
    let (blob_file, other) = (file(&good), file(&Authority::new().root_pem()));
    let error = TrustAnchors::load(
        None,
        Some(blob_file.path()),
        Some(other.path()),
        SystemClock.now(),
    );
    assert!(error.unwrap_err().to_string().contains("chain"));
    let alone = TrustAnchors::load(None, Some(blob_file.path()), None, SystemClock.now());
    assert!(matches!(alone, Err(AnchorError::NoRoot)));
    assert!(
        by_roots("nothing")
            .unwrap_err()
            .to_string()
            .contains("no certificate")
    );
}
