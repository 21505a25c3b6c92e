//! The moves as pages know them: what was loaded, made newer by what the feed said since.

use std::collections::HashMap;

use crate::words::words;
use tidelock_shared::id::MoveId;
use tidelock_shared::name::FilePath;
use tidelock_shared::progress::{MoveState, MoveUpdate, MoveView};

/// What the feed has told, by move.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MoveList {
    newest: HashMap<MoveId, Told>,
}

/// One move as it was told last.
#[derive(Clone, Debug, PartialEq)]
struct Told {
    /// 0 if only a call has answered it.
    sequence: u64,
    view: MoveView,
    /// The sequence that first told of the state, where that state changes what folders show.
    settled: Option<u64>,
}

/// Whether names have come or gone for good once a move is in that state.
fn settles(state: MoveState) -> bool {
    state.is_final() || state == MoveState::Finishing
}

/// Which moves the list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    #[default]
    All,
    Running,
    Done,
    Undone,
    Stuck,
}

impl Kind {
    pub const EACH: [Self; 5] = [Self::All, Self::Running, Self::Done, Self::Undone, Self::Stuck];

    /// As the URL spells it.
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Running => "running",
            Self::Done => "done",
            Self::Undone => "undone",
            Self::Stuck => "stuck",
        }
    }

    /// As people read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::All => words().moves_all(),
            Self::Running => words().moves_running(),
            Self::Done => words().moves_done(),
            Self::Undone => words().moves_undone(),
            Self::Stuck => words().moves_stuck(),
        }
    }

    pub fn of_word(word: &str) -> Self {
        Self::EACH.into_iter().find(|kind| kind.word() == word).unwrap_or_default()
    }

    pub fn includes(self, state: MoveState) -> bool {
        match self {
            Self::All => true,
            Self::Running => !state.is_final(),
            Self::Done => state == MoveState::Done,
            Self::Undone => state == MoveState::Undone,
            Self::Stuck => state == MoveState::Stuck,
        }
    }
}

/// A move ended while it was watched: worth saying aloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub id: MoveId,
    pub title: String,
    pub state: MoveState,
}

impl MoveList {
    /// Takes one message of the feed; late and repeated ones change nothing.
    pub fn absorb(&mut self, update: MoveUpdate) -> Option<Ended> {
        let MoveUpdate { sequence, mut view } = update;
        let before = self.newest.get(&view.id);
        if before.is_some_and(|before| before.sequence >= sequence) {
            return None;
        }
        if let Some(before) = before {
            hold_progress(&before.view, &mut view);
        }
        let was_running = before.is_some_and(|before| !before.view.state.is_final());
        let ended =
            (was_running && view.state.is_final()).then(|| Ended { id: view.id, title: view.title.clone(), state: view.state });
        let known = before.filter(|before| before.view.state == view.state).and_then(|before| before.settled);
        let settled = settles(view.state).then(|| known.unwrap_or(sequence));
        self.newest.insert(view.id, Told { sequence, view, settled });
        ended
    }

    /// Takes the answer to a call, unless the feed was quicker and knows better.
    pub fn absorb_answer(&mut self, mut view: MoveView) {
        let known = self.newest.get(&view.id);
        // A final state is never followed by a running one, either.
        let is_overtaken =
            |before: &Told| before.sequence > view.version || (before.view.state.is_final() && !view.state.is_final());
        if known.is_some_and(is_overtaken) {
            return;
        }
        if let Some(before) = known {
            hold_progress(&before.view, &mut view);
        }
        let (sequence, settled) =
            known.map_or((0, None), |before| (before.sequence, before.settled.filter(|_| before.view.state == view.state)));
        self.newest.insert(view.id, Told { sequence, view, settled });
    }

    /// When a move last changed for good what lies in a folder or in one above it; 0 if none did.
    /// A listing of an older version is out of date, however it came to be loaded.
    pub fn settled_at(&self, folder: &FilePath) -> u64 {
        let touches = |told: &&Told| told.view.folders.iter().any(|touched| folder.is_at_or_below(touched));
        self.newest.values().filter(touches).filter_map(|told| told.settled).max().unwrap_or(0)
    }

    /// Whether a running move is about that entry of a folder, as far as its view says.
    pub fn is_moving(&self, folder: &FilePath, name: &str) -> bool {
        let is_about = |view: &MoveView| {
            !view.state.is_final() && view.folders.contains(folder) && (view.items_total > 1 || view.title == name)
        };
        self.newest.values().any(|told| is_about(&told.view))
    }

    pub fn get(&self, id: MoveId) -> Option<&MoveView> {
        self.newest.get(&id).map(|told| &told.view)
    }

    /// Loaded and told moves together, newest first.
    pub fn merged(&self, loaded: &[MoveView]) -> Vec<MoveView> {
        let told = self.newest.values().map(|told| &told.view);
        let others = loaded.iter().filter(|view| !self.newest.contains_key(&view.id));
        let mut all: Vec<MoveView> = told.chain(others).cloned().collect();
        all.sort_by_key(|view| std::cmp::Reverse((view.started_ms, view.id)));
        all
    }
}

/// The bar never runs backwards while the move goes forward, whatever order messages come in.
fn hold_progress(before: &MoveView, after: &mut MoveView) {
    let turned_around = after.state == MoveState::Unwinding && before.state != MoveState::Unwinding;
    if !turned_around {
        after.fraction = after.fraction.max(before.fraction);
    }
}

/// What the tray shows: every running move, and ended ones for an hour unless dismissed.
pub fn in_tray(moves: &[MoveView], dismissed: &[String], now_ms: i64) -> Vec<MoveView> {
    const RECENT_MS: i64 = 60 * 60 * 1000;
    let shows = |view: &&MoveView| {
        let is_recent = view.finished_ms.is_none_or(|finished| now_ms.saturating_sub(finished) < RECENT_MS);
        !view.state.is_final() || (is_recent || view.state == MoveState::Stuck) && !dismissed.contains(&view.id.to_string())
    };
    moves.iter().filter(shows).cloned().collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use tidelock_shared::id::EngineId;
    use tidelock_shared::progress::Counters;
    use tidelock_shared::request::Verb;
    use tidelock_shared::strategy::Strategy;

    pub(crate) fn view(number: u32, state: MoveState, fraction: f64) -> MoveView {
        MoveView {
            verb: Verb::Move,
            id: MoveId { engine: EngineId::from_bits(7), number },
            version: 0,
            state,
            phase: None,
            phases: Vec::new(),
            title: format!("item {number}"),
            items_total: 1,
            asked_by: "alice".to_owned(),
            source_folder: "/a".to_owned(),
            destination_folder: "/b".to_owned(),
            source_url: "/browse/a".to_owned(),
            destination_url: "/browse/b".to_owned(),
            folders: vec![FilePath::parse(b"/a").unwrap(), FilePath::parse(b"/b").unwrap()],
            from_project: "alpha".to_owned(),
            to_project: "beta".to_owned(),
            strategy: Strategy::StagedCopy,
            counters: Counters::default(),
            fraction,
            entries_per_second: None,
            bytes_per_second: None,
            seconds_left: None,
            note: None,
            error: None,
            started_ms: i64::from(number) * 1000,
            finished_ms: state.is_final().then_some(i64::from(number) * 1000 + 500),
            can_cancel: false,
            is_waiting: false,
            is_paused: false,
            is_held: false,
            can_hold: true,
            can_pause: false,
            can_undo: false,
            can_purge: false,
            retired: None,
            kept_until_ms: None,
            undoes: None,
            undone_by: None,
        }
    }

    fn update(sequence: u64, view: MoveView) -> MoveUpdate {
        MoveUpdate { sequence, view }
    }

    #[test]
    fn late_messages_change_nothing_and_the_bar_never_runs_backwards() {
        let mut list = MoveList::default();
        list.absorb(update(1, view(1, MoveState::Preparing, 0.5)));
        list.absorb(update(3, view(1, MoveState::Preparing, 0.4)));
        list.absorb(update(2, view(1, MoveState::Accepted, 0.9)));
        let known = list.get(view(1, MoveState::Done, 0.0).id).unwrap();
        assert_eq!((known.state, known.fraction), (MoveState::Preparing, 0.5));
        list.absorb(update(4, view(1, MoveState::Unwinding, 0.1)));
        assert_eq!(list.get(view(1, MoveState::Done, 0.0).id).unwrap().fraction, 0.1, "unwinding has a bar of its own");
    }

    #[test]
    fn only_an_end_that_was_watched_is_news() {
        let mut list = MoveList::default();
        assert_eq!(list.absorb(update(1, view(1, MoveState::Preparing, 0.1))), None);
        assert_eq!(list.absorb(update(2, view(1, MoveState::Publishing, 0.9))), None);
        assert_eq!(
            list.absorb(update(3, view(1, MoveState::Done, 1.0))),
            Some(Ended { id: view(1, MoveState::Done, 1.0).id, title: "item 1".to_owned(), state: MoveState::Done })
        );
        assert_eq!(list.absorb(update(4, view(2, MoveState::Done, 1.0))), None, "an old one is not news");
    }

    #[test]
    fn a_listing_is_old_once_a_later_message_settles_names_in_its_folder() {
        let path = |text: &str| FilePath::parse(text.as_bytes()).unwrap();
        let mut list = MoveList::default();
        let settled = |list: &MoveList| list.settled_at(&path("/a"));
        list.absorb(update(3, view(1, MoveState::Preparing, 0.5)));
        assert_eq!(settled(&list), 0, "nothing has come or gone yet");
        list.absorb(update(5, view(1, MoveState::Finishing, 0.9)));
        list.absorb(update(6, view(1, MoveState::Finishing, 0.95)));
        assert_eq!(settled(&list), 5, "progress alone changes no folder");
        list.absorb(update(8, view(1, MoveState::Done, 1.0)));
        list.absorb(update(9, view(1, MoveState::Done, 1.0)));
        assert_eq!(settled(&list), 8);
        assert_eq!([list.settled_at(&path("/a/below")), list.settled_at(&path("/elsewhere"))], [8, 0]);
        list.absorb(update(11, view(2, MoveState::Undone, 0.0)));
        assert_eq!(settled(&list), 11, "also of a move that was never seen running");
        list.absorb_answer(view(3, MoveState::Done, 1.0));
        assert_eq!(settled(&list), 11, "an answer does not say when");
        list.absorb(update(12, view(3, MoveState::Done, 1.0)));
        assert_eq!(settled(&list), 12);
    }

    #[test]
    fn the_feed_is_newer_than_what_was_loaded() {
        let mut list = MoveList::default();
        list.absorb(update(9, view(1, MoveState::Done, 1.0)));
        let merged = list.merged(&[view(1, MoveState::Preparing, 0.2), view(2, MoveState::Undone, 0.0)]);
        assert_eq!(merged.iter().map(|view| view.state).collect::<Vec<_>>(), [MoveState::Undone, MoveState::Done]);
        list.absorb_answer(view(1, MoveState::Preparing, 0.3));
        assert_eq!(list.get(merged[1].id).unwrap().state, MoveState::Done, "an overtaken answer");
        // A pause is told by the feed before its own answer arrives; nothing more is told then.
        let paused = MoveView { is_paused: true, ..view(4, MoveState::Preparing, 0.5) };
        list.absorb(update(11, paused.clone()));
        list.absorb_answer(MoveView { version: 10, ..view(4, MoveState::Preparing, 0.5) });
        assert!(list.get(paused.id).unwrap().is_paused);
        list.absorb_answer(MoveView { version: 11, ..view(4, MoveState::Preparing, 0.5) });
        assert!(!list.get(paused.id).unwrap().is_paused, "resumed since");
    }

    #[test]
    fn the_tray_forgets_ended_moves_but_never_running_ones() {
        let moves = [view(1, MoveState::Preparing, 0.1), view(2, MoveState::Done, 1.0), view(3, MoveState::Stuck, 0.9)];
        let everything: Vec<_> = moves.iter().map(|view| view.id.to_string()).collect();
        let states = |dismissed: &[String], now| in_tray(&moves, dismissed, now).iter().map(|view| view.state).collect::<Vec<_>>();
        assert_eq!(states(&[], 5000), [MoveState::Preparing, MoveState::Done, MoveState::Stuck]);
        assert_eq!(states(&[], 99_999_999), [MoveState::Preparing, MoveState::Stuck]);
        assert_eq!(states(&everything, 5000), [MoveState::Preparing]);
    }

    #[test]
    fn kinds_are_read_from_their_own_words() {
        for kind in Kind::EACH {
            assert_eq!(Kind::of_word(kind.word()), kind);
        }
        assert!(Kind::Running.includes(MoveState::Unwinding));
        assert!(!Kind::Running.includes(MoveState::Stuck));
    }
}
