//! Using a refresh token (features.md O6). The decision is `domain::grant`'s; here it is read, written with the generation as
//! precondition, and asked again when another use came first.

use super::super::issue::{AccessSubject, Target, TokenResponse, access_token, id_token, wants_id_token};
use super::super::{AuthenticatedClient, OidcError, invalid_grant};
use super::BackChannel;
use crate::base::ids::EventId;
use crate::decisions::{self, BackChannelDecision, Permit};
use crate::domain::event::Event;
use crate::domain::grant::{
    RefreshFamily, RefreshOrigin, RefreshUse, Revocation, RevocationReason, Rotation, TheftEvidence,
};
use crate::domain::session::EndReason;
use crate::domain::user::UserStatus;
use crate::protocol::confirmation::Confirmation;
use crate::protocol::params::Params;
use crate::protocol::refresh_token::{PresentedRefreshToken, derive};
use crate::protocol::scope;
use crate::sessions;
use crate::signals;
use crate::store::{GrantWithUser, StoreError, TenantStore};
use crate::tenants::{Platform, Realm};

/// How often a lost race is run again. Each round somebody wins, so a handful is plenty.
const TRIES: u8 = 8;

/// The first generation of a new family.
pub(super) fn family(platform: &Platform, offline: bool, origin: RefreshOrigin) -> RefreshFamily {
    let now = platform.now();
    let tokens = &platform.settings.tokens;
    let absolute = now.plus(tokens.refresh_absolute);
    RefreshFamily {
        seed: platform.random().bytes(),
        generation: 1,
        rotated_at: now,
        rotated_by: origin,
        offline,
        idle_expires_at: now.plus(tokens.refresh_idle).min(absolute),
        expires_at: absolute,
    }
}

/// What is remembered of a caller: family of its agent and its network.
pub(super) fn origin_of(platform: &Platform, from: &BackChannel) -> RefreshOrigin {
    let agent = from.user_agent.as_deref();
    let family = signals::summary(agent).words().or_else(|| {
        // Agents of servers are no browsers: the product name tells them apart.
        agent
            .and_then(|text| text.split(['/', ' ']).next())
            .map(|name| name.chars().take(64).collect())
    });
    RefreshOrigin {
        agent: family,
        asn: platform.networks.look_up(from.ip.ip()).asn,
        key: from.key.clone(),
    }
}

pub(super) async fn refresh(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    params: &Params,
    from: &BackChannel,
) -> Result<TokenResponse, OidcError> {
    let presented = PresentedRefreshToken::parse(params.require("refresh_token")?)
        .ok_or_else(|| invalid_grant("the refresh token is not valid"))?;
    let store = realm.store(&platform.store);
    let used = RefreshUse {
        generation: presented.generation,
        now: platform.now(),
        origin: origin_of(platform, from),
        idle: platform.settings.tokens.refresh_idle,
    };
    let bound_to = from.binding(&caller.client.record);
    for _ in 0..TRIES {
        let found = store.grant_for_refresh(presented.grant).await?;
        let (held, family) = check(platform, realm, caller, &presented, found)?;
        // RFC 9449 section 5, RFC 8705 section 4: without its key a stolen token of a public client is worth nothing, and tells of no
        // theft.
        if !held.grant.bound_to.is_met_by(&from.held()) {
            return Err(invalid_grant("the refresh token is bound to another key"));
        }
        match family.present(&used) {
            Rotation::Rotate(next) => {
                let origins = (&family.rotated_by, &used.origin);
                let decision = decisions::judge_refresh(platform, realm, &held.grant, origins, from.caller());
                if decision.permit != Permit::Proceed {
                    return Err(refuse(platform, &store, &held, &decision).await?);
                }
                let rotate = Rotate {
                    expected: family.generation,
                    decision: &decision,
                };
                let held = (&held, &next, Some(rotate));
                match answer(platform, realm, caller, params, held, &bound_to).await {
                    // Another use of the same token came first: look again, it is a repeat now.
                    Err(OidcError::Store(StoreError::Conflict(_))) => {}
                    other => return other,
                }
            }
            Rotation::Repeat => {
                let held = (&held, &family, None);
                return answer(platform, realm, caller, params, held, &bound_to).await;
            }
            Rotation::Theft(evidence) => return Err(theft(platform, &store, &held, evidence, from).await?),
            Rotation::Refused => return Err(invalid_grant("the refresh token has expired")),
        }
    }
    Err(OidcError::Store(StoreError::Busy))
}

/// Whether the token is this client's, of a grant that stands, of an account and a session that live.
fn check(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    presented: &PresentedRefreshToken,
    found: Option<GrantWithUser>,
) -> Result<(GrantWithUser, RefreshFamily), OidcError> {
    let unknown = || invalid_grant("the refresh token is not valid");
    let held = found.ok_or_else(unknown)?;
    let family = held.grant.family.clone().ok_or_else(unknown)?;
    if held.grant.client != caller.client.record.id
        || !presented.is_derived_from(&realm.tenant.refresh_key, &family.seed)
    {
        return Err(unknown());
    }
    if held.grant.revoked.is_some() {
        return Err(invalid_grant("the grant was revoked"));
    }
    if held.user.status != UserStatus::Active {
        return Err(invalid_grant("the account is not available"));
    }
    let lives = family.offline
        || held
            .session
            .is_some_and(|session| session.is_live(platform.now()));
    if !lives {
        return Err(invalid_grant("the session has ended"));
    }
    Ok((held, family))
}

/// A rotation to be written: the generation that the write expects to find, and the decision that let it happen.
struct Rotate<'a> {
    expected: u64,
    decision: &'a BackChannelDecision,
}

/// The tokens of a generation; with a rotation, where it is a new one.
async fn answer(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    params: &Params,
    (held, family, rotate): (&GrantWithUser, &RefreshFamily, Option<Rotate<'_>>),
    bound_to: &Confirmation,
) -> Result<TokenResponse, OidcError> {
    let client = &caller.client.record;
    let grant = &held.grant;
    let narrowed = scope::narrow(&grant.scope, &params.words("scope"))?;
    let target = Target::of_request(realm, grant, &narrowed, params)?;
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    if let Some(rotate) = &rotate {
        batch.rotate_family(grant.id, rotate.expected, family);
        if let Some(record) = &rotate.decision.record {
            batch.insert_decision(record);
        }
    }
    let about = AccessSubject {
        client,
        sub: realm.tenant.subjects(client).sub(&held.user),
        target: &target,
        grant: Some(grant),
        bound_to,
        exchanged: None,
    };
    let access = access_token(platform, realm, &about, &mut Some(&mut batch))?;
    // OpenID Connect Core section 12.2: no nonce is needed in a refreshed ID token, and a stale one helps nobody.
    let id = if wants_id_token(&narrowed) {
        Some(id_token(
            platform,
            realm,
            client,
            (grant, &held.user),
            &access,
            None,
        )?)
    } else {
        None
    };
    if !batch.is_empty() {
        store.commit(batch).await?;
    }
    if let Some(rotate) = &rotate {
        rotate.decision.recorded(platform, realm);
    }
    Ok(TokenResponse {
        access_token: access,
        token_type: bound_to.token_type(),
        expires_in: platform.settings.tokens.access.as_secs(),
        refresh_token: Some(derive(
            &realm.tenant.refresh_key,
            grant.id,
            &family.seed,
            family.generation,
        )),
        id_token: id,
        scope: target.scope,
        authorization_details: target.details,
        issued_token_type: None,
    })
}

/// A use that the session's risk forbids is written down. The tokens stand when a person may put it right by signing in; else the
/// grant and its session end, with everything that came of them (features.md E2).
async fn refuse(
    platform: &Platform,
    store: &TenantStore,
    held: &GrantWithUser,
    decision: &BackChannelDecision,
) -> Result<OidcError, OidcError> {
    let now = platform.now();
    let mut batch = store.batch();
    if let Some(record) = &decision.record {
        batch.insert_decision(record);
    }
    let ends = decision.permit == Permit::End;
    if ends {
        let reason = RevocationReason::Risk;
        batch.revoke_grant(held.grant.id, Revocation { at: now, reason });
        sessions::end_one(platform, held.grant.session, EndReason::Risk, &mut batch);
        batch.event(&Event {
            id: EventId(platform.random().uuid(now)),
            at: now,
            code: "risk.session_ended".to_owned(),
            user: Some(held.user.id),
            data: serde_json::json!({
                "client": held.grant.client, "grant": held.grant.id, "session": held.grant.session,
                "decision": decision.record.as_ref().map(|record| record.id),
            }),
        });
    }
    match store.commit(batch).await {
        Ok(()) | Err(StoreError::Conflict(_)) => {}
        Err(other) => return Err(other.into()),
    }
    Ok(invalid_grant(if ends {
        "the session was ended; sign in again"
    } else {
        "this use is not possible; sign in again"
    }))
}

/// The family ends, with the access tokens that came of it, and the owner's activity shows why.
async fn theft(
    platform: &Platform,
    store: &TenantStore,
    held: &GrantWithUser,
    evidence: TheftEvidence,
    from: &BackChannel,
) -> Result<OidcError, OidcError> {
    let now = platform.now();
    let mut batch = store.batch();
    batch.revoke_grant(
        held.grant.id,
        Revocation {
            at: now,
            reason: RevocationReason::RefreshReplay,
        },
    );
    batch.event(&Event {
        id: EventId(platform.random().uuid(now)),
        at: now,
        code: "risk.refresh_replay".to_owned(),
        user: Some(held.user.id),
        data: serde_json::json!({
            "client": held.grant.client, "grant": held.grant.id, "ip": from.ip.to_string(),
            "evidence": match evidence {
                TheftEvidence::SuccessorUsed => "successor_used",
                TheftEvidence::ForeignRepeat => "foreign_repeat",
            },
        }),
    });
    match store.commit(batch).await {
        Ok(()) | Err(StoreError::Conflict(_)) => {}
        Err(other) => return Err(other.into()),
    }
    Ok(invalid_grant(
        "the refresh token was used before; the grant is revoked",
    ))
}
