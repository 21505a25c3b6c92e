//! What people want of a running move: that it ends, waits, or goes on.

use std::sync::atomic::Ordering;

use tidelock_shared::id::MoveId;
use tidelock_shared::limits::Limits;
use tidelock_shared::progress::MoveState;

use super::Engine;
use crate::error::EngineError;
use crate::executor::Live;
use crate::journal::{Request, Verb};
use crate::moves::event::Event;

/// What other processes asked for.
#[derive(Debug, Default)]
pub struct Answered {
    pub requests: Vec<Request>,
    /// Where they are other than before.
    pub limits: Option<Limits>,
}

impl Engine {
    /// Asks for a running move to be undone as soon as its step can stop.
    pub fn cancel(&self, id: MoveId) -> Result<(), EngineError> {
        let Some(live) = self.moves.lock().get(&id).cloned() else {
            self.read(id)?;
            return Err(EngineError::PastCancelling(id));
        };
        if !live.recorded.lock().of.can_be_cancelled() {
            return Err(EngineError::PastCancelling(id));
        }
        live.wants_cancel.store(true, Ordering::Relaxed);
        // Somebody has to take it back, also where it rests.
        live.wants_turn.store(true, Ordering::Relaxed);
        live.touch(&self.driver.versions);
        Ok(())
    }

    /// Lets a move wait before its destination name appears, as soon as its step can stop.
    /// What it has done stays; it goes on with [`Engine::resume`] and [`Engine::drive`].
    pub fn pause(&self, id: MoveId) -> Result<(), EngineError> {
        let Some(live) = self.moves.lock().get(&id).cloned() else {
            self.read(id)?;
            return Err(EngineError::PastPausing(id));
        };
        if !live.recorded.lock().of.can_be_paused() {
            return Err(EngineError::PastPausing(id));
        }
        live.wants_pause.store(true, Ordering::Relaxed);
        self.take_pause_if_idle(&live)
    }

    /// Lets a paused move go on once it is driven, and a stuck one be tried again.
    pub fn resume(&self, id: MoveId) -> Result<(), EngineError> {
        let live = self.live(id)?;
        live.wants_pause.store(false, Ordering::Relaxed);
        self.driver.record_if(&live, |of| of.is_paused, Event::Resumed)?;
        self.driver.record_if(&live, |of| of.state == MoveState::Stuck, Event::Retried)?;
        Ok(())
    }

    /// An administrator lets a move wait; its asker cannot let it go on.
    pub fn hold(&self, id: MoveId) -> Result<(), EngineError> {
        let live = self.live(id)?;
        if !live.recorded.lock().of.can_be_held() {
            return Err(EngineError::PastPausing(id));
        }
        live.wants_hold.store(true, Ordering::Relaxed);
        self.take_pause_if_idle(&live)
    }

    /// Takes a hold back; the move goes on once it is driven, unless its asker has paused it too.
    pub fn lift_hold(&self, id: MoveId) -> Result<(), EngineError> {
        let live = self.live(id)?;
        live.wants_hold.store(false, Ordering::Relaxed);
        self.driver.record_if(&live, |of| of.is_held, Event::HoldLifted)?;
        Ok(())
    }

    /// Whoever drives it hears of a wish to wait; else it is recorded here.
    fn take_pause_if_idle(&self, live: &Live) -> Result<(), EngineError> {
        if !live.is_driven.swap(true, Ordering::Acquire) {
            let taken = self.driver.take_pause(live);
            live.is_driven.store(false, Ordering::Release);
            taken?;
        }
        live.touch(&self.driver.versions);
        Ok(())
    }

    /// Does what other processes asked for through the state folder, and tells what that was.
    pub fn answer_requests(&self) -> Result<Answered, EngineError> {
        if self.is_halted() {
            // They stay for whoever comes next.
            return Err(EngineError::Halted);
        }
        let (requests, limits) = {
            let mut journal = self.driver.journal.lock();
            (journal.take_requests()?, journal.limits()?)
        };
        let limits = limits.filter(|limits| *limits != self.limits());
        if let Some(limits) = limits {
            self.heed_limits(limits);
        }
        for request in &requests {
            let done = match request.verb {
                Verb::Cancel => self.cancel(request.id),
                Verb::Pause => self.pause(request.id),
                Verb::Hold => self.hold(request.id),
            };
            if let Err(error) = done {
                tracing::info!(id = %request.id, verb = ?request.verb, %error, "it came too late");
            }
        }
        Ok(Answered { requests, limits })
    }
}
