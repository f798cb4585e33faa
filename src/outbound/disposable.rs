//! Mail domains whose addresses are thrown away after use: a short list that comes with the program, and a longer one of the
//! operator's.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::SystemTime;

use arc_swap::ArcSwap;

/// Largest file that is read.
const MAX_FILE: u64 = 32 * 1024 * 1024;

static SHIPPED: LazyLock<HashSet<String>> =
    LazyLock::new(|| domains(include_str!("../../config/feeds/disposable-domains.txt")));

/// Why the operator's list can't be used.
#[derive(Debug, thiserror::Error)]
#[error("the list of disposable mail domains {}: {why}", path.display())]
pub struct DisposableError {
    path: PathBuf,
    why: String,
}

/// The lists.
#[derive(Debug, Default)]
pub struct DisposableDomains {
    file: Option<PathBuf>,
    own: ArcSwap<Own>,
}

#[derive(Debug, Default)]
struct Own {
    domains: HashSet<String>,
    changed: Option<SystemTime>,
}

impl DisposableDomains {
    /// The shipped list, and a file beside it where one is named.
    ///
    /// # Errors
    /// A file that can't be read.
    pub fn open(file: Option<PathBuf>) -> Result<Self, DisposableError> {
        let own = match &file {
            Some(path) => read(path)?,
            None => Own::default(),
        };
        Ok(Self {
            file,
            own: ArcSwap::from_pointee(own),
        })
    }

    /// Whether a domain, or one that it is below, is on a list.
    pub fn lists(&self, domain: &str) -> bool {
        let domain = domain.trim_end_matches('.').to_lowercase();
        let own = self.own.load();
        let mut rest = domain.as_str();
        loop {
            if SHIPPED.contains(rest) || own.domains.contains(rest) {
                return true;
            }
            match rest.split_once('.') {
                Some((_, above)) => rest = above,
                None => return false,
            }
        }
    }

    /// Reads the file again when it changed; what can't be read leaves the list as it was. Gives whether it was read.
    pub fn reload_if_changed(&self) -> bool {
        let Some(path) = &self.file else { return false };
        let changed = std::fs::metadata(path).and_then(|meta| meta.modified()).ok();
        if changed.is_none() || changed == self.own.load().changed {
            return false;
        }
        match read(path) {
            Ok(own) => {
                self.own.store(std::sync::Arc::new(own));
                true
            }
            Err(error) => {
                tracing::warn!(target: "tidegate::feeds", code = "feeds.broken", %error);
                false
            }
        }
    }
}

fn read(path: &Path) -> Result<Own, DisposableError> {
    let broken = |why: String| DisposableError {
        path: path.to_owned(),
        why,
    };
    let meta = std::fs::metadata(path).map_err(|error| broken(error.to_string()))?;
    if meta.len() > MAX_FILE {
        return Err(broken("is too large".to_owned()));
    }
    let text = std::fs::read_to_string(path).map_err(|error| broken(error.to_string()))?;
    Ok(Own {
        domains: domains(&text),
        changed: meta.modified().ok(),
    })
}

/// A domain a line; `#` begins a remark.
fn domains(text: &str) -> HashSet<String> {
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim());
    lines
        .filter(|line| !line.is_empty())
        .map(str::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn domains_and_what_is_below_them_are_found() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        writeln!(file, "# own\nThrow.example # remark\n").unwrap();
        file.flush().unwrap();
        let lists = DisposableDomains::open(Some(file.path().to_owned())).unwrap();
        for domain in [
            "mailinator.com",
            "a.b.MAILINATOR.com.",
            "throw.example",
            "x.throw.example",
        ] {
            assert!(lists.lists(domain), "{domain}");
        }
        for domain in [
            "notmailinator.com",
            "com",
            "",
            "example",
            "mailinator.com.example",
            "demo.test",
        ] {
            assert!(!lists.lists(domain), "{domain}");
        }
    }

    #[test]
    fn a_list_that_changed_is_read_and_one_that_is_gone_stays() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "one.example\n").unwrap();
        let lists = DisposableDomains::open(Some(file.path().to_owned())).unwrap();
        assert!(!lists.reload_if_changed());
        std::fs::write(file.path(), "two.example\n").unwrap();
        let later = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(5);
        file.as_file().set_modified(later).unwrap();
        assert!(lists.reload_if_changed());
        assert!(lists.lists("two.example") && !lists.lists("one.example"));
        file.close().unwrap();
        assert!(!lists.reload_if_changed());
        assert!(lists.lists("two.example"));
        assert!(DisposableDomains::open(Some(PathBuf::from("/nowhere/at/all"))).is_err());
    }
}
