//! Pairwise clients have a sector, and their sector document names them (OpenID Connect Core section 8.1, OpenID Connect Dynamic Client
//! Registration 1.0 section 5).

use super::metadata::{page, refuse};
use crate::domain::client::ClientMetadata;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::subject::{SubjectType, addresses_of_sector, sector_of};
use crate::tenants::Platform;

/// Checks what can be told without the document.
pub(super) fn check(metadata: &ClientMetadata) -> Result<(), OAuthError> {
    let registered = &metadata.subject;
    if let Some(uri) = &registered.sector_identifier_uri {
        page("sector_identifier_uri", uri)?;
    }
    if registered.subject_type == SubjectType::Pairwise && sector_of(metadata).is_none() {
        return Err(refuse(
            "subject_type pairwise needs sector_identifier_uri, or redirect URIs on one host that is not loopback",
        ));
    }
    Ok(())
}

/// Fetches the sector document of a client for which it is new, or must name something new.
///
/// # Errors
/// `invalid_client_metadata` for a document that can't be had or read, `invalid_redirect_uri` when it does not name all of the client's.
pub(super) async fn verify(
    platform: &Platform,
    before: Option<&ClientMetadata>,
    metadata: &ClientMetadata,
) -> Result<(), OAuthError> {
    let Some(uri) = &metadata.subject.sector_identifier_uri else {
        return Ok(());
    };
    let known = before.is_some_and(|before| {
        before.subject.sector_identifier_uri.as_ref() == Some(uri)
            && addresses_of_sector(metadata).all(|now| addresses_of_sector(before).any(|then| then == now))
    });
    if known {
        return Ok(());
    }
    let fetched = platform.fetcher.text(uri).await;
    let document = fetched
        .map_err(|error| refuse("sector_identifier_uri can not be fetched").with_detail(error.to_string()))?;
    let listed: Vec<String> = serde_json::from_str(&document)
        .map_err(|_| refuse("sector_identifier_uri is no JSON array of addresses"))?;
    match addresses_of_sector(metadata).find(|uri| listed.iter().all(|known| known != uri)) {
        None => Ok(()),
        Some(uri) => Err(OAuthError::new(
            ErrorCode::InvalidRedirectUri,
            format!("{uri} does not stand in the document at sector_identifier_uri"),
        )),
    }
}
