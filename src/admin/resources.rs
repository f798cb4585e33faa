//! Protected resources (RFC 8707): the APIs that access tokens are made for. Who may change applications may change them.

use serde::Serialize;
use serde_json::json;

use super::actor::Trail;
use super::{Actor, AdminError};
use crate::base::ids::ClientId;
use crate::base::timestamp::Timestamp;
use crate::protocol::authorization_details::DetailType;
use crate::protocol::resource::{Resource, ResourceId};
use crate::protocol::scope;
use crate::store::StoreError;
use crate::tenants::Platform;

/// The most resources of a tenant: all of them lie in memory.
const MOST: usize = 1_000;
/// The most types of details of a resource.
const MOST_TYPES: usize = 50;
/// The longest title of a type of details, characters.
const MAX_TITLE: usize = 100;
/// The longest list of scopes of a resource, bytes.
const MAX_SCOPE: usize = 4_096;

/// A resource as it is shown.
#[derive(Clone, Debug, Serialize)]
pub struct ResourceView {
    /// What requests name it by.
    pub identifier: ResourceId,
    /// Scopes that are granted with it only, separated by spaces.
    pub scope: String,
    /// Those of them that consent to is decided about by itself.
    pub sensitive_scope: String,
    /// Types of details that are granted with it (RFC 9396).
    pub authorization_details_types: Vec<DetailType>,
    /// The client that serves it.
    pub client_id: Option<ClientId>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What is wanted of a new resource.
#[derive(Clone, Debug, Default)]
pub struct NewResource {
    /// An absolute URI without fragment.
    pub identifier: String,
    /// Scopes; several words may stand in one.
    pub scopes: Vec<String>,
    /// Those of the scopes that are sensitive.
    pub sensitive: Vec<String>,
    /// Types of details, each `TYPE` or `TYPE=TITLE`; the title is what people read.
    pub detail_types: Vec<String>,
    /// The client that serves it; empty for none.
    pub client: Option<String>,
}

fn view(resource: Resource) -> ResourceView {
    ResourceView {
        scope: resource.scopes.join(" "),
        sensitive_scope: resource.sensitive.join(" "),
        identifier: resource.identifier,
        authorization_details_types: resource.details,
        client_id: resource.client,
        created_at: resource.created_at,
    }
}

/// The resources, by identifier.
///
/// # Errors
/// [`AdminError`].
pub async fn list(actor: &Actor, platform: &Platform) -> Result<Vec<ResourceView>, AdminError> {
    let store = actor.may_read_clients()?.store(platform);
    Ok(store.resources().await?.into_iter().map(view).collect())
}

/// Makes a resource.
///
/// # Errors
/// [`AdminError::Invalid`] for what can't be registered, or is.
pub async fn create(
    actor: &Actor,
    platform: &Platform,
    wanted: &NewResource,
) -> Result<ResourceView, AdminError> {
    let right = actor.may_manage_clients()?;
    let store = right.store(platform);
    let resource = Resource {
        identifier: identifier(&wanted.identifier)?,
        scopes: scopes("scope", &wanted.scopes)?,
        sensitive: sensitive(wanted)?,
        details: detail_types(&wanted.detail_types)?,
        client: match wanted.client.as_deref().filter(|id| !id.is_empty()) {
            None => None,
            Some(id) => {
                let known = ClientId::parse(id);
                let known = match &known {
                    Some(id) => store.client(id).await?,
                    None => None,
                };
                let known = known.ok_or_else(|| AdminError::invalid("client_id", "no such client"))?;
                Some(known.id)
            }
        },
        created_at: platform.now(),
    };
    if store.resources().await?.len() >= MOST {
        return Err(AdminError::Refused(format!(
            "a tenant has at most {MOST} resources"
        )));
    }
    let mut batch = store.batch();
    batch.insert_resource(&resource);
    let data = json!({
        "scope": resource.scopes.join(" "), "sensitive_scope": resource.sensitive.join(" "),
        "authorization_details_types": resource.details, "client": resource.client,
    });
    let trail = Trail::new("resource.created", "resource", &resource.identifier, data);
    let made = right.commit_and_reload(platform, batch, trail).await;
    made.map_err(|error| match error {
        AdminError::Store(StoreError::Conflict(_)) | AdminError::Changed => {
            AdminError::invalid("identifier", "another resource has this identifier")
        }
        other => other,
    })?;
    Ok(view(resource))
}

/// Removes a resource. Grants stay; no more tokens are made for it.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn delete(actor: &Actor, platform: &Platform, identifier: &str) -> Result<(), AdminError> {
    let right = actor.may_manage_clients()?;
    let identifier: ResourceId = identifier.parse().map_err(|_| AdminError::NotFound("resource"))?;
    let mut batch = right.store(platform).batch();
    batch.delete_resource(&identifier);
    let trail = Trail::new("resource.deleted", "resource", &identifier, json!({}));
    let gone = right.commit_and_reload(platform, batch, trail).await;
    gone.map_err(|error| match error {
        AdminError::Store(StoreError::Conflict(_)) => AdminError::NotFound("resource"),
        other => other,
    })
}

fn identifier(text: &str) -> Result<ResourceId, AdminError> {
    let parsed: Result<ResourceId, _> = text.trim().parse();
    parsed.map_err(|why| AdminError::invalid("identifier", why))
}

/// The sensitive ones of its scopes; others can't be marked here.
fn sensitive(wanted: &NewResource) -> Result<Vec<String>, AdminError> {
    let (all, marked) = (
        scopes("scope", &wanted.scopes)?,
        scopes("sensitive_scope", &wanted.sensitive)?,
    );
    if marked.iter().all(|word| all.contains(word)) {
        return Ok(marked);
    }
    Err(AdminError::invalid(
        "sensitive_scope",
        "name scopes of this resource",
    ))
}

fn scopes(field: &'static str, given: &[String]) -> Result<Vec<String>, AdminError> {
    let mut words: Vec<String> = Vec::new();
    for word in given.iter().flat_map(|text| text.split_whitespace()) {
        if !scope::is_scope_token(word) {
            return Err(AdminError::invalid(
                field,
                "a scope is a word of printable ASCII characters",
            ));
        }
        // They speak of a person, and belong to the issuer itself.
        if scope::KNOWN.contains(&word) {
            return Err(AdminError::invalid(
                field,
                format!("{word} belongs to OpenID Connect"),
            ));
        }
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    if words.iter().map(|word| word.len() + 1).sum::<usize>() > MAX_SCOPE {
        return Err(AdminError::invalid(field, "the list of scopes is too long"));
    }
    Ok(words)
}

fn detail_types(given: &[String]) -> Result<Vec<DetailType>, AdminError> {
    let invalid = |words: &str| AdminError::invalid("authorization_details_types", words);
    let mut types: Vec<DetailType> = Vec::new();
    for text in given
        .iter()
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
    {
        let (name, title) = match text.split_once('=') {
            None => (text, None),
            Some((name, title)) => (name.trim(), Some(title.trim().to_owned())),
        };
        if !DetailType::is_name(name) {
            return Err(invalid(
                "a type is a word of at most 128 printable ASCII characters",
            ));
        }
        let fits = |title: &String| {
            (1..=MAX_TITLE).contains(&title.chars().count()) && !title.chars().any(char::is_control)
        };
        if !title.iter().all(fits) {
            return Err(invalid("a title has 1 to 100 characters"));
        }
        if types.iter().any(|known| known.name == name) {
            return Err(invalid("each type stands there once"));
        }
        types.push(DetailType {
            name: name.to_owned(),
            title,
        });
    }
    if types.len() > MOST_TYPES {
        return Err(invalid("a resource has at most 50 types of details"));
    }
    Ok(types)
}
