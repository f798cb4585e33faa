//! Whether a password is among those that became known: by a service that sees only the first five digits of its SHA-1
//! (k-anonymity range API, as Have I Been Pwned and its mirrors speak it), or by a file of hashes in order.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_lc_rs::digest;
use url::Url;

use super::fetch::Fetcher;
use crate::base::encoding::hex;

/// How long a sign-in or a change of password waits for the answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// Largest answer of a range service: about a thousand hashes and their padding.
const MAX_RANGE: usize = 256 * 1024;
/// Digits of a SHA-1.
const DIGITS: usize = 40;
/// Digits that leave this process.
const PREFIX: usize = 5;
/// Longest line of a file: hash, colon, count, line end.
const MAX_LINE: u64 = 64;

/// Why a list can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BreachedError {
    /// The file can't be read.
    #[error("the list of breached passwords {0}: {1}")]
    File(PathBuf, std::io::Error),
    /// It is not such a list.
    #[error("{0} is not a list of SHA-1 hashes in order, one «HASH:COUNT» a line")]
    Format(PathBuf),
    /// Both are configured, and they may disagree.
    #[error("name a range service or a file of breached passwords, not both")]
    Both,
}

/// The list.
#[derive(Debug)]
pub enum BreachedPasswords {
    /// None is configured.
    None,
    /// A range service.
    Range {
        /// The prefix of five digits is appended to it.
        base: Url,
        /// Fetches from addresses that the operator named.
        fetcher: Fetcher,
    },
    /// A file, opened anew for each lookup: a newer one that is moved into its place is used at once.
    File(PathBuf),
}

impl BreachedPasswords {
    /// The list that a configuration names.
    ///
    /// # Errors
    /// [`BreachedError`]; a file is looked at, a service is not called.
    pub fn open(range: Option<Url>, file: Option<PathBuf>, fetcher: Fetcher) -> Result<Self, BreachedError> {
        match (range, file) {
            (Some(_), Some(_)) => Err(BreachedError::Both),
            (Some(base), None) => Ok(Self::Range { base, fetcher }),
            (None, Some(path)) => {
                check_file(&path)?;
                Ok(Self::File(path))
            }
            (None, None) => Ok(Self::None),
        }
    }

    /// Whether a password, already normalised, is on the list; `None` when nobody can say. The reason is logged, the password
    /// never.
    pub async fn lists(&self, password: &str) -> Option<bool> {
        let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
        let hash = hex(digest.as_ref()).to_ascii_uppercase();
        let found = match self {
            Self::None => return None,
            Self::Range { base, fetcher } => in_range(base, fetcher, &hash).await,
            Self::File(path) => {
                let path = path.clone();
                let search = tokio::task::spawn_blocking(move || search(&path, &hash));
                match tokio::time::timeout(PATIENCE, search).await {
                    Ok(Ok(found)) => found.map_err(|error| error.to_string()),
                    Ok(Err(error)) => Err(error.to_string()),
                    Err(_) => Err("no answer in time".to_owned()),
                }
            }
        };
        found
            .inspect_err(|reason| tracing::warn!(%reason, "breached passwords cannot be looked up"))
            .ok()
    }
}

async fn in_range(base: &Url, fetcher: &Fetcher, hash: &str) -> Result<bool, String> {
    let (prefix, suffix) = hash.split_at(PREFIX);
    let address = format!("{}/{prefix}", base.as_str().trim_end_matches('/'));
    // Padding hides in the length of the answer which prefix was asked for.
    let headers = [("Add-Padding", "true")];
    let answer = fetcher.text_with(&address, &headers, MAX_RANGE);
    let answer = tokio::time::timeout(PATIENCE, answer)
        .await
        .map_err(|_| "no answer in time".to_owned())?
        .map_err(|error| error.to_string())?;
    Ok(answer.lines().any(|line| is_entry(line, suffix)))
}

/// Whether a line tells that a hash was seen. Lines that count nothing are padding.
fn is_entry(line: &str, hash: &str) -> bool {
    let (found, count) = line.trim().split_once(':').unwrap_or((line.trim(), "1"));
    found.eq_ignore_ascii_case(hash) && count.trim() != "0"
}

fn check_file(path: &Path) -> Result<(), BreachedError> {
    let broken = |error| BreachedError::File(path.to_owned(), error);
    let mut file = File::open(path).map_err(broken)?;
    let end = file.metadata().map_err(broken)?.len();
    let first = line_from(&mut file, 0).map_err(broken)?;
    let last = line_from(&mut file, end.saturating_sub(MAX_LINE)).map_err(broken)?;
    let is_hash = |line: &str| {
        line.get(..DIGITS)
            .is_some_and(|hash| hash.bytes().all(|digit| digit.is_ascii_hexdigit()))
    };
    let in_order = first.get(..DIGITS) <= last.get(..DIGITS);
    if is_hash(&first) && (last.is_empty() || (is_hash(&last) && in_order)) {
        Ok(())
    } else {
        Err(BreachedError::Format(path.to_owned()))
    }
}

/// The first whole line at or after a place; empty at the end of the file.
fn line_from(file: &mut File, at: u64) -> std::io::Result<String> {
    // One byte earlier: a line that begins exactly here is whole.
    file.seek(SeekFrom::Start(at.saturating_sub(1)))?;
    let mut reader = BufReader::with_capacity(256, file).take(MAX_LINE * 2);
    let mut line = Vec::new();
    if at > 0 {
        reader.read_until(b'\n', &mut line)?;
        line.clear();
    }
    reader.read_until(b'\n', &mut line)?;
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

/// Halves the file until the hash is met or can't be there. Lines are in order of their hashes.
fn search(path: &Path, hash: &str) -> std::io::Result<bool> {
    let mut file = File::open(path)?;
    let (mut low, mut high) = (0, file.metadata()?.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let line = line_from(&mut file, middle)?;
        let found = line.get(..DIGITS).unwrap_or_default().to_ascii_uppercase();
        if found == hash {
            return Ok(is_entry(&line, hash));
        }
        // What begins before `middle` is left of the line that was read; an empty line is the end.
        if found.is_empty() || found.as_str() > hash {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn sha1(text: &str) -> String {
        hex(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()).as_ref()).to_ascii_uppercase()
    }

    fn list(lines: &[String], ending: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        for line in lines {
            write!(file, "{line}{ending}").unwrap();
        }
        file.flush().unwrap();
        file
    }

    fn fetcher() -> Fetcher {
        crate::crypto::install_providers();
        Fetcher::new(None, super::super::fetch::Reach::Operators).unwrap()
    }

    #[tokio::test]
    async fn every_line_of_a_file_is_found_and_nothing_else() {
        let mut lines: Vec<String> = (0..500)
            .map(|n| format!("{}:{}", sha1(&n.to_string()), n + 1))
            .collect();
        lines.sort();
        for ending in ["\n", "\r\n"] {
            let file = list(&lines, ending);
            let listed = BreachedPasswords::open(None, Some(file.path().to_owned()), fetcher()).unwrap();
            for n in 0..500 {
                assert_eq!(listed.lists(&n.to_string()).await, Some(true), "{n}");
            }
            for n in 500..1000 {
                assert_eq!(listed.lists(&n.to_string()).await, Some(false), "{n}");
            }
        }
        let one = list(&lines[..1], "\n");
        let listed = BreachedPasswords::open(None, Some(one.path().to_owned()), fetcher()).unwrap();
        assert_eq!(listed.lists("500").await, Some(false));
    }

    #[tokio::test]
    async fn a_file_that_is_gone_is_unknown_and_one_that_is_none_is_refused() {
        let file = list(&[format!("{}:3", sha1("a"))], "\n");
        let listed = BreachedPasswords::open(None, Some(file.path().to_owned()), fetcher()).unwrap();
        assert_eq!(listed.lists("a").await, Some(true));
        file.close().unwrap();
        assert_eq!(listed.lists("a").await, None);
        for text in ["", "password", "5F4DCC3B5AA765D61D8327DEB882CF99:1"] {
            let file = list(&[text.to_owned()], "\n");
            let opened = BreachedPasswords::open(None, Some(file.path().to_owned()), fetcher());
            assert!(matches!(opened, Err(BreachedError::Format(_))), "{text}");
        }
        let unordered = list(
            &[format!("{}:1", sha1("b")), format!("{}:1", "0".repeat(40))],
            "\n",
        );
        assert!(BreachedPasswords::open(None, Some(unordered.path().to_owned()), fetcher()).is_err());
    }

    /// A service on loopback that answers one request and tells what it was sent.
    fn service(answer: String) -> (Url, std::thread::JoinHandle<String>) {
        use std::io::Read as _;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}/range/", listener.local_addr().unwrap());
        let seen = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut request, mut byte) = (Vec::new(), [0]);
            while !request.ends_with(b"\r\n\r\n") {
                stream.read_exact(&mut byte).unwrap();
                request.extend_from_slice(&byte);
            }
            stream.write_all(answer.as_bytes()).unwrap();
            String::from_utf8(request).unwrap()
        });
        (Url::parse(&base).unwrap(), seen)
    }

    #[tokio::test]
    async fn a_range_service_sees_five_digits_and_its_failure_is_unknown() {
        let hash = sha1("a known password");
        let body = format!(
            "{}:0\r\n{}:12\r\n",
            sha1("padding").split_at(PREFIX).1,
            hash.split_at(PREFIX).1
        );
        let good = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        let bad = "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n".to_owned();
        for (answer, password, found) in [
            (good.clone(), "a known password", Some(true)),
            (good, "another password", Some(false)),
            (bad, "a known password", None),
        ] {
            let (base, seen) = service(answer);
            let listed = BreachedPasswords::open(Some(base), None, fetcher()).unwrap();
            assert_eq!(listed.lists(password).await, found, "{password}");
            let request = seen.join().unwrap();
            let hash = sha1(password);
            let (prefix, suffix) = hash.split_at(PREFIX);
            assert!(
                request.starts_with(&format!("GET /range/{prefix} HTTP/1.1\r\n")),
                "{request}"
            );
            assert!(
                request.to_ascii_lowercase().contains("add-padding: true"),
                "{request}"
            );
            assert!(!request.to_ascii_uppercase().contains(suffix), "{request}");
        }
        let nobody = Url::parse("http://127.0.0.1:9/").unwrap();
        let listed = BreachedPasswords::open(Some(nobody), None, fetcher()).unwrap();
        assert_eq!(listed.lists("a").await, None);
    }

    #[test]
    fn padding_is_not_an_entry() {
        assert!(is_entry(
            "0018A45C4D1DEF81644B54AB7F969B88D65:10",
            "0018a45c4d1def81644b54ab7f969b88d65"
        ));
        assert!(!is_entry(
            "0018A45C4D1DEF81644B54AB7F969B88D65:0",
            "0018A45C4D1DEF81644B54AB7F969B88D65"
        ));
        assert!(!is_entry("", "0018A45C4D1DEF81644B54AB7F969B88D65"));
    }
}
