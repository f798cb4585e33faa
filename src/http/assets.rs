//! Style sheets, scripts and images, compiled in and served under names that carry a hash of their content, so that a
//! browser may keep them for a year.

/// One compiled-in file.
#[derive(Debug)]
pub struct Asset {
    /// Its name under `static/`, such as `css/ui.css`.
    pub name: &'static str,
    /// Its content.
    pub bytes: &'static [u8],
    /// Its media type.
    pub content_type: &'static str,
    /// FNV-1a of the content. It only has to differ when the content does; nothing trusts it.
    hash: u64,
}

macro_rules! assets {
    ($($name:literal => $type:literal,)*) => {
        /// Every file.
        pub static ASSETS: &[Asset] = &[$({
            const BYTES: &[u8] = include_bytes!(concat!("../../static/", $name));
            const HASH: u64 = fnv1a(BYTES);
            Asset { name: $name, bytes: BYTES, content_type: $type, hash: HASH }
        }),*];
    };
}

const CSS: &str = "text/css; charset=utf-8";

assets! {
    "css/ui.css" => "text/css; charset=utf-8",
    "css/console.css" => "text/css; charset=utf-8",
    "css/dev.css" => "text/css; charset=utf-8",
    "js/passkey.js" => "text/javascript; charset=utf-8",
    "js/forms.js" => "text/javascript; charset=utf-8",
    "js/form_post.js" => "text/javascript; charset=utf-8",
    "js/check_session.js" => "text/javascript; charset=utf-8",
    "js/codes.js" => "text/javascript; charset=utf-8",
    "js/sign_up.js" => "text/javascript; charset=utf-8",
    "js/work.js" => "text/javascript; charset=utf-8",
    "js/authenticator.js" => "text/javascript; charset=utf-8",
    "js/authenticator_worker.js" => "text/javascript; charset=utf-8",
    "js/push_wait.js" => "text/javascript; charset=utf-8",
    "js/live.js" => "text/javascript; charset=utf-8",
    "img/icon.svg" => "image/svg+xml",
}

/// FNV-1a, 64 bits. The `while` loop is what a constant function may have.
#[expect(
    clippy::indexing_slicing,
    reason = "the index is below the length, and constant functions have no iterators"
)]
const fn fnv1a(bytes: &[u8]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut i = 0;
    while i < bytes.len() {
        hash ^= bytes[i] as u64;
        hash = hash.wrapping_mul(0x0000_0100_0000_01b3);
        i += 1;
    }
    hash
}

impl Asset {
    /// The path it is served under, such as `/static/css/ui.0123456789abcdef.css`.
    pub fn path(&self) -> String {
        let (stem, extension) = self.name.rsplit_once('.').unwrap_or((self.name, ""));
        format!("/static/{stem}.{:016x}.{extension}", self.hash)
    }
}

/// The path of the file `name`; a name that doesn't exist gives a path that answers 404 (a test renders every page).
pub fn asset(name: &str) -> String {
    ASSETS
        .iter()
        .find(|asset| asset.name == name)
        .map_or_else(|| format!("/static/{name}"), Asset::path)
}

/// The file served under `path`. An old hash finds nothing: its content is gone.
pub fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path() == path)
}

/// The value of `Cache-Control` for everything [`find`] finds.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// The style sheet `/t/{tenant}/brand.css` of a tenant with its own colour: served as CSS, cached for minutes.
pub const BRAND_CONTENT_TYPE: &str = CSS;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_found_under_its_hashed_path_only() {
        for file in ASSETS {
            assert_eq!(find(&asset(file.name)).map(|found| found.name), Some(file.name));
            assert!(find(&format!("/static/{}", file.name)).is_none());
        }
        assert!(find("/static/css/ui.0000000000000000.css").is_none());
    }

    #[test]
    fn every_file_under_static_is_listed() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/static");
        for entry in walkdir::WalkDir::new(root) {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                let name = entry
                    .path()
                    .strip_prefix(root)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                assert!(
                    ASSETS.iter().any(|asset| asset.name == name),
                    "{name} is not served"
                );
            }
        }
    }

    #[test]
    fn hosted_pages_stay_small() {
        let size = |name: &str| {
            ASSETS
                .iter()
                .find(|asset| asset.name == name)
                .map_or(0, |asset| asset.bytes.len())
        };
        // With a page of at most 12 KB this keeps the budget of 50 KB (people.md U19), uncompressed.
        assert!(size("css/ui.css") + size("js/passkey.js") + size("js/forms.js") < 38_000);
    }
}
