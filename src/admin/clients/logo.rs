//! Logos of clients: fetched once by us, and served from our copy, so that no sign-in page makes a browser tell a client's server who is
//! signing in. What an image is its content says; SVG is none of them (defect 10).

use crate::base::ids::ClientId;
use crate::domain::client::Client;
use crate::store::{Batch, ClientLogo, StoreError};
use crate::tenants::{Platform, Realm};

/// The largest logo, bytes.
const MAX_BYTES: usize = 256 * 1024;

/// Fetches the logo of a client whose address for it is new. A client without a logo is a client all the same: what goes wrong is logged.
pub(super) async fn refresh(platform: &Platform, before: Option<&str>, client: &Client, batch: &mut Batch) {
    let now = client.metadata.logo_uri.as_deref();
    if now == before {
        return;
    }
    batch.delete_client_logo(&client.id);
    let Some(uri) = now else { return };
    let fetched = platform.fetcher.bytes(uri, &[], MAX_BYTES).await;
    match fetched.as_deref().map(media_type) {
        Ok(Some(media_type)) => batch.save_client_logo(
            &client.id,
            &ClientLogo {
                source: uri.to_owned(),
                media_type: media_type.to_owned(),
                image: fetched.unwrap_or_default(),
                fetched_at: platform.now(),
            },
        ),
        Ok(None) => {
            tracing::info!(target: "tidegate::admin", code = "logo.refused", client = %client.id, "no PNG, JPEG or WebP");
        }
        Err(error) => {
            tracing::info!(target: "tidegate::admin", code = "logo.unfetched", client = %client.id, %error);
        }
    }
}

/// What an image is, by how it begins.
fn media_type(image: &[u8]) -> Option<&'static str> {
    let webp = image.starts_with(b"RIFF") && image.get(8..12) == Some(b"WEBP".as_slice());
    if image.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if image.starts_with(&[0xff, 0xd8, 0xff]) {
        Some("image/jpeg")
    } else {
        webp.then_some("image/webp")
    }
}

/// Our copy of a client's logo.
///
/// # Errors
/// The database.
pub async fn logo(
    platform: &Platform,
    realm: &Realm,
    id: &ClientId,
) -> Result<Option<ClientLogo>, StoreError> {
    realm.store(&platform.store).client_logo(id).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_what_its_content_says() {
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n rest"), Some("image/png"));
        assert_eq!(media_type(&[0xff, 0xd8, 0xff, 0xe0]), Some("image/jpeg"));
        assert_eq!(media_type(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        for other in [&b"<svg xmlns='x'/>"[..], b"GIF89a", b"RIFF\0\0\0\0WAVE", b""] {
            assert_eq!(media_type(other), None);
        }
    }
}
