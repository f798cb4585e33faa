//! Commits: one writer with shared commits on SQLite, a transaction a batch on PostgreSQL.
//!
//! # SQLite
//!
//! The writer task owns the only writing connection. It takes the batch that waits longest and every other batch that
//! is waiting by then, runs them in one transaction, and answers all of them after its commit. While the disk works,
//! the next group gathers; nothing ever waits on a timer (performance.md section 4, rule 7).
//!
//! A batch whose expectation fails is rolled back to its savepoint and the others go on. Any other failure (a full
//! disk, a lost connection) may have taken the whole transaction with it: it is rolled back and each batch of the group
//! is tried again alone, so that nobody is answered for somebody else's trouble.

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{ConnectOptions as _, Connection as _};
use sea_orm::{DatabaseConnection, TransactionTrait};
use tokio::sync::{mpsc, oneshot};

use super::batch::Batch;
use super::error::StoreError;
use super::repo::audit;
use super::session::Session;

/// Most batches in one shared commit: bounds how long the first of them waits for the last.
const GROUP: usize = 256;
/// Batches that may wait for the writer before callers wait to hand theirs in.
const QUEUE: usize = 1024;
/// How often a batch is tried on PostgreSQL when it was the victim of a deadlock.
const TRIES: usize = 3;

/// Commits batches.
#[derive(Debug)]
pub(super) enum Writer {
    /// SQLite: hands batches to the writer task.
    Shared(mpsc::Sender<Message>),
    /// PostgreSQL: each batch on a connection of its own.
    Direct(DatabaseConnection),
}

/// What the writer task is told.
#[derive(Debug)]
pub(super) enum Message {
    Commit(Pending),
    Close(oneshot::Sender<()>),
}

/// A batch and who waits for it.
#[derive(Debug)]
pub(super) struct Pending {
    batch: Batch,
    answer: oneshot::Sender<Result<(), StoreError>>,
}

impl Writer {
    /// Starts the writer task of a SQLite database. The task ends with the last handle of the store.
    #[expect(
        clippy::disallowed_methods,
        reason = "the store's writer is one of the tasks the rule names"
    )]
    pub(super) fn shared(connection: SqliteConnection, options: SqliteConnectOptions) -> Self {
        let (sender, queue) = mpsc::channel(QUEUE);
        tokio::spawn(write(connection, options, queue));
        Self::Shared(sender)
    }

    /// Writes straight to PostgreSQL.
    pub(super) const fn direct(db: DatabaseConnection) -> Self {
        Self::Direct(db)
    }

    pub(super) async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        let queue = match self {
            Self::Direct(db) => return commit_direct(db, &batch).await,
            Self::Shared(queue) => queue,
        };
        let closed = || StoreError::Unavailable("the store was closed".to_owned());
        let (answer, answered) = oneshot::channel();
        queue
            .send(Message::Commit(Pending { batch, answer }))
            .await
            .map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }

    /// Waits until everything handed in before is written.
    pub(super) async fn close(&self) {
        if let Self::Shared(queue) = self {
            let (done, closed) = oneshot::channel();
            if queue.send(Message::Close(done)).await.is_ok() {
                let _ = closed.await;
            }
        }
    }
}

/// The writer task.
async fn write(
    mut connection: SqliteConnection,
    options: SqliteConnectOptions,
    mut queue: mpsc::Receiver<Message>,
) {
    let mut group = Vec::new();
    while let Some(first) = queue.recv().await {
        let mut next = Some(first);
        let mut closing = None;
        while let Some(message) = next {
            match message {
                Message::Commit(pending) => group.push(pending),
                Message::Close(done) => closing = Some(done),
            }
            let full = group.len() >= GROUP || closing.is_some();
            next = if full { None } else { queue.try_recv().ok() };
        }
        if !group.is_empty() && !commit_group(&mut connection, &mut group).await {
            // The connection failed in a way that another one might not.
            if let Ok(fresh) = options.connect().await {
                connection = fresh;
            }
        }
        if let Some(done) = closing {
            queue.close();
            let _ = connection.close().await;
            let _ = done.send(());
            return;
        }
    }
    let _ = connection.close().await;
}

/// Commits a group and answers its batches. Whether the connection is still good.
async fn commit_group(connection: &mut SqliteConnection, group: &mut Vec<Pending>) -> bool {
    match try_group(connection, group).await {
        Ok(results) => {
            for (pending, result) in group.drain(..).zip(results) {
                let _ = pending.answer.send(result);
            }
            return true;
        }
        Err(error) if group.len() == 1 => {
            for pending in group.drain(..) {
                let _ = pending.answer.send(Err(error.clone()));
            }
            return matches!(error, StoreError::Busy);
        }
        Err(_) => {}
    }
    let mut good = true;
    for pending in group.drain(..) {
        let alone = std::slice::from_ref(&pending);
        let result = match try_group(connection, alone).await {
            Ok(mut results) => results.pop().unwrap_or(Ok(())),
            Err(error) => {
                good = matches!(error, StoreError::Busy);
                Err(error)
            }
        };
        let _ = pending.answer.send(result);
    }
    good
}

/// Runs a group in one transaction: a result for each batch, or the failure of the whole.
async fn try_group(
    connection: &mut SqliteConnection,
    group: &[Pending],
) -> Result<Vec<Result<(), StoreError>>, StoreError> {
    let mut session = Session::Sqlite(connection);
    session.control("BEGIN IMMEDIATE").await?;
    let mut results = Vec::with_capacity(group.len());
    for pending in group {
        match run_in_savepoint(&mut session, &pending.batch).await {
            Ok(()) => results.push(Ok(())),
            Err(conflict @ StoreError::Conflict(_)) => results.push(Err(conflict)),
            Err(error) => {
                // When SQLite rolled back by itself there is nothing left to roll back.
                let _ = session.control("ROLLBACK").await;
                return Err(error);
            }
        }
    }
    if let Err(error) = session.control("COMMIT").await {
        let _ = session.control("ROLLBACK").await;
        return Err(error);
    }
    Ok(results)
}

async fn run_in_savepoint(session: &mut Session<'_>, batch: &Batch) -> Result<(), StoreError> {
    if batch.is_single() {
        // A statement that fails, or changes no row, leaves nothing behind: SQLite undoes it by itself.
        return run(session, batch).await;
    }
    session.control("SAVEPOINT batch").await?;
    let result = run(session, batch).await;
    if let Err(StoreError::Conflict(_)) = &result {
        session.control("ROLLBACK TO batch").await?;
    }
    if matches!(&result, Ok(()) | Err(StoreError::Conflict(_))) {
        session.control("RELEASE batch").await?;
    }
    result
}

/// Runs a batch's statements, then its audit entries, then the change counter. That order is the same for every batch,
/// so that two of them never wait for each other's locks.
async fn run(session: &mut Session<'_>, batch: &Batch) -> Result<(), StoreError> {
    for step in batch.steps() {
        let rows = session.execute(&step.sql, &step.values).await?;
        if let Some(conflict) = step.require.filter(|_| rows == 0) {
            return Err(StoreError::Conflict(conflict.to_owned()));
        }
    }
    if !batch.audit_entries().is_empty() {
        audit::append(session, batch.tenant(), batch.audit_entries()).await?;
    }
    if batch.bumps() {
        session
            .execute("UPDATE change_clock SET seq = seq + 1 WHERE id = 1", &[])
            .await?;
        session
            .execute(
                "INSERT INTO changes (tenant_id, seq) SELECT $1, seq FROM change_clock WHERE id = 1 \
                 ON CONFLICT (tenant_id) DO UPDATE SET seq = excluded.seq",
                &[batch.tenant().into()],
            )
            .await?;
    }
    Ok(())
}

async fn commit_direct(db: &DatabaseConnection, batch: &Batch) -> Result<(), StoreError> {
    let mut tries = 0;
    loop {
        tries += 1;
        match try_direct(db, batch).await {
            Err(StoreError::Busy) if tries < TRIES => {}
            result => return result,
        }
    }
}

async fn try_direct(db: &DatabaseConnection, batch: &Batch) -> Result<(), StoreError> {
    if batch.is_single() {
        return run(&mut Session::PostgresPool(db), batch).await;
    }
    let transaction = db.begin().await?;
    match run(&mut Session::Postgres(&transaction), batch).await {
        Ok(()) => Ok(transaction.commit().await?),
        Err(error) => {
            transaction.rollback().await?;
            Err(error)
        }
    }
}
