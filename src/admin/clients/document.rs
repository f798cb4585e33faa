//! Clients that are known by a document at their id (draft-ietf-oauth-client-id-metadata-document): fetched when one is met first, kept
//! as a row like any other client so that grants and consents have something to hang on, and fetched again when it is no longer fresh.

use std::time::Duration;

use serde_json::json;
use url::Url;

use super::change::{self, Draft};
use super::document_of;
use super::dynamic::RegistrationError;
use super::metadata::{Unknown, check};
use crate::admin::{Actor, AdminError};
use crate::base::ids::ClientId;
use crate::base::net::ClientIp;
use crate::domain::client::{Client, ClientMetadata, ClientOrigin, ClientSettings};
use crate::domain::registration_policy::Admission;
use crate::oidc::OidcError;
use crate::outbound::fetch::Fetched;
use crate::protocol::client_document::{self, MAX_DOCUMENT, address_of};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::signals::{Throttle, count_fetch};
use crate::store::{Batch, StoreError};
use crate::tenants::{Platform, Realm};

/// How long a document is used whose server does not say.
const FRESH: Duration = Duration::from_hours(1);
/// The least and the most that a server may say.
const BOUNDS: (Duration, Duration) = (Duration::from_mins(1), Duration::from_hours(12));
/// How long one that can't be fetched any more is still used: a server may be down for a while, a client that was withdrawn must go.
const KEPT: Duration = Duration::from_hours(24);
/// How long it is remembered that a document is not good, or can't be had now.
const AGAIN: Duration = Duration::from_mins(1);
/// How long a client is kept that nobody granted anything. It comes back by itself.
const UNUSED: Duration = Duration::from_hours(24);

impl From<RegistrationError> for OidcError {
    fn from(error: RegistrationError) -> Self {
        match error {
            RegistrationError::OAuth(error) => Self::OAuth(error),
            RegistrationError::Throttled(wait) => Self::Throttled(wait),
            RegistrationError::Store(error) => Self::Store(error),
            RegistrationError::Internal(detail) => Self::Internal(detail),
            other @ (RegistrationError::TokenMissing
            | RegistrationError::TokenInvalid
            | RegistrationError::Off) => Self::Internal(format!("{other:?}")),
        }
    }
}

/// Makes sure that a client is known, and that what is known of it is fresh, if its id is the address of a document. Any other id is
/// somebody else's business.
///
/// # Errors
/// `invalid_client` where the tenant takes no such clients, or the document is not good; [`OidcError::Throttled`].
pub async fn meet(platform: &Platform, realm: &Realm, id: &str, from: ClientIp) -> Result<(), OidcError> {
    let Some((address, id)) = address_of(id).zip(ClientId::parse(id)) else {
        return Ok(());
    };
    let _turn = platform.ephemeral.lock(&key(realm, "turn", &id)).await;
    let known = realm.tenant.client(platform, &id).await?;
    let known = known.as_ref().map(|client| &client.record);
    // An administrator may have given a client such an id, and an administrator may have switched this one off.
    if known
        .is_some_and(|client| client.settings.origin != ClientOrigin::Document || client.settings.disabled)
    {
        return Ok(());
    }
    if !realm.tenant.record.settings.takes_client_documents() {
        return Err(OAuthError::invalid_client("client documents are switched off").into());
    }
    let meeting = Meeting {
        platform,
        realm,
        id,
        address,
    };
    meeting.run(known, from).await
}

fn key(realm: &Realm, what: &str, id: &ClientId) -> String {
    format!("{}:client-document-{what}:{id}", realm.tenant.tag)
}

/// One look at one document.
struct Meeting<'a> {
    platform: &'a Platform,
    realm: &'a Realm,
    id: ClientId,
    address: Url,
}

impl Meeting<'_> {
    async fn run(&self, known: Option<&Client>, from: ClientIp) -> Result<(), OidcError> {
        if known.is_some() && self.noted("fresh")?.is_some() {
            return Ok(());
        }
        if let Some(words) = self.noted("bad")? {
            return Err(OAuthError::new(ErrorCode::InvalidClient, words).into());
        }
        if let Throttle::Wait(minutes) = count_fetch(self.platform, self.realm, from)? {
            return Err(OidcError::Throttled(Duration::from_mins(minutes.into())));
        }
        let headers = [("accept", "application/json")];
        let fetcher = &self.platform.fetcher;
        let fetched = match fetcher.fetch(self.id.as_str(), &headers, MAX_DOCUMENT).await {
            Ok(fetched) => fetched,
            Err(_) if known.is_some() && self.noted("kept")?.is_some() => {
                return self.note("fresh", "", AGAIN);
            }
            Err(error) => {
                let words = "the document at client_id can not be fetched";
                return Err(self.refuse(&OAuthError::invalid_request(words).with_detail(error.to_string())));
            }
        };
        let life = fetched.fresh_for.unwrap_or(FRESH).clamp(BOUNDS.0, BOUNDS.1);
        let metadata = self.metadata(fetched).map_err(|error| self.refuse(&error))?;
        match self.keep(known, metadata).await.map_err(RegistrationError::from) {
            Ok(()) => {}
            Err(RegistrationError::OAuth(error)) => return Err(self.refuse(&error)),
            Err(other) => return Err(other.into()),
        }
        self.note("kept", "", KEPT)?;
        self.note("fresh", "", life)
    }

    /// What the document registers, as far as the tenant lets strangers.
    fn metadata(&self, fetched: Fetched) -> Result<ClientMetadata, OAuthError> {
        let text = String::from_utf8(fetched.body)
            .map_err(|_| OAuthError::invalid_request("the document at client_id is not UTF-8"))?;
        let document = client_document::read(&self.id, &text)?;
        let policy = &self.realm.tenant.record.settings.registration_policy;
        let metadata = policy.constrain(check(document, Unknown::Drop)?, Admission::Open)?;
        client_document::check(&self.address, &metadata)?;
        Ok(metadata)
    }

    /// Makes the row, or brings it up to date.
    async fn keep(&self, known: Option<&Client>, metadata: ClientMetadata) -> Result<(), AdminError> {
        let actor = Actor::registrant(self.id.clone(), self.realm.tenant.record.id);
        let right = actor.may_keep_registration()?;
        let mut batch = self.realm.store(&self.platform.store).batch();
        batch.keep_unused_client(&self.id, Some(self.platform.now().plus(UNUSED)));
        let kept = match known {
            Some(client) if client.metadata == metadata => return self.touch(batch).await,
            Some(client) => {
                let mut client = client.clone();
                let before = std::mem::replace(&mut client.metadata, metadata);
                let data = json!({"metadata": document_of(&client.metadata)});
                change::save(self.platform, &right, (before, client), batch, data).await
            }
            None => {
                let draft = Draft {
                    id: self.id.clone(),
                    given_secret: None,
                    metadata,
                    settings: ClientSettings {
                        origin: ClientOrigin::Document,
                        ..ClientSettings::default()
                    },
                };
                change::insert(self.platform, &right, draft, batch).await
            }
        };
        self.realm.tenant.forget_client(&self.id);
        match kept {
            // Another node came first.
            Ok(_)
            | Err(
                AdminError::Changed
                | AdminError::Invalid {
                    field: "client_id", ..
                },
            ) => Ok(()),
            Err(other) => Err(other),
        }
    }

    async fn touch(&self, batch: Batch) -> Result<(), AdminError> {
        match self.realm.store(&self.platform.store).commit(batch).await {
            // Somebody removed it at this moment; it is met again.
            Ok(()) | Err(StoreError::Conflict(_)) => Ok(()),
            Err(other) => Err(other.into()),
        }
    }

    fn noted(&self, what: &str) -> Result<Option<String>, OidcError> {
        let (state, now) = (&self.platform.ephemeral, self.platform.now());
        Ok(state.get(&key(self.realm, what, &self.id), now)?)
    }

    fn note(&self, what: &str, words: &str, life: Duration) -> Result<(), OidcError> {
        let (state, now) = (&self.platform.ephemeral, self.platform.now());
        Ok(state.put(&key(self.realm, what, &self.id), &words, now, life)?)
    }

    /// Remembers that a document is not good, and says why.
    fn refuse(&self, error: &OAuthError) -> OidcError {
        let words = format!("client document: {}", error.description);
        // Where that can't be remembered it is looked at again.
        let _ = self.note("bad", &words, AGAIN);
        let detail = error.detail.clone().unwrap_or_default();
        OAuthError::new(ErrorCode::InvalidClient, words)
            .with_detail(detail)
            .into()
    }
}
