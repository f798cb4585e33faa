//! Password hashing in threads of its own: Argon2id (RFC 9106) with kept memory, a bounded queue, and an honest "busy" when
//! it is full, so that hashing never starves the rest (performance.md 4.10).

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Block, Params, Version};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::stored_hash::{StoredHash, argon2_output};
use crate::factors::password::normalize;

/// Why nothing was hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HasherError {
    /// Too many sign-ins at once; the person may try again in a moment.
    #[error("password hashing is at its limit")]
    Busy,
    /// Parameters or a stored hash that the library refuses.
    #[error("a password hash cannot be used")]
    Unusable,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Not the password.
    Wrong,
    /// The password, and the stored hash has today's parameters.
    Right,
    /// The password, but the hash should be renewed: this is the new one.
    RightRenew(String),
}

/// Strength of new hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashParams {
    /// Memory, KiB.
    pub memory_kib: u32,
    /// Passes.
    pub passes: u32,
}

/// How the pool is sized.
#[derive(Clone, Copy, Debug)]
pub struct PoolSize {
    /// Hashes at a time.
    pub slots: usize,
    /// How many may wait.
    pub queue: usize,
    /// Longest wait.
    pub wait: Duration,
}

/// A password as it was typed, and in the form in which ours are hashed.
#[derive(Clone, Debug)]
pub struct Typed {
    normalized: Zeroizing<String>,
    /// Absent when it is the same.
    as_typed: Option<Zeroizing<String>>,
}

impl Typed {
    /// What was typed.
    pub fn of(entered: &str) -> Self {
        let normalized = normalize(entered);
        let differs = normalized.as_str() != entered;
        Self {
            normalized,
            as_typed: differs.then(|| Zeroizing::new(entered.to_owned())),
        }
    }
}

enum Job {
    Hash {
        password: Zeroizing<String>,
        salt: [u8; 16],
        reply: oneshot::Sender<Result<String, HasherError>>,
    },
    Verify {
        typed: Typed,
        stored: String,
        salt: [u8; 16],
        reply: oneshot::Sender<Result<Verdict, HasherError>>,
    },
}

/// The pool. Dropping it ends its threads.
#[derive(Debug)]
pub struct Hasher {
    jobs: SyncSender<Job>,
    wait: Duration,
    /// Checked for unknown accounts, so that they cost the same work as known ones (people.md U20).
    dummy: String,
}

impl Hasher {
    /// Starts the threads.
    ///
    /// # Errors
    /// [`HasherError::Unusable`] for parameters Argon2 does not allow.
    pub fn start(params: HashParams, size: PoolSize) -> Result<Self, HasherError> {
        let params =
            Params::new(params.memory_kib, params.passes, 1, Some(32)).map_err(|_| HasherError::Unusable)?;
        let (jobs, queue) = sync_channel(size.queue.max(1));
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..size.slots.max(1) {
            let queue = Arc::clone(&queue);
            let params = params.clone();
            std::thread::Builder::new()
                .name("hasher".to_owned())
                .spawn(move || work(&queue, &params))
                .map_err(|_| HasherError::Unusable)?;
        }
        let dummy = encode(&params, &[0; 16], &[0; 32])?;
        Ok(Self {
            jobs,
            wait: size.wait,
            dummy,
        })
    }

    /// Hashes a new password, already normalised.
    ///
    /// # Errors
    /// [`HasherError::Busy`] when the queue is full or the wait too long.
    pub async fn hash(&self, password: Zeroizing<String>, salt: [u8; 16]) -> Result<String, HasherError> {
        let (reply, answer) = oneshot::channel();
        self.submit(Job::Hash {
            password,
            salt,
            reply,
        })?;
        self.wait_for(answer).await
    }

    /// Checks a password against a stored hash; `salt` is for the renewed hash, should one be made.
    ///
    /// # Errors
    /// [`HasherError::Busy`], or [`HasherError::Unusable`] for a stored hash that is none.
    pub async fn verify(&self, typed: Typed, stored: &str, salt: [u8; 16]) -> Result<Verdict, HasherError> {
        let (reply, answer) = oneshot::channel();
        self.submit(Job::Verify {
            typed,
            stored: stored.to_owned(),
            salt,
            reply,
        })?;
        self.wait_for(answer).await
    }

    /// Does the work of a check for an account that does not exist; never right.
    ///
    /// # Errors
    /// [`HasherError::Busy`].
    pub async fn verify_nobody(&self, typed: Typed) -> Result<(), HasherError> {
        self.verify(typed, &self.dummy, [0; 16]).await.map(|_| ())
    }

    fn submit(&self, job: Job) -> Result<(), HasherError> {
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) | TrySendError::Disconnected(_) => HasherError::Busy,
        })
    }

    async fn wait_for<T>(&self, answer: oneshot::Receiver<Result<T, HasherError>>) -> Result<T, HasherError> {
        match tokio::time::timeout(self.wait, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) | Err(_) => Err(HasherError::Busy),
        }
    }
}

/// One thread: takes a job, works it off in memory it keeps.
fn work(queue: &Mutex<Receiver<Job>>, params: &Params) {
    let mut memory = vec![Block::new(); params.block_count()];
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Err(_) => return,
            // Whoever waited too long is gone; the work would be for nobody.
            Ok(Job::Hash { reply, .. }) if reply.is_closed() => {}
            Ok(Job::Verify { reply, .. }) if reply.is_closed() => {}
            Ok(Job::Hash {
                password,
                salt,
                reply,
            }) => {
                let _ = reply.send(hash(params, &password, &salt, &mut memory));
            }
            Ok(Job::Verify {
                typed,
                stored,
                salt,
                reply,
            }) => {
                let _ = reply.send(verify(params, &typed, &stored, &salt, &mut memory));
            }
        }
        // A hash from elsewhere may have needed more than ours do; that much is not kept.
        memory.truncate(params.block_count());
        memory.shrink_to_fit();
    }
}

fn hash(
    params: &Params,
    password: &str,
    salt: &[u8],
    memory: &mut Vec<Block>,
) -> Result<String, HasherError> {
    let ours = (Algorithm::Argon2id, Version::V0x13);
    let output = argon2_output(ours, params, password, salt, memory)?;
    encode(params, salt, &output)
}

fn encode(params: &Params, salt: &[u8], output: &[u8]) -> Result<String, HasherError> {
    let unusable = |_| HasherError::Unusable;
    let phc = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(|_| HasherError::Unusable)?,
        salt: Some(Salt::new(salt).map_err(unusable)?),
        hash: Some(Output::new(output).map_err(unusable)?),
    };
    Ok(phc.to_string())
}

/// Ours are made of the normalised form, others' of what was typed there; both are tried where they differ, whatever is
/// stored, so that the work tells nothing about the account.
fn verify(
    today: &Params,
    typed: &Typed,
    stored: &str,
    salt: &[u8],
    memory: &mut Vec<Block>,
) -> Result<Verdict, HasherError> {
    let stored = StoredHash::parse(stored).ok_or(HasherError::Unusable)?;
    let mut right = stored.matches(&typed.normalized, memory)?;
    if let Some(as_typed) = &typed.as_typed {
        right |= stored.matches(as_typed, memory)?;
    }
    match (right, stored.is_current(today)) {
        (false, _) => Ok(Verdict::Wrong),
        (true, true) => Ok(Verdict::Right),
        (true, false) => hash(today, &typed.normalized, salt, memory).map(Verdict::RightRenew),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: PoolSize = PoolSize {
        slots: 1,
        queue: 4,
        wait: Duration::from_mins(1),
    };

    fn hasher(memory_kib: u32) -> Hasher {
        Hasher::start(
            HashParams {
                memory_kib,
                passes: 1,
            },
            SIZE,
        )
        .unwrap()
    }

    fn pw(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    #[tokio::test]
    async fn what_was_typed_elsewhere_is_tried_as_it_was_typed() {
        // «e» with a combining accent, as some systems send it: hashed there without normalisation.
        let decomposed = "caf\u{65}\u{301} noir au lait";
        let theirs = hasher(128).hash(pw(decomposed), [1; 16]).await.unwrap();
        let entered = Typed::of(decomposed);
        let Ok(Verdict::RightRenew(ours)) = hasher(64).verify(entered, &theirs, [2; 16]).await else {
            panic!()
        };
        // From then on any way of typing it will do.
        let composed = Typed::of("caf\u{e9} noir au lait");
        assert_eq!(
            hasher(64).verify(composed, &ours, [3; 16]).await,
            Ok(Verdict::Right)
        );
    }

    #[tokio::test]
    async fn right_wrong_and_renewed() {
        let old = hasher(64).hash(pw("a"), [1; 16]).await.unwrap();
        assert!(old.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{old}");
        assert_eq!(
            hasher(64).verify(Typed::of("a"), &old, [2; 16]).await,
            Ok(Verdict::Right)
        );
        assert_eq!(
            hasher(64).verify(Typed::of("b"), &old, [2; 16]).await,
            Ok(Verdict::Wrong)
        );
        let Ok(Verdict::RightRenew(new)) = hasher(128).verify(Typed::of("a"), &old, [2; 16]).await else {
            panic!()
        };
        assert!(new.contains("m=128"));
        assert_eq!(
            hasher(128).verify(Typed::of("a"), &new, [3; 16]).await,
            Ok(Verdict::Right)
        );
    }

    #[tokio::test]
    async fn stored_nonsense_is_an_error_not_a_panic() {
        for bad in [
            "",
            "x",
            "$argon2id$v=19$m=64,t=1,p=1",
            "$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAA$AAAA",
        ] {
            assert_eq!(
                hasher(64).verify(Typed::of("a"), bad, [0; 16]).await,
                Err(HasherError::Unusable),
                "{bad}"
            );
        }
    }

    #[tokio::test]
    async fn a_full_queue_answers_at_once() {
        let (jobs, _held) = sync_channel(1);
        let full = Hasher {
            jobs,
            wait: Duration::from_millis(1),
            dummy: String::new(),
        };
        assert_eq!(full.hash(pw("a"), [0; 16]).await, Err(HasherError::Busy));
        assert_eq!(full.hash(pw("b"), [0; 16]).await, Err(HasherError::Busy));
    }
}
