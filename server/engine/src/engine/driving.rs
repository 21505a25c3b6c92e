//! Running moves: turn by turn, through whatever they have to wait for.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tidelock_shared::id::MoveId;
use tidelock_shared::limits::Limits;
use tidelock_shared::progress::MoveState;

use super::Engine;
use crate::error::EngineError;
use crate::executor::{Candidate, Live, next};
use crate::worker::Wait;

/// While a move waits, so often it is looked at whether it is due.
const PAUSE_BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// Why an open move does not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waits {
    /// Others run first.
    Turn,
    Step(Wait),
}

/// A move that its taker has to drive.
pub struct Turn(Arc<Live>);

/// However the taker ends, others may drive it afterwards.
impl Drop for Turn {
    fn drop(&mut self) {
        self.0.is_driven.store(false, Ordering::Release);
    }
}

impl Turn {
    /// None if somebody else has it.
    fn take(live: &Arc<Live>) -> Option<Self> {
        (!live.is_driven.swap(true, Ordering::Acquire)).then(|| Self(live.clone()))
    }

    pub fn id(&self) -> MoveId {
        self.0.recorded.lock().of.id
    }
}

impl Engine {
    /// Runs a move until it rests, whatever it has to wait for meanwhile; at once if somebody already
    /// does.
    pub fn drive(&self, id: MoveId) -> Result<(), EngineError> {
        let Some(live) = self.moves.lock().get(&id).cloned() else { return Ok(()) };
        loop {
            let Some(turn) = Turn::take(&live) else { return Ok(()) };
            self.drive_turn(&turn)?;
            drop(turn);
            if live.waiting.lock().is_none() {
                return Ok(());
            }
            while !live.is_due(self.driver.clock.now_ms()) {
                if self.is_halted() {
                    return Err(EngineError::Halted);
                }
                self.driver.clock.pause(PAUSE_BETWEEN_LOOKS);
            }
        }
    }

    /// Drives a move until it rests or has to wait; at once if somebody already does.
    pub fn drive_once(&self, id: MoveId) -> Result<(), EngineError> {
        let live = self.moves.lock().get(&id).cloned();
        live.and_then(|live| Turn::take(&live)).map_or(Ok(()), |turn| self.drive_turn(&turn))
    }

    /// Drives the move whose turn was taken, until it rests or has to wait.
    pub fn drive_turn(&self, turn: &Turn) -> Result<(), EngineError> {
        let live = &turn.0;
        live.wants_turn.store(false, Ordering::Relaxed);
        let driven = self.driver.drive(live);
        // What waits wants its next turn as soon as it is due; and somebody may want one since.
        if live.waiting.lock().is_some() {
            live.wants_turn.store(true, Ordering::Relaxed);
        }
        live.touch(&self.driver.versions);
        driven?;
        self.mark_undone_by(live)?;
        self.forget_ended();
        Ok(())
    }

    /// Lets a move run as soon as it is its turn: see [`Engine::take_turn`].
    pub fn queue(&self, id: MoveId) {
        if let Some(live) = self.moves.lock().get(&id) {
            live.wants_turn.store(true, Ordering::Relaxed);
        }
    }

    /// Takes the move whose turn it is; whoever asks has to drive it. None if nobody's is.
    pub fn take_turn(&self) -> Option<Turn> {
        let now_ms = self.driver.clock.now_ms();
        let at_once = self.limits().moves_at_once;
        let candidates: Vec<Candidate> = self.in_memory().iter().filter_map(|live| candidate(live, now_ms)).collect();
        let next = next(&candidates, at_once)?;
        // Between the look and here somebody may have begun to drive it.
        Turn::take(self.moves.lock().get(&next)?)
    }

    /// What all moves together may do at once.
    pub fn limits(&self) -> Limits {
        *self.driver.limits.lock()
    }

    /// Changes that, also for what runs already, and keeps it over restarts. Without room for any work
    /// at all moves would only wait: whoever asks checks `lets_work_be_done`.
    pub fn set_limits(&self, limits: Limits) -> Result<(), EngineError> {
        self.driver.journal.lock().set_limits(&limits)?;
        self.heed_limits(limits);
        Ok(())
    }

    /// Lets them be valid from now on; what waited for them looks again at once.
    pub(super) fn heed_limits(&self, limits: Limits) {
        let before = std::mem::replace(&mut *self.driver.limits.lock(), limits);
        if before.is_drained && !limits.is_drained {
            for live in self.in_memory() {
                live.look_again_at(&Wait::Drained);
            }
        }
    }

    /// That a move was undone is a visible change of it too.
    fn mark_undone_by(&self, undoing: &Live) -> Result<(), EngineError> {
        let undone = {
            let recorded = undoing.recorded.lock();
            recorded.of.plan.undoes.filter(|_| recorded.of.state == MoveState::Done)
        };
        let Some(undone) = undone else { return Ok(()) };
        // A rebuilt journal may not know the move that was undone.
        let undone_by = match self.read(undone) {
            Err(EngineError::UnknownMove(_)) => return Ok(()),
            answer => answer?.undone_by,
        };
        let live = self.live(undone)?;
        live.recorded.lock().undone_by = undone_by;
        live.touch(&self.driver.versions);
        Ok(())
    }
}

/// A move as whoever gives out turns sees it; none if it has nothing to do.
fn candidate(live: &Live, now_ms: i64) -> Option<Candidate> {
    let recorded = live.recorded.lock();
    let of = &recorded.of;
    let is_running = live.is_driven.load(Ordering::Relaxed);
    let is_wanted = live.wants_turn.load(Ordering::Relaxed) && live.is_due(now_ms);
    let goes_back = live.wants_cancel.load(Ordering::Relaxed) && of.can_be_cancelled();
    let is_past = matches!(of.state, MoveState::Publishing | MoveState::Finishing | MoveState::Unwinding);
    (is_running || is_wanted).then(|| Candidate {
        id: of.id,
        user: of.plan.user.clone(),
        is_running,
        wants_turn: is_wanted && (!of.is_resting() || goes_back),
        is_urgent: is_past || goes_back,
    })
}
