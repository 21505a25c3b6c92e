//! One thread at a time, and the seed says which: a cooperative scheduler at file-system calls.
//!
//! Whoever plays a role runs until its next call; there the stage chooses who goes on. So moves
//! interleave as finely as the file system can tell, and the same seed interleaves them alike.
//! The stage also counts the calls, cuts the power before one of them, and writes the trace.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use parking_lot::{Condvar, Mutex};

use crate::fs::simulator::{Random, Stopped};

thread_local! {
    static ROLE: Cell<usize> = const { Cell::new(0) };
}

pub(super) struct Stage {
    scene: Mutex<Scene>,
    turn: Condvar,
}

struct Scene {
    random: Random,
    /// Out of 100 calls, so many hand over.
    restlessness: u64,
    playing: Vec<bool>,
    current: usize,
    /// Nobody else gets a turn: whoever runs holds a lock of the engine.
    is_alone: bool,
    calls: u64,
    ends_before: Option<u64>,
    has_ended: bool,
    trace: Trace,
}

/// Every call with its answer: a digest always, the lines where somebody wants to read them.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    pub(super) lines: Option<Vec<String>>,
    pub(super) digest: u64,
}

impl Trace {
    pub(super) fn add(&mut self, line: String) {
        // FNV-1a, which depends on nothing but the bytes.
        for byte in line.bytes().chain([b'\n']) {
            self.digest = (self.digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        if let Some(lines) = &mut self.lines {
            lines.push(line);
        }
    }
}

/// How a role ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Exit {
    Played,
    /// The process ended under it.
    Stopped,
    /// It broke an assertion.
    Panicked(String),
}

impl Stage {
    pub(super) fn new(random: Random, trace: Trace) -> Self {
        let scene = Scene {
            random,
            restlessness: 0,
            playing: Vec::new(),
            current: 0,
            is_alone: false,
            calls: 0,
            ends_before: None,
            has_ended: false,
            trace,
        };
        Self { scene: Mutex::new(scene), turn: Condvar::new() }
    }

    /// A new process begins: it ends before its `ends_before`-th call, if at all.
    pub(super) fn begin(&self, restlessness: u64, ends_before: Option<u64>) {
        let mut scene = self.scene.lock();
        scene.restlessness = restlessness;
        scene.calls = 0;
        scene.ends_before = ends_before;
        scene.has_ended = false;
        scene.is_alone = false;
    }

    /// Plays all roles to their ends, one call of one of them at a time.
    pub(super) fn play(&self, roles: Vec<Box<dyn FnOnce() + Send + '_>>) -> Vec<Exit> {
        {
            let mut scene = self.scene.lock();
            scene.playing = vec![true; roles.len()];
            scene.current = 0;
            scene.pass_on();
        }
        std::thread::scope(|scope| {
            let threads: Vec<_> = roles
                .into_iter()
                .enumerate()
                .map(|(role, play)| {
                    scope.spawn(move || {
                        ROLE.set(role);
                        let result = catch_unwind(AssertUnwindSafe(|| {
                            self.wait_for_turn();
                            play();
                        }));
                        self.leave(role);
                        result.map_or_else(|payload| exit_of(&*payload), |()| Exit::Played)
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|payload| exit_of(&*payload))).collect()
        })
    }

    /// Between two calls: the process may end here, or somebody else goes on. Answers the
    /// number of the call.
    pub(super) fn step(&self) -> u64 {
        let role = ROLE.get();
        let mut scene = self.scene.lock();
        let number = scene.calls;
        scene.calls += 1;
        if scene.ends_before.is_some_and(|end| number >= end) {
            scene.has_ended = true;
            self.turn.notify_all();
        }
        if !scene.has_ended && !scene.is_alone && scene.random.below(100) < scene.restlessness {
            scene.pass_on();
            self.turn.notify_all();
        }
        while scene.current != role && !scene.has_ended {
            self.turn.wait(&mut scene);
        }
        let has_ended = scene.has_ended;
        drop(scene);
        if has_ended {
            resume_unwind(Box::new(Stopped));
        }
        number
    }

    /// More roles join the one that calls this, which plays `meanwhile` and then waits for them.
    pub(super) fn join_in(&self, tasks: Vec<Box<dyn FnOnce() + Send + '_>>, meanwhile: &mut dyn FnMut()) {
        let own = ROLE.get();
        let (first, last) = {
            let mut scene = self.scene.lock();
            let first = scene.playing.len();
            scene.playing.resize(first + tasks.len(), true);
            (first, first + tasks.len())
        };
        let was_playing = self.scene.lock().set_playing(own, true);
        let panicked = std::thread::scope(|scope| {
            let mut threads = Vec::new();
            for (role, task) in (first..).zip(tasks) {
                threads.push(scope.spawn(move || {
                    ROLE.set(role);
                    let result = catch_unwind(AssertUnwindSafe(|| {
                        self.wait_for_turn();
                        task();
                    }));
                    self.leave(role);
                    result.err()
                }));
            }
            let own_end = catch_unwind(AssertUnwindSafe(meanwhile)).err();
            while self.pass_turn() && self.scene.lock().playing[first..last].contains(&true) {}
            let ends: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap_or_else(Some)).collect();
            own_end.into_iter().chain(ends.into_iter().flatten()).next()
        });
        self.scene.lock().set_playing(own, was_playing);
        if let Some(payload) = panicked {
            resume_unwind(payload);
        }
    }

    /// Somebody else goes on; whoever calls this has nothing to do.
    pub(super) fn rest(&self) {
        if !self.pass_turn() {
            resume_unwind(Box::new(Stopped));
        }
    }

    /// False if the process has ended meanwhile.
    fn pass_turn(&self) -> bool {
        let role = ROLE.get();
        let mut scene = self.scene.lock();
        scene.pass_on();
        self.turn.notify_all();
        while scene.current != role && !scene.has_ended {
            self.turn.wait(&mut scene);
        }
        !scene.has_ended
    }

    /// Ends the process here and now.
    pub(super) fn end(&self) -> ! {
        self.scene.lock().has_ended = true;
        self.turn.notify_all();
        resume_unwind(Box::new(Stopped))
    }

    /// Ends the process under whoever cannot be unwound here: at the next call it is noticed.
    pub(super) fn end_here(&self) {
        self.scene.lock().has_ended = true;
        self.turn.notify_all();
    }

    pub(super) fn has_ended(&self) -> bool {
        self.scene.lock().has_ended
    }

    /// Runs something that holds a lock of the engine across calls.
    pub(super) fn alone<T>(&self, work: impl FnOnce() -> T) -> T {
        self.scene.lock().is_alone = true;
        let answer = work();
        self.scene.lock().is_alone = false;
        answer
    }

    pub(super) fn is_alone(&self) -> bool {
        self.scene.lock().is_alone
    }

    /// A number from the stage's own dice, under `bound`.
    pub(super) fn below(&self, bound: u64) -> u64 {
        self.scene.lock().random.below(bound)
    }

    pub(super) fn note(&self, line: &str) {
        let role = ROLE.get();
        let mut scene = self.scene.lock();
        let line = format!("{:>5} {role} {line}", scene.calls);
        scene.trace.add(line);
    }

    pub(super) fn trace(&self) -> Trace {
        self.scene.lock().trace.clone()
    }

    fn wait_for_turn(&self) {
        let role = ROLE.get();
        let mut scene = self.scene.lock();
        while scene.current != role && !scene.has_ended {
            self.turn.wait(&mut scene);
        }
        let has_ended = scene.has_ended;
        drop(scene);
        if has_ended {
            resume_unwind(Box::new(Stopped));
        }
    }

    fn leave(&self, role: usize) {
        let mut scene = self.scene.lock();
        scene.playing[role] = false;
        scene.is_alone = false;
        // After the end all leave at once, in no order: nothing may depend on it.
        if scene.current == role && !scene.has_ended {
            scene.pass_on();
        }
        self.turn.notify_all();
    }
}

impl Scene {
    /// Answers what it was.
    fn set_playing(&mut self, role: usize, is_playing: bool) -> bool {
        self.playing.get_mut(role).is_some_and(|playing| std::mem::replace(playing, is_playing))
    }

    /// Gives the turn to one of those who still play.
    fn pass_on(&mut self) {
        let playing: Vec<usize> = (0..self.playing.len()).filter(|role| self.playing[*role]).collect();
        if playing.is_empty() {
            return;
        }
        let chosen = self.random.below(playing.len() as u64);
        self.current = usize::try_from(chosen).ok().and_then(|chosen| playing.get(chosen)).copied().unwrap_or(self.current);
    }
}

fn exit_of(payload: &(dyn std::any::Any + Send)) -> Exit {
    if payload.is::<Stopped>() {
        return Exit::Stopped;
    }
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    Exit::Panicked(text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default())
}
