//! Taken names: which of the things that move meet something of their name, and what was
//! chosen for each.
//!
//! Answers are given for the names that a person has seen, one by one, and never for all there
//! may be: a name that is taken later is asked about again.

use tidelock_shared::name::FilePath;
use tidelock_shared::plan::{Plan, PlanItem};
use tidelock_shared::request::{ConflictChoice, MoveRequest, OnConflict};
use tidelock_shared::strategy::EntryKind;

use crate::words::words;

/// Every answer, as they are offered.
const ANSWERS: [OnConflict; 4] = [OnConflict::KeepBoth, OnConflict::Replace, OnConflict::Skip, OnConflict::Merge];

/// A thing that meets something of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenName {
    pub source: FilePath,
    pub name: String,
    /// Both are folders: the one can go into the other.
    pub can_merge: bool,
}

impl TakenName {
    /// What there is to choose from for this one of several.
    pub fn offered(&self) -> impl Iterator<Item = OnConflict> + use<> {
        let can_merge = self.can_merge;
        ANSWERS.into_iter().filter(move |answer| *answer != OnConflict::Merge || can_merge)
    }

    /// What an answer for all comes to for this one.
    fn suited(&self, answer: OnConflict) -> OnConflict {
        if answer == OnConflict::Merge && !self.can_merge { OnConflict::KeepBoth } else { answer }
    }
}

/// Adds the names that a plan found taken. They stay when they are decided, so that one can
/// change one's mind.
pub fn learn(taken: &mut Vec<TakenName>, request: &MoveRequest, plan: &Plan) {
    for item in &plan.items {
        let Some(there) = item.taken_by else { continue };
        let is_this = |source: &&FilePath| PlanItem::path_fields(source) == (item.source.clone(), item.source_base64.clone());
        let Some(source) = request.sources.iter().find(is_this) else { continue };
        if taken.iter().all(|known| known.source != *source) {
            let own = source.split_last().map(|(_, name)| name);
            let name = request.new_name.as_ref().or(own).map(|name| name.shown().into_owned()).unwrap_or_default();
            let can_merge = item.kind == EntryKind::Folder && there == EntryKind::Folder;
            taken.push(TakenName { source: source.clone(), name, can_merge });
        }
    }
}

/// What there is to choose from for all of them. To skip all that there is to move is no move.
pub fn offered(request: &MoveRequest, taken: &[TakenName]) -> Vec<OnConflict> {
    let is_offered = |answer: &OnConflict| match answer {
        OnConflict::Merge => taken.iter().any(|name| name.can_merge),
        OnConflict::Skip => request.sources.len() > taken.len(),
        _ => true,
    };
    ANSWERS.into_iter().filter(is_offered).collect()
}

/// Writes an answer into the request: for one source, or for every taken name.
pub fn answer(request: &mut MoveRequest, taken: &[TakenName], source: Option<&FilePath>, answer: OnConflict) {
    for name in taken.iter().filter(|name| source.is_none_or(|source| *source == name.source)) {
        request.choices.retain(|choice| choice.source != name.source);
        request.choices.push(ConflictChoice { source: name.source.clone(), on_conflict: name.suited(answer) });
    }
}

/// The answer that all of them have.
pub fn common_answer(request: &MoveRequest, taken: &[TakenName]) -> Option<OnConflict> {
    let is_given = |answer: &OnConflict| taken.iter().all(|name| request.answer_for(&name.source) == name.suited(*answer));
    ANSWERS.into_iter().find(is_given)
}

/// How many are still to be decided.
pub fn undecided(request: &MoveRequest, taken: &[TakenName]) -> usize {
    taken.iter().filter(|name| request.answer_for(&name.source) == OnConflict::Refuse).count()
}

/// `“results” is there already`, `3 names are there already`.
pub fn title(taken: &[TakenName]) -> String {
    match taken {
        [name] => words().name_there(&name.name),
        names => words().names_there(names.len() as u64),
    }
}

/// An answer as a button says it.
pub fn label(answer: OnConflict) -> &'static str {
    match answer {
        OnConflict::Refuse => words().choose(),
        OnConflict::KeepBoth => words().keep_both(),
        OnConflict::Replace => words().replace(),
        OnConflict::Skip => words().skip(),
        OnConflict::Merge => words().merge_folders(),
    }
}

/// The answer that a label stands for.
pub fn labelled(text: &str) -> Option<OnConflict> {
    ANSWERS.into_iter().find(|answer| label(*answer) == text)
}

/// What an answer comes to.
pub fn effect(answer: OnConflict, taken: &[TakenName]) -> &'static str {
    let is_one = taken.len() == 1;
    match answer {
        OnConflict::Refuse => "",
        OnConflict::KeepBoth if is_one => words().keep_both_one(),
        OnConflict::KeepBoth => words().keep_both_many(),
        OnConflict::Replace if is_one => words().replace_one(),
        OnConflict::Replace => words().replace_many(),
        OnConflict::Skip if is_one => words().skip_one(),
        OnConflict::Skip => words().skip_many(),
        OnConflict::Merge if taken.iter().all(|name| name.can_merge) => words().merge_all(),
        OnConflict::Merge => words().merge_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::move_words::tests::plan;
    use tidelock_shared::plan::Cost;

    fn path(text: &str) -> FilePath {
        FilePath::parse(text.as_bytes()).unwrap()
    }

    /// A move of a folder, a file and something whose name is free.
    fn found() -> (MoveRequest, Vec<TakenName>) {
        let sources = ["/a/run", "/a/notes.txt", "/a/free"];
        let request = MoveRequest { sources: sources.map(path).to_vec(), destination: path("/b"), ..MoveRequest::default() };
        let mut plan = plan(&[(EntryKind::Folder, 9), (EntryKind::File, 1), (EntryKind::File, 1)], Cost::default());
        for (item, source) in plan.items.iter_mut().zip(sources) {
            item.source = source.to_owned();
        }
        plan.items[0].taken_by = Some(EntryKind::Folder);
        plan.items[1].taken_by = Some(EntryKind::File);
        let mut taken = Vec::new();
        learn(&mut taken, &request, &plan);
        // A later plan finds none: what was asked once can still be changed.
        plan.items.iter_mut().for_each(|item| item.taken_by = None);
        learn(&mut taken, &request, &plan);
        (request, taken)
    }

    #[test]
    fn what_was_asked_stays_and_only_folders_are_merged() {
        let (request, taken) = found();
        assert_eq!(taken.iter().map(|name| name.name.as_str()).collect::<Vec<_>>(), ["run", "notes.txt"]);
        assert_eq!(title(&taken), "2 names are there already");
        assert_eq!(title(&taken[..1]), "“run” is there already");
        assert_eq!(offered(&request, &taken), ANSWERS);
        assert!(taken[1].offered().all(|answer| answer != OnConflict::Merge));
    }

    #[test]
    fn an_answer_for_all_is_given_for_the_names_that_were_seen() {
        let (mut request, taken) = found();
        assert_eq!((undecided(&request, &taken), common_answer(&request, &taken)), (2, None));
        answer(&mut request, &taken, None, OnConflict::Replace);
        assert_eq!((undecided(&request, &taken), common_answer(&request, &taken)), (0, Some(OnConflict::Replace)));
        assert_eq!(request.answer_for(&path("/a/free")), OnConflict::Refuse, "taken later, it is asked about");
    }

    #[test]
    fn one_may_be_answered_otherwise_and_again() {
        let (mut request, taken) = found();
        answer(&mut request, &taken, Some(&path("/a/run")), OnConflict::Skip);
        assert_eq!((undecided(&request, &taken), common_answer(&request, &taken)), (1, None));
        answer(&mut request, &taken, None, OnConflict::Merge);
        assert_eq!(request.answer_for(&path("/a/notes.txt")), OnConflict::KeepBoth, "a file is not merged");
        assert_eq!(common_answer(&request, &taken), Some(OnConflict::Merge));
        assert_eq!(request.choices.len(), 2);
    }

    #[test]
    fn not_everything_can_be_skipped() {
        let (request, taken) = found();
        let only_these = MoveRequest { sources: vec![path("/a/run"), path("/a/notes.txt")], ..request };
        assert_eq!(offered(&only_these, &taken), [OnConflict::KeepBoth, OnConflict::Replace, OnConflict::Merge]);
        assert!(taken[0].offered().any(|answer| answer == OnConflict::Skip));
    }

    #[test]
    fn every_label_stands_for_its_answer() {
        assert!(ANSWERS.into_iter().all(|answer| labelled(label(answer)) == Some(answer)));
        assert_eq!(labelled(label(OnConflict::Refuse)), None);
    }
}
