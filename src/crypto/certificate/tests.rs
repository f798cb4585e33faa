use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, SanType, date_time_ymd,
};

use super::*;

/// 2026-06-01.
const NOW: Timestamp = Timestamp::from_secs(1_780_272_000);

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn pem(authority: &CertifiedIssuer<'static, KeyPair>) -> String {
    let body = crate::base::encoding::base64(authority.as_ref().der());
    format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
}

fn client(change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2026, 12, 1);
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::OrganizationName, "Acme, Inc.");
    params.distinguished_name.push(DnType::CommonName, "payments");
    change(&mut params);
    params
}

fn issued(by: &CertifiedIssuer<'static, KeyPair>, params: &CertificateParams) -> PresentedCertificate {
    let made = params.signed_by(&KeyPair::generate().unwrap(), by).unwrap();
    PresentedCertificate::from_chain([made.der().to_vec()]).unwrap()
}

#[test]
fn rfc8705_2_1_the_subject_is_matched_as_registered() {
    let authority = authority("Root");
    let presented = issued(
        &authority,
        &client(|params| {
            params.subject_alt_names = vec![
                SanType::DnsName("pay.acme.test".try_into().unwrap()),
                SanType::URI("https://acme.test/pay".try_into().unwrap()),
                SanType::IpAddress("192.0.2.7".parse().unwrap()),
                SanType::Rfc822Name("pay@acme.test".try_into().unwrap()),
            ];
        }),
    );
    let read = ClientCertificate::read(&presented).unwrap();
    for fits in [
        ExpectedSubject::Dn(r"CN=payments,O=Acme\, Inc."),
        ExpectedSubject::Dns("PAY.acme.test"),
        ExpectedSubject::Uri("https://acme.test/pay"),
        ExpectedSubject::Ip("192.0.2.7".parse().unwrap()),
        ExpectedSubject::Email("pay@acme.test"),
    ] {
        assert!(read.check_subject(&fits).is_ok(), "{fits:?}");
    }
    for other in [
        ExpectedSubject::Dn("CN=payments"),
        ExpectedSubject::Dn(r"O=Acme\, Inc.,CN=payments"),
        ExpectedSubject::Dns("acme.test"),
        ExpectedSubject::Dns("https://acme.test/pay"),
        ExpectedSubject::Uri("https://acme.test/"),
        ExpectedSubject::Ip("192.0.2.8".parse().unwrap()),
        ExpectedSubject::Email("Pay@acme.test"),
    ] {
        assert!(read.check_subject(&other).is_err(), "{other:?}");
    }
    assert!(is_distinguished_name("CN=a,O=b") && !is_distinguished_name("") && !is_distinguished_name("a"));
}

#[test]
fn rfc8705_2_1_an_authority_vouches_now_and_for_clients() {
    let (trusted, other) = (authority("Root"), authority("Root"));
    let authorities = ClientAuthorities::from_pem(&pem(&trusted)).unwrap();
    let holds = |presented: &PresentedCertificate, now| authorities.check(presented, now).is_ok();
    let good = issued(&trusted, &client(|_| ()));
    assert!(holds(&good, NOW));
    assert!(
        !holds(&good, Timestamp::from_secs(1_767_139_200)),
        "2025-12-31: not yet"
    );
    assert!(
        !holds(&good, Timestamp::from_secs(1_796_256_000)),
        "2026-12-03: expired"
    );
    assert!(
        !holds(&issued(&other, &client(|_| ())), NOW),
        "of another authority with the same name"
    );
    let usage = |purpose| client(|params| params.extended_key_usages = vec![purpose]);
    assert!(holds(
        &issued(&trusted, &usage(ExtendedKeyUsagePurpose::ClientAuth)),
        NOW
    ));
    assert!(!holds(
        &issued(&trusted, &usage(ExtendedKeyUsagePurpose::ServerAuth)),
        NOW
    ));
    assert!(ClientAuthorities::from_pem("").is_err());
    assert!(
        ClientAuthorities::from_pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----").is_err()
    );
}

#[test]
fn intermediates_that_come_along_are_used() {
    let root = authority("Root");
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Issuing");
    let issuing = CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), &root).unwrap();
    let leaf = client(|_| ())
        .signed_by(&KeyPair::generate().unwrap(), &issuing)
        .unwrap();
    let authorities = ClientAuthorities::from_pem(&pem(&root)).unwrap();
    let (leaf, issuing) = (leaf.der().to_vec(), issuing.as_ref().der().to_vec());
    let alone = PresentedCertificate::from_chain([leaf.clone()]).unwrap();
    assert!(authorities.check(&alone, NOW).is_err());
    let whole = PresentedCertificate::from_chain([leaf, issuing]).unwrap();
    assert!(authorities.check(&whole, NOW).is_ok());
}
