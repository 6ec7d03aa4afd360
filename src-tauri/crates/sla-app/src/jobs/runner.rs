//! Who carries jobs out: a few at a time, each in the view of the ledger.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sla_core::job::JobState;
use sla_core::time::UnixSeconds;
use sla_ledger::{Actor, Job, JobStep, Ledger, SeriesStep};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tracing::field::Empty;
use tracing::{Instrument, Span};

use super::work::{Desk, Failed, Ready};
use super::{JobError, JobProblem, JobRequest, JobResult, new_id};
use crate::progress::{CloseProgress, Step};

/// Jobs under way at once.
const AT_ONCE: usize = 2;
/// Between two looks whether another program was asked for a job, or has stopped.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Between two signs of life, and so the longest until a job that was called off stops.
const SIGN_EVERY: Duration = Duration::from_millis(500);
/// A program that gave no sign for so long has stopped.
const LOST_AFTER_SECONDS: i64 = 10;
/// How often what became of a job is said again while the ledger does not answer.
const ENDS: usize = 20;

/// The clock, Unix seconds.
pub(crate) type Clock = Arc<dyn Fn() -> UnixSeconds + Send + Sync>;

/// Carries out jobs of a ledger.
#[derive(Clone)]
pub struct Runner {
    ledger: Ledger,
    desk: Arc<Desk>,
    clock: Clock,
    /// Names this program among others that work on the same ledger.
    id: String,
    wake: Arc<Notify>,
}

impl std::fmt::Debug for Runner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Runner").field("desk", &self.desk).field("id", &self.id).finish_non_exhaustive()
    }
}

impl Runner {
    /// Somebody who carries jobs out; nothing happens until it runs. `clock` gives Unix seconds.
    ///
    /// # Errors
    /// [`JobError::System`] when the system gives no random numbers.
    pub fn new(
        ledger: Ledger,
        desk: Desk,
        clock: impl Fn() -> UnixSeconds + Send + Sync + 'static,
    ) -> Result<Self, JobError> {
        Ok(Self { ledger, desk: Arc::new(desk), clock: Arc::new(clock), id: new_id()?, wake: Arc::default() })
    }

    /// Where its jobs find what they need.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Tells it that a job was asked for.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Carries jobs out until `stop` comes. What is under way then and has not begun to record is given up and marked as
    /// interrupted.
    pub async fn run(&self, stop: impl Future<Output = ()> + Send) {
        let (stopping, stopped) = watch::channel(false);
        let mut under_way = JoinSet::new();
        tokio::pin!(stop);
        loop {
            self.mark_lost().await;
            while under_way.len() < AT_ONCE {
                let Some(job) = self.take().await else { break };
                let (runner, stopped) = (self.clone(), stopped.clone());
                let trace = trace(&job);
                under_way.spawn(async move { runner.carry_out(job, stopped).await }.instrument(trace));
            }
            tokio::select! {
                () = &mut stop => break,
                () = self.wake.notified() => {}
                Some(_) = under_way.join_next() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
        stopping.send_replace(true);
        while under_way.join_next().await.is_some() {}
    }

    fn now(&self) -> UnixSeconds {
        (self.clock)()
    }

    async fn mark_lost(&self) {
        let now = self.now();
        match self.ledger.interrupt_jobs(now - LOST_AFTER_SECONDS, now).await {
            Ok(0) => {}
            Ok(count) => tracing::warn!(count, "jobs were interrupted: their program has stopped"),
            Err(error) => tracing::warn!(code = error.code(), "jobs cannot be looked at"),
        }
    }

    async fn take(&self) -> Option<Job> {
        match self.ledger.take_job(&self.id, self.now()).await {
            Ok(job) => job,
            Err(error) => {
                tracing::warn!(code = error.code(), "no job can be taken");
                None
            }
        }
    }

    /// Carries a job out and says what became of it.
    async fn carry_out(&self, job: Job, mut stopped: watch::Receiver<bool>) {
        let progress = Arc::new(Progress::default());
        let (calling_off, mut called_off) = watch::channel(false);
        // A set, because it ends its task when it is dropped, whatever happens here.
        let mut signs = JoinSet::new();
        signs.spawn(give_signs(self.clone(), job.id.clone(), Arc::clone(&progress), calling_off));
        let shared: Arc<dyn CloseProgress> = Arc::clone(&progress) as _;
        let work = self.prepared(&job, &shared);
        let ended = tokio::select! {
            // Asked first: what was called off is not recorded, even if it is ready at the same time.
            biased;
            true = is_set(&mut called_off) => Ended::Cancelled,
            true = is_set(&mut stopped) => Ended::Interrupted,
            ready = work => match ready {
                Ok(ready) => ready.finish(&shared).await.map_or_else(Ended::Failed, Ended::Done),
                Err(failed) => Ended::Failed(failed),
            },
        };
        drop(signs);
        // The last step is told with what became of it; that it is not told is no reason to say nothing more.
        let _ = self.ledger.see_job(&job.id, &self.id, &progress.now(), self.now()).await;
        self.end(&job.id, ended).await;
    }

    async fn prepared(&self, job: &Job, progress: &Arc<dyn CloseProgress>) -> Result<Ready, Failed> {
        let request: JobRequest = serde_json::from_str(&job.request)
            .map_err(|error| Failed::inside("job.unreadable", format!("its request cannot be read: {error}")))?;
        let actor = Actor { name: &job.account, origin: &job.origin };
        self.desk.prepare(&request, actor, self.now(), progress).await
    }

    async fn end(&self, id: &str, ended: Ended) {
        let (state, outcome) = match &ended {
            Ended::Done(result) => (JobState::Done, json(result)),
            Ended::Cancelled => (JobState::Cancelled, String::new()),
            Ended::Interrupted => (JobState::Interrupted, String::new()),
            Ended::Failed(Failed { problem, cause }) => {
                if let Some(cause) = cause {
                    tracing::error!(job = id, code = problem.code, cause, "a job failed inside");
                }
                (JobState::Failed, json::<JobProblem>(problem))
            }
        };
        Span::current().record("job.state", state.name());
        if matches!(ended, Ended::Failed(_)) {
            Span::current().record("otel.status_code", "ERROR");
        }
        tracing::info!(job = id, state = state.name(), "a job has ended");
        for _ in 0..ENDS {
            match self.ledger.end_job(id, &self.id, (state, &outcome), self.now()).await {
                Ok(()) => return,
                Err(error) => tracing::warn!(job = id, code = error.code(), "what became of a job cannot be said yet"),
            }
            tokio::time::sleep(SIGN_EVERY).await;
        }
    }
}

/// The trace of a job, for whoever collects traces. It is one of its own: who asked for it waits no more.
fn trace(job: &Job) -> Span {
    tracing::info_span!(
        parent: None,
        "job",
        otel.name = format!("job {}", job.kind.name()),
        otel.status_code = Empty,
        job.kind = job.kind.name(),
        job.state = Empty,
        job = job.id,
    )
}

/// What became of a job.
enum Ended {
    Done(JobResult),
    Failed(Failed),
    Cancelled,
    Interrupted,
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("an outcome has only string keys")
}

/// Ends with true when it is set; with false when nobody can set it any more.
async fn is_set(flag: &mut watch::Receiver<bool>) -> bool {
    flag.wait_for(|is_set| *is_set).await.is_ok()
}

/// Says every moment that a job lives and how far it is, and passes on that somebody called it off.
async fn give_signs(runner: Runner, id: String, progress: Arc<Progress>, calling_off: watch::Sender<bool>) {
    loop {
        match runner.ledger.see_job(&id, &runner.id, &progress.now(), runner.now()).await {
            Ok(true) => drop(calling_off.send_replace(true)),
            Ok(false) => {}
            Err(error) => tracing::warn!(job = id, code = error.code(), "no sign of a job can be given"),
        }
        tokio::time::sleep(SIGN_EVERY).await;
    }
}

/// How far a job is.
#[derive(Default)]
struct Progress(Mutex<JobStep>);

impl Progress {
    fn at(&self) -> MutexGuard<'_, JobStep> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> JobStep {
        self.at().clone()
    }
}

impl CloseProgress for Progress {
    fn step(&self, step: Step, done: u64, of: u64) {
        let mut at = self.at();
        if at.name != step.name() {
            *at = JobStep { name: step.name().to_owned(), ..JobStep::default() };
        }
        (at.done, at.of) = (done, of);
    }

    fn customer(&self, name: &str, done: u64, of: u64) {
        let mut at = self.at();
        at.customer = Some(name.to_owned());
        (at.customers_done, at.customers) = (done, of);
    }

    fn series(&self, name: &str, done: u64, of: u64) {
        let mut at = self.at();
        at.series.retain(|one| one.name != name);
        if done < of {
            at.series.push(SeriesStep { name: name.to_owned(), done, of });
            at.series.sort_by(|one, other| one.name.cmp(&other.name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_told_while_they_are_read() {
        let progress = Progress::default();
        let told = || {
            progress.now().series.iter().map(|one| format!("{} {}/{}", one.name, one.done, one.of)).collect::<Vec<_>>()
        };
        progress.step(Step::Capture, 0, 200);
        progress.series("west/api", 0, 3);
        progress.series("nord/api", 1, 3);
        assert_eq!(told(), ["nord/api 1/3", "west/api 0/3"]);
        progress.series("west/api", 2, 3);
        progress.series("nord/api", 3, 3);
        assert_eq!(told(), ["west/api 2/3"]);
        // What failed half way is gone with its step.
        progress.step(Step::Measure, 0, 1);
        assert!(told().is_empty());
    }
}
