//! A sign-in under way. It lives in short-lived state, keyed by an id in the address and bound to the browser by a cookie, so
//! parallel tabs do not disturb each other (people.md U14).
//!
//! ```text
//! begun ──first factor──▶ identified ──decision──▶ judged ──whatever flow::next asks──▶ finished
//!   └──────────────(older than sessions.login)──────────────▶ gone
//! ```

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::identity::IdentityState;
use super::new_factor::PushBegun;
use crate::base::encoding::base64url;
use crate::base::ids::{AccessPassId, ClientId, DecisionId, LoginId, Reference, SessionId, UserId};
use crate::base::secret::{TokenHash, TokenKind};
use crate::base::timestamp::Timestamp;
use crate::domain::action::Action;
use crate::domain::assurance::{Method, Proof, Strength};
use crate::domain::outcome::Outcome;
use crate::factors::email_code::SentCode;
use crate::factors::password::PasswordRefusal;
use crate::flow::need::Judgement;
use crate::protocol::authorize::AuthorizationRequest;
use crate::risk::UserReason;
use crate::signals::Work;
use crate::text::Locale;

/// What a sign-in is for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// An app's authorization request.
    Authorize(Box<AuthorizationRequest>),
    /// One of our own pages.
    Page {
        /// Path below the issuer, such as `/account`.
        path: String,
        /// What is about to be changed there: then identity must be proven now (ASVS 7.5.1), and that is what the decision is about.
        changes: Option<Action>,
    },
}

/// What was wrong with the last answer; drawn by the field it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormProblem {
    /// Nothing was typed.
    Empty,
    /// Identifier and password don't fit: the same words whatever was wrong.
    Credentials,
    /// Not the code.
    CodeWrong,
    /// The code is too old; a new one is needed.
    CodeExpired,
    /// The code was used before.
    CodeUsed,
    /// Too many wrong codes in this sign-in.
    CodeExhausted,
    /// A code was sent a moment ago.
    ResendTooSoon,
    /// No more codes are sent in this sign-in.
    ResendExhausted,
    /// The passkey was not accepted.
    Passkey,
    /// The device's answer was not accepted.
    Device,
    /// What was set up is weaker than what was lost.
    WeakerThanLost,
    /// The person turned back at the identity provider.
    IdentityCancelled,
    /// The identity provider, or its answer, cannot be used.
    IdentityUnavailable,
    /// The identity provider verified nothing that counts here.
    IdentityNotVerified,
    /// What the identity provider verified is not what the account holds.
    IdentityMismatch,
    /// The method does not suffice, or is not enrolled.
    Method,
    /// No mail can be sent now.
    MailUnavailable,
    /// Too many codes were sent to the account's mailbox lately.
    MailsExhausted,
    /// The new password breaks a rule.
    NewPassword(PasswordRefusal),
    /// The new password is the old one.
    SamePassword,
    /// What was typed is no mail address.
    NoAddress,
    /// The address is one that is thrown away after use, and the tenant takes none of those.
    DisposableAddress,
    /// The name is too long, or holds what no name holds.
    Name,
    /// The tenant's terms were not agreed to.
    Terms,
    /// Meanwhile there is an account with this address.
    AccountExists,
}

/// What the risk decision said.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JudgedState {
    /// The record.
    pub decision: DecisionId,
    /// The code that people quote.
    pub reference: Reference,
    /// What is asked.
    pub judgement: Judgement,
    /// The outcome.
    pub outcome: Outcome,
    /// What the user is told.
    pub reason: UserReason,
    /// The score, for the notice threshold.
    pub score: f64,
    /// Whether the account had no accepted sign-in before.
    pub first_sign_in: bool,
}

/// A yes or no that may still be open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Not asked, or not answered.
    #[default]
    Open,
    /// Yes.
    Yes,
    /// No.
    No,
}

/// Where the replacing of a forgotten password stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recovering {
    /// Nobody said that it is forgotten.
    #[default]
    No,
    /// The address is asked for.
    Address,
    /// A code was sent to the account's mailbox, or to nobody when there is no account; both look the same.
    Mailbox {
        /// Whose mailbox.
        user: Option<UserId>,
    },
    /// The mailbox was proven; the sign-in goes on from there.
    Proven,
}

/// Where the making of an account stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Joining {
    /// None is made here.
    #[default]
    No,
    /// The address is asked for.
    Address {
        /// Since when: how fast a form is answered is a weak sign of a machine.
        since: Timestamp,
    },
    /// A code was sent to it, or a mail that there is an account; both look the same.
    Mailbox {
        /// Whether the browser did the work that it was asked to do.
        work: Work,
    },
    /// The mailbox was proven; what the person signs in with is asked for.
    Details {
        /// The id that the account will have.
        user: UserId,
    },
}

/// A question that only its own page may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// A new password.
    NewPassword,
    /// A new factor of at least this strength.
    NewFactor(Strength),
    /// Whether to remember this browser.
    Remember,
    /// Consent.
    Consent,
}

/// A sign-in under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Login {
    /// Its id.
    pub id: LoginId,
    /// What it is for.
    pub purpose: Purpose,
    /// When it began.
    pub started_at: Timestamp,
    /// Hash of the browser's binding cookie.
    binding: String,
    /// Counts answers; a form carries the number it was drawn at, so a double submit is seen.
    pub step: u32,
    /// The language that was chosen on one of its pages.
    pub language: Option<String>,
    /// What was typed as identifier.
    pub identifier: Option<String>,
    /// Who it is, once proven or taken from the session.
    pub user: Option<UserId>,
    /// The session it continues.
    pub session: Option<SessionId>,
    /// What was proven in that session.
    pub session_proofs: Vec<Proof>,
    /// What was proven here.
    pub proofs: Vec<Proof>,
    /// What the decision said.
    pub judged: Option<JudgedState>,
    /// What the decision about consent to something sensitive said.
    pub consent_judged: Option<JudgedState>,
    /// The mail code that was sent.
    pub email_code: Option<SentCode>,
    /// The method chosen among those that suffice.
    pub chosen: Option<Method>,
    /// WebAuthn ceremony under way.
    pub passkey: Option<Value>,
    /// The request that was sent to a device.
    pub push: Option<String>,
    /// TOTP secret being enrolled, sealed, base64url.
    pub enrolling: Option<String>,
    /// Device being enrolled.
    pub device: Option<PushBegun>,
    /// Where the verification of identity stands.
    pub identity: IdentityState,
    /// The temporary access pass that was typed, until the lost factors are replaced.
    pub access_pass: Option<AccessPassId>,
    /// Whether to remember this browser.
    pub remember: Choice,
    /// Consent.
    pub consent: Choice,
    /// What was wrong with the last answer.
    pub problem: Option<FormProblem>,
    /// Wrong second factors in this sign-in.
    pub wrong_codes: u8,
    /// Whether the password that was typed is on a list of breached ones; absent when nobody looked or could say.
    pub breached: Option<bool>,
    /// Where the replacing of a forgotten password stands.
    pub recovering: Recovering,
    /// Where the making of an account stands.
    pub joining: Joining,
    /// Whether the factors beside the password are said to be lost too.
    pub lost: bool,
    /// The question on the page; an answer that was not asked for changes nothing.
    pub asked: Option<Asked>,
    /// Once finished: the address the browser was sent to, for a page that is loaded again.
    pub finished: Option<String>,
}

impl Login {
    /// A new sign-in of a browser with this binding cookie.
    pub fn new(id: LoginId, purpose: Purpose, binding: &str, now: Timestamp) -> Self {
        Self {
            id,
            purpose,
            started_at: now,
            binding: hash(binding),
            step: 0,
            language: None,
            identifier: None,
            user: None,
            session: None,
            session_proofs: Vec::new(),
            proofs: Vec::new(),
            judged: None,
            consent_judged: None,
            email_code: None,
            chosen: None,
            passkey: None,
            push: None,
            enrolling: None,
            device: None,
            identity: IdentityState::default(),
            access_pass: None,
            remember: Choice::Open,
            consent: Choice::Open,
            problem: None,
            wrong_codes: 0,
            breached: None,
            recovering: Recovering::No,
            joining: Joining::No,
            lost: false,
            asked: None,
            finished: None,
        }
    }

    /// Whether the browser with this binding cookie began it.
    pub fn is_bound_to(&self, binding: Option<&str>) -> bool {
        binding.is_some_and(|value| {
            crate::base::secret::constant_time_eq(hash(value).as_bytes(), self.binding.as_bytes())
        })
    }

    /// The app's request, when it is for one.
    pub fn request(&self) -> Option<&AuthorizationRequest> {
        match &self.purpose {
            Purpose::Authorize(request) => Some(request),
            Purpose::Page { .. } => None,
        }
    }

    /// The client, when it is for one.
    pub fn client(&self) -> Option<&ClientId> {
        self.request().map(|request| &request.client)
    }

    /// The language of its pages: what was chosen here, else what the app asks for (`ui_locales`, OpenID Connect Core section 3.1.2.1);
    /// absent where both say nothing that we speak.
    pub fn spoken(&self) -> Option<Locale> {
        let asked = self.request().into_iter().flat_map(|request| &request.ui_locales);
        let mut tags = self.language.iter().chain(asked);
        tags.find_map(|tag| Locale::from_tag(tag))
    }

    /// Everything that was proven: in the session, then here.
    pub fn all_proofs(&self) -> Vec<Proof> {
        self.session_proofs.iter().chain(&self.proofs).cloned().collect()
    }

    /// The proofs that count. A request for a new authentication is not answered with an old one, however young it is
    /// (OpenID Connect Core section 3.1.2.1, `prompt=login`), and its tokens don't tell of one (section 2, `amr`).
    pub fn countable(&self) -> Vec<Proof> {
        let anew = match &self.purpose {
            Purpose::Authorize(request) => request.prompt.login || request.prompt.select_account,
            Purpose::Page { changes, .. } => changes.is_some(),
        };
        if anew {
            self.proofs.clone()
        } else {
            self.all_proofs()
        }
    }

    /// Takes a proof. The first one that tells who it is begins the account's part of the sign-in.
    pub fn prove(&mut self, proof: Proof) {
        self.proofs.push(proof);
        self.problem = None;
        self.passkey = None;
    }

    /// The decisions of this sign-in that meant this, the latest first.
    pub fn judged_as(&self, fits: impl Fn(Judgement) -> bool) -> impl Iterator<Item = &JudgedState> {
        let all = self.consent_judged.iter().chain(&self.judged);
        all.filter(move |judged| fits(judged.judgement))
    }

    /// Says whose sign-in it is. Another person than before brings nothing along: what was proven, decided, sent, chosen or
    /// agreed to belongs to one account. Only the count of wrong codes stays, so that nobody gets more tries by it.
    pub fn identify(&mut self, user: UserId) {
        if self.user.is_some_and(|before| before != user) {
            self.forget_person();
        }
        self.user = Some(user);
    }

    /// The password is known after all, or was replaced.
    pub fn stop_recovering(&mut self) {
        self.recovering = Recovering::No;
        self.lost = false;
    }

    /// Begins anew with the person; the app's request and what was typed stay.
    pub fn forget_person(&mut self) {
        self.user = None;
        self.session = None;
        self.session_proofs.clear();
        self.proofs.clear();
        self.judged = None;
        self.consent_judged = None;
        self.email_code = None;
        self.chosen = None;
        self.passkey = None;
        self.push = None;
        self.enrolling = None;
        self.device = None;
        self.access_pass = None;
        self.identity = IdentityState::default();
        self.remember = Choice::Open;
        self.consent = Choice::Open;
        self.breached = None;
        self.stop_recovering();
        self.joining = Joining::No;
        self.asked = None;
    }
}

fn hash(binding: &str) -> String {
    base64url(TokenHash::of(TokenKind::LoginBinding, binding).as_bytes())
}
