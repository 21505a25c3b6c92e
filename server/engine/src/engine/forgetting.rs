//! Moves that ended long ago leave the memory; the journal has them, and gives them back to whoever asks.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tidelock_shared::id::MoveId;

use super::Engine;
use crate::executor::Live;
use crate::moves::state::Purge;

/// So many moves that have ended stay in memory.
pub(super) const REMEMBERED: usize = 1000;
/// And all that have ended since then, though there be more: no plan takes longer to be made, and what it is compared
/// with has to be there. Whatever they brought has long been charged by then.
const REMEMBERED_MS: i64 = 3_600_000;

impl Engine {
    /// Forgets those that ended first, a good many at a time.
    pub(super) fn forget_ended(&self) {
        let enough = self.remembered + self.remembered / 4;
        if self.moves.lock().len() <= enough {
            return;
        }
        let now_ms = self.driver.clock.now_ms();
        // Whoever asks meanwhile what has changed must not miss what is forgotten in that moment.
        let newest = self.driver.versions.hold();
        let mut moves = self.moves.lock();
        let mut ended: Vec<(u64, MoveId)> = moves
            .iter()
            .filter(|(_, live)| is_over(live, now_ms))
            .map(|(id, live)| (live.version.load(Ordering::Relaxed), *id))
            .collect();
        ended.sort_unstable();
        let surplus = moves.len().saturating_sub(self.remembered).min(ended.len());
        for (version, id) in ended.drain(..surplus) {
            moves.remove(&id);
            self.driver.versions.forgotten.fetch_max(version, Ordering::Relaxed);
        }
        drop(newest);
    }

    /// Of what happened up to this version some may not be in memory any more: whoever remembers less looks at the whole
    /// anew instead of asking what has changed.
    pub fn forgotten_until(&self) -> u64 {
        self.driver.versions.forgotten.load(Ordering::Relaxed).max(self.driver.versions.first)
    }
}

/// Nobody has hold of it, so nobody locks it either; and nothing has happened to it for long.
fn is_over(live: &Arc<Live>, now_ms: i64) -> bool {
    if Arc::strong_count(live) > 1 {
        return false;
    }
    let recorded = live.recorded.lock();
    let last_ms = recorded.events.last().map_or(recorded.accepted_ms, |(at_ms, _)| *at_ms);
    let is_at_rest = recorded.of.state.has_ended() && matches!(recorded.of.purge, Purge::Kept | Purge::Purged);
    is_at_rest && now_ms.saturating_sub(last_ms) >= REMEMBERED_MS
}
