//! Many pieces of work, a few of them under way at a time.

use std::collections::VecDeque;
use std::pin::Pin;

use tokio::task::JoinSet;

/// Work of one kind: begun in the order in which it was added, a few at a time; given as it gets done. What is not done ends when
/// this is dropped.
pub(crate) struct Abreast<T> {
    most: usize,
    waiting: VecDeque<Pin<Box<dyn Future<Output = T> + Send>>>,
    under_way: JoinSet<T>,
}

impl<T: Send + 'static> Abreast<T> {
    /// At most so many pieces are under way; at least one is.
    pub(crate) fn new(most: usize) -> Self {
        Self { most: most.max(1), waiting: VecDeque::new(), under_way: JoinSet::new() }
    }

    /// Another piece, after those that wait.
    pub(crate) fn add(&mut self, work: impl Future<Output = T> + Send + 'static) {
        self.waiting.push_back(Box::pin(work));
    }

    /// What got done first of what is under way; nothing when all of it was given. Nothing is begun before somebody asks.
    ///
    /// A runtime with several threads begins tasks in no certain order, so those that wait must not be tasks yet: whoever looks on
    /// sees the first ones first.
    ///
    /// # Panics
    /// When the work panicked.
    pub(crate) async fn next(&mut self) -> Option<T> {
        while self.under_way.len() < self.most {
            let Some(work) = self.waiting.pop_front() else { break };
            self.under_way.spawn(work);
        }
        let done = self.under_way.join_next().await?;
        Some(done.expect("work neither panics nor is cancelled alone"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::{Arc, Mutex};

    use tokio::sync::Semaphore;

    use super::*;

    /// Work that says that it has begun and is done when it may be; each permit lets one go on.
    fn begun_after(most: usize, pieces: usize, permits: usize) -> Vec<BTreeSet<usize>> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().expect("it starts");
        let (begun, gate) = (Arc::new(Mutex::new(BTreeSet::new())), Arc::new(Semaphore::new(0)));
        let mut work = Abreast::new(most);
        for piece in 0..pieces {
            let (begun, gate) = (Arc::clone(&begun), Arc::clone(&gate));
            work.add(async move {
                begun.lock().expect("nobody panics").insert(piece);
                gate.acquire().await.expect("it stays open").forget();
            });
        }
        runtime.block_on(async {
            let mut seen = Vec::new();
            for _ in 0..permits {
                // One that is asked for and never let go begins all that may be under way.
                while begun.lock().expect("nobody panics").len() < (seen.len() + most).min(pieces) {
                    tokio::select! { biased; _ = work.next() => unreachable!("none may go on"), () = tokio::task::yield_now() => {} }
                }
                seen.push(begun.lock().expect("nobody panics").clone());
                gate.add_permits(1);
                work.next().await.expect("one is under way");
            }
            seen
        })
    }

    #[test]
    fn the_first_are_begun_first_and_only_a_few_at_a_time() {
        #[track_caller]
        fn check(most: usize, pieces: usize, permits: usize, begun: &[usize]) {
            let seen: Vec<usize> = begun_after(most, pieces, permits)
                .into_iter()
                .map(|set| {
                    // Whatever order they are begun in, they are the first ones.
                    assert_eq!(set, (0..set.len()).collect());
                    set.len()
                })
                .collect();
            assert_eq!(seen, begun);
        }
        check(4, 62, 1, &[4]);
        check(4, 62, 3, &[4, 5, 6]);
        check(1, 3, 3, &[1, 2, 3]);
        check(4, 2, 2, &[2, 2]);
    }

    #[tokio::test]
    async fn what_is_not_done_ends_with_it() {
        let (kept, gate) = (Arc::new(()), Arc::new(Semaphore::new(0)));
        let mut work = Abreast::new(1);
        for _ in 0..3 {
            let (kept, gate) = (Arc::clone(&kept), Arc::clone(&gate));
            work.add(async move {
                let _kept = kept;
                gate.acquire().await.expect("it stays open").forget();
            });
        }
        tokio::select! { biased; _ = work.next() => unreachable!("none may go on"), () = tokio::task::yield_now() => {} }
        drop(work);
        // Tasks that are called off are taken down at their next turn.
        while Arc::strong_count(&kept) > 1 {
            tokio::task::yield_now().await;
        }
    }
}
