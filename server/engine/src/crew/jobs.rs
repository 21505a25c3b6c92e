//! A heap of jobs that hands work off: whoever is idle takes what was put there last.
//!
//! Taking the last keeps the heap small: a tree is walked in depth, and what lies there is never
//! more than what the hands' ways down have passed by. Whoever does a job counts what he did;
//! the foreman hears of it in this thread, however many hands there are.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;

use super::{Crew, Task};

/// Told of entries and bytes as they are done, and now and then of none. An error ends the work.
pub(crate) type Foreman<'a, E> = dyn FnMut(u64, u64) -> Result<(), E> + 'a;

/// Does one job; others may be done at the same time.
pub(crate) type Perform<'p, 'f, J, E> = dyn Fn(&mut Hand<'_, 'f, J, E>, J) -> Result<(), E> + Sync + 'p;

/// Somebody else's failure, or the foreman, has ended the work.
#[derive(Debug)]
pub(crate) struct Interrupted;

/// Nobody runs further ahead of the foreman than this: limits on the rate are kept by making him
/// wait.
const UNHEARD_ENTRIES: u64 = 1024;
const UNHEARD_BYTES: u64 = 8 << 20;

/// A hand tells of what it did when it is so much, and after each job: it is one word for all hands to write.
const UNTOLD_ENTRIES: u64 = 16;
const UNTOLD_BYTES: u64 = 1 << 20;

struct Heap<J> {
    waiting: Mutex<Waiting<J>>,
    is_over: AtomicBool,
    entries: AtomicU64,
    bytes: AtomicU64,
}

struct Waiting<J> {
    jobs: Vec<J>,
    /// Hands at a job, which may put more there.
    busy: usize,
}

enum Taken<J> {
    Job(J),
    /// Nothing yet, but others may still put something there.
    Nothing,
    Over,
}

/// One of those who work.
pub(crate) struct Hand<'a, 'f, J, E> {
    heap: &'a Heap<J>,
    boss: Boss<'a, 'f, E>,
    /// Done and not told of yet.
    entries: u64,
    bytes: u64,
}

/// How a hand is heard.
enum Boss<'a, 'f, E> {
    /// He stands beside, since there is one hand only.
    Beside(&'a mut Foreman<'f, E>),
    /// He looks at what was counted.
    Elsewhere(&'a dyn Crew),
}

impl<J, E: From<Interrupted>> Hand<'_, '_, J, E> {
    /// Puts a job there for whoever is idle first.
    pub(crate) fn put(&self, job: J) {
        self.heap.waiting.lock().jobs.push(job);
    }

    /// Lets the foreman know of all that was counted.
    fn tell(&mut self) {
        self.heap.add(std::mem::take(&mut self.entries), std::mem::take(&mut self.bytes));
    }

    /// Counts what was done since the last time. An error means to leave everything as it is.
    pub(crate) fn count(&mut self, entries: u64, bytes: u64) -> Result<(), E> {
        match &mut self.boss {
            Boss::Beside(foreman) => foreman(entries, bytes),
            Boss::Elsewhere(crew) => {
                let crew = *crew;
                (self.entries, self.bytes) = (self.entries + entries, self.bytes + bytes);
                if self.entries >= UNTOLD_ENTRIES || self.bytes >= UNTOLD_BYTES {
                    self.tell();
                    while self.heap.is_far_ahead() && !self.heap.is_over() {
                        crew.rest();
                    }
                }
                if self.heap.is_over() { Err(Interrupted.into()) } else { Ok(()) }
            }
        }
    }
}

impl<J> Heap<J> {
    fn new(first: J) -> Self {
        Self {
            waiting: Mutex::new(Waiting { jobs: vec![first], busy: 0 }),
            is_over: AtomicBool::new(false),
            entries: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    fn take(&self) -> Taken<J> {
        let mut waiting = self.waiting.lock();
        if self.is_over() {
            return Taken::Over;
        }
        if let Some(job) = waiting.jobs.pop() {
            waiting.busy += 1;
            return Taken::Job(job);
        }
        if waiting.busy > 0 {
            return Taken::Nothing;
        }
        self.end();
        Taken::Over
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    fn end(&self) {
        self.is_over.store(true, Ordering::Release);
    }

    fn add(&self, entries: u64, bytes: u64) {
        self.entries.fetch_add(entries, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    fn is_far_ahead(&self) -> bool {
        self.entries.load(Ordering::Relaxed) > UNHEARD_ENTRIES || self.bytes.load(Ordering::Relaxed) > UNHEARD_BYTES
    }

    /// What was counted since the last time.
    fn counted(&self) -> (u64, u64) {
        (self.entries.swap(0, Ordering::Relaxed), self.bytes.swap(0, Ordering::Relaxed))
    }
}

/// Ends the work when a hand leaves it, in whatever way: nobody waits for what it had begun.
struct EndsWith<'a, J>(&'a Heap<J>);

impl<J> Drop for EndsWith<'_, J> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Has a job done, and every job that doing it puts there. The first error ends the work.
pub(crate) fn work_off<'f, J: Send, E: From<Interrupted> + Send>(
    crew: &dyn Crew,
    first: J,
    perform: &Perform<'_, 'f, J, E>,
    foreman: &mut Foreman<'f, E>,
) -> Result<(), E> {
    let heap = Heap::new(first);
    if crew.hands() < 2 {
        let mut hand = Hand { heap: &heap, boss: Boss::Beside(foreman), entries: 0, bytes: 0 };
        loop {
            let job = heap.waiting.lock().jobs.pop();
            let Some(job) = job else { return Ok(()) };
            perform(&mut hand, job)?;
        }
    }
    let failure = Mutex::new(None);
    let hand = || {
        let _ends = EndsWith(&heap);
        let mut hand = Hand { heap: &heap, boss: Boss::Elsewhere(crew), entries: 0, bytes: 0 };
        loop {
            match heap.take() {
                Taken::Over => return,
                Taken::Nothing => crew.rest(),
                Taken::Job(job) => {
                    let done = perform(&mut hand, job);
                    hand.tell();
                    if let Err(error) = done {
                        failure.lock().get_or_insert(error);
                        return;
                    }
                    heap.waiting.lock().busy -= 1;
                }
            }
        }
    };
    let tasks: Vec<Task<'_>> = (0..crew.hands()).map(|_| Box::new(hand) as Task<'_>).collect();
    crew.together(tasks, &mut || {
        let _ends = EndsWith(&heap);
        while !heap.is_over() {
            let (entries, bytes) = heap.counted();
            if let Err(error) = foreman(entries, bytes) {
                failure.lock().get_or_insert(error);
                return;
            }
            crew.rest();
        }
    });
    if let Some(error) = failure.into_inner() {
        return Err(error);
    }
    let (entries, bytes) = heap.counted();
    foreman(entries, bytes)
}

#[cfg(test)]
mod tests {
    use super::super::{Alone, Threads};
    use super::*;

    #[derive(Debug, PartialEq)]
    enum Problem {
        Interrupted,
        Broken,
    }

    impl From<Interrupted> for Problem {
        fn from(_: Interrupted) -> Self {
            Self::Interrupted
        }
    }

    /// Each job puts two below it; answers what the foreman heard.
    fn halve(crew: &dyn Crew, depth: u32, fails_at: u32) -> (Result<(), Problem>, u64) {
        let mut heard = 0;
        let perform = |hand: &mut Hand<'_, '_, u32, Problem>, depth: u32| {
            if depth == fails_at {
                return Err(Problem::Broken);
            }
            if depth > 0 {
                hand.put(depth - 1);
                hand.put(depth - 1);
            }
            hand.count(1, 0)
        };
        let result = work_off(crew, depth, &perform, &mut |entries, _| {
            heard += entries;
            Ok(())
        });
        (result, heard)
    }

    #[test]
    fn every_job_is_done_and_heard_of_once() {
        for crew in [&Alone as &dyn Crew, &Threads { hands: 2 }, &Threads { hands: 7 }] {
            assert_eq!(halve(crew, 12, u32::MAX), (Ok(()), (1 << 13) - 1));
        }
    }

    #[test]
    fn the_first_failure_ends_the_work_and_is_the_answer() {
        for crew in [&Alone as &dyn Crew, &Threads { hands: 3 }] {
            assert_eq!(halve(crew, 12, 4).0, Err(Problem::Broken));
        }
    }

    #[test]
    fn the_foreman_ends_the_work() {
        for crew in [&Alone as &dyn Crew, &Threads { hands: 3 }] {
            let perform = |hand: &mut Hand<'_, '_, (), Problem>, ()| {
                hand.put(());
                hand.count(1, 0)
            };
            let mut left = 2000_u64;
            let result = work_off(crew, (), &perform, &mut |entries, _| {
                left = left.saturating_sub(entries);
                if left == 0 { Err(Problem::Broken) } else { Ok(()) }
            });
            assert_eq!(result, Err(Problem::Broken));
        }
    }

    #[test]
    fn nobody_runs_far_ahead_of_the_foreman() {
        let perform = |hand: &mut Hand<'_, '_, u32, Problem>, left: u32| {
            if left > 0 {
                hand.put(left - 1);
            }
            hand.count(100, 0)
        };
        let mut most = 0;
        let result = work_off(&Threads { hands: 2 }, 500, &perform, &mut |entries, _| {
            most = most.max(entries);
            Ok(())
        });
        assert_eq!(result, Ok(()));
        assert!(most <= UNHEARD_ENTRIES + 2 * 100, "{most}");
    }

    #[test]
    fn a_panic_of_a_hand_is_not_lost() {
        let perform = |_: &mut Hand<'_, '_, (), Problem>, ()| -> Result<(), Problem> { panic!("broken assertion") };
        let result = std::panic::catch_unwind(|| work_off(&Threads { hands: 2 }, (), &perform, &mut |_, _| Ok(())));
        assert_eq!(result.unwrap_err().downcast_ref::<&str>(), Some(&"broken assertion"));
    }
}
