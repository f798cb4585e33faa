//! Approval on an enrolled device (features.md F4): a request says who asks and shows nothing to approve by itself; the number that the
//! browser shows is typed on the device, and every answer is signed by a key that never leaves it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::ids::{CredentialId, DecisionId, UserId};
use crate::base::timestamp::Timestamp;

/// How long a request may be answered.
pub const LIFETIME: Duration = Duration::from_mins(2);
/// Requests that may be sent to an account in [`WINDOW`]; then other methods only (people.md U29).
pub const MAX_REQUESTS: u32 = 3;
/// The window of [`MAX_REQUESTS`].
pub const WINDOW: Duration = Duration::from_mins(15);
/// Numbers are below this.
pub const NUMBERS: u32 = 100;
/// How far a device's clock may be off.
pub const SKEW: Duration = Duration::from_mins(2);

/// A request to approve a sign-in, as it lies in short-lived state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its id.
    pub id: String,
    /// Whose account.
    pub user: UserId,
    /// The number that the browser shows.
    pub number: String,
    /// The app, by name.
    pub app: Option<String>,
    /// Approximate place.
    pub place: Option<String>,
    /// Browser and system.
    pub agent: Option<String>,
    /// When it was sent.
    pub at: Timestamp,
    /// The decision that asked for it.
    pub decision: Option<DecisionId>,
    /// What became of it.
    pub state: State,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody answered yet.
    Open,
    /// Approved, with the right number, on this device.
    Approved(CredentialId),
    /// A wrong number was typed: it counts as no answer, and another request is needed.
    WrongNumber,
    /// Rejected: somebody else asked.
    Rejected,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It was me, and this is the number that I see.
    Approve(String),
    /// It was not me.
    Reject,
}

/// Why an answer does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It was answered before.
    #[error("the request was answered before")]
    Answered,
    /// It is too old.
    #[error("the request is too old")]
    Expired,
}

impl Request {
    /// Whether it may still be answered.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.state == State::Open && now.since(self.at) < LIFETIME
    }

    /// Takes an answer of a device. A request is answered once, whatever the answer.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn answer(&mut self, by: CredentialId, answer: &Answer, now: Timestamp) -> Result<State, Refusal> {
        if self.state != State::Open {
            return Err(Refusal::Answered);
        }
        if !self.is_open(now) {
            return Err(Refusal::Expired);
        }
        self.state = match answer {
            Answer::Reject => State::Rejected,
            Answer::Approve(number) if number.trim() == self.number => State::Approved(by),
            Answer::Approve(_) => State::WrongNumber,
        };
        Ok(self.state)
    }
}

/// The number as the browser shows it.
pub fn digits(number: u32) -> String {
    format!("{:02}", number % NUMBERS)
}

/// What a device signs to be enrolled: the challenge of this enrolment and the id that it will have.
pub fn enrolment_text(issuer: &str, device: CredentialId, challenge: &str) -> String {
    format!("tidegate push enrolment\n{issuer}\n{device}\n{challenge}")
}

/// What a device signs to see the requests that wait.
pub fn pull_text(issuer: &str, device: CredentialId, at: i64) -> String {
    format!("tidegate push pull\n{issuer}\n{device}\n{at}")
}

/// What a device signs to answer a request.
pub fn answer_text(issuer: &str, device: CredentialId, request: &str, answer: &Answer) -> String {
    let (verdict, number) = match answer {
        Answer::Approve(number) => ("approve", number.as_str()),
        Answer::Reject => ("reject", ""),
    };
    format!("tidegate push answer\n{issuer}\n{device}\n{request}\n{verdict}\n{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        Request {
            id: "r".into(),
            user: UserId(uuid::Uuid::nil()),
            number: digits(7),
            app: None,
            place: None,
            agent: None,
            at: Timestamp::EPOCH,
            decision: None,
            state: State::Open,
        }
    }

    #[test]
    fn the_number_approves_once_and_in_time() {
        let device = CredentialId(uuid::Uuid::nil());
        let yes = Answer::Approve(" 07 ".into());
        let at = |secs| Timestamp::EPOCH.plus(Duration::from_secs(secs));
        let mut held = request();
        assert_eq!(held.answer(device, &yes, at(119)), Ok(State::Approved(device)));
        assert_eq!(held.answer(device, &yes, at(119)), Err(Refusal::Answered));
        assert_eq!(request().answer(device, &yes, at(120)), Err(Refusal::Expired));
        let mut guessed = request();
        let wrong = Answer::Approve("7".into());
        assert_eq!(guessed.answer(device, &wrong, at(1)), Ok(State::WrongNumber));
        assert_eq!(guessed.answer(device, &yes, at(2)), Err(Refusal::Answered));
        let mut rejected = request();
        assert_eq!(
            rejected.answer(device, &Answer::Reject, at(1)),
            Ok(State::Rejected)
        );
    }
}
