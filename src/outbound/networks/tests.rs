//! Files as they come, and as they should not.

use super::*;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn lists_of_every_form() {
    let text = "# comment\n198.51.100.7\n203.0.113.0/24 ; SBL1\nExitAddress 192.0.2.9 2026-01-01\n2001:db8::/32\nnonsense\n0.0.0.0/0";
    let list = List::parse(text, Timestamp::EPOCH).unwrap();
    for hit in [
        "198.51.100.7",
        "203.0.113.200",
        "192.0.2.9",
        "2001:db8:1::1",
        "::ffff:198.51.100.7",
    ] {
        assert!(list.contains(ip(hit)), "{hit}");
    }
    assert!(!list.contains(ip("198.51.100.8")) && !list.contains(ip("8.8.8.8")));
}

/// A feed that would fill the memory is refused before it is read.
#[test]
fn gigantic_and_empty_feeds_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let huge = dir.path().join("huge");
    std::fs::File::create(&huge)
        .unwrap()
        .set_len(MAX_LIST_BYTES + 1)
        .unwrap();
    assert!(check_file("tor", &huge).unwrap_err().contains("bytes are more"));
    let many = "192.0.2.1\n".repeat(MAX_LINES + 1);
    assert!(List::parse(&many, Timestamp::EPOCH).is_err());
    let page = dir.path().join("page");
    std::fs::write(&page, "<html><body>Sign in to download</body></html>").unwrap();
    assert!(check_file("tor", &page).unwrap_err().contains("no address"));
    std::fs::write(&page, "192.0.2.1").unwrap();
    assert!(check_file("tor", &page).is_ok() && check_file("asn", &page).is_err());
}

#[test]
fn what_is_not_configured_is_unknown_and_what_is_broken_is_named() {
    let networks = Networks::load(NetworkFiles::default());
    assert_eq!(networks.look_up(ip("8.8.8.8")), AddressFacts::default());
    let dir = tempfile::tempdir().unwrap();
    let city = dir.path().join("city.mmdb");
    std::fs::write(&city, "not a database").unwrap();
    let tor = dir.path().join("tor");
    let files = NetworkFiles {
        city: Some(city),
        tor: Some(tor.clone()),
        ..NetworkFiles::default()
    };
    let networks = Networks::load(files);
    assert_eq!(networks.broken(), ["city", "tor"]);
    std::fs::write(&tor, "8.8.8.8\n").unwrap();
    assert!(networks.reload_if_changed());
    assert!(!networks.reload_if_changed());
    assert_eq!(networks.broken(), ["city"]);
    assert_eq!(
        networks.look_up(ip("8.8.8.8")).tor.map(|listed| listed.hit),
        Some(true)
    );
}

#[test]
fn absurd_coordinates_are_unknown() {
    assert_eq!(coordinates(Some(91.0), Some(0.0)), None);
    assert_eq!(coordinates(Some(f64::NAN), Some(0.0)), None);
    assert_eq!(coordinates(Some(1.0), None), None);
}
