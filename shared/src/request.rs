//! What is asked for, raw, and what it is once checked.
//!
//! [`MoveRequest::validate`] finds every problem that names alone can show, all at once; the
//! browser runs it for comfort and the server for truth. What only the file system knows
//! (does it exist, does it fit) is the planner's.

use serde::{Deserialize, Serialize};

use crate::name::{FileName, FilePath};
use crate::preview::{Obstacle, obstacle};

/// A move as somebody asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveRequest {
    #[serde(default)]
    pub verb: Verb,
    pub sources: Vec<FilePath>,
    /// An existing folder. What is trashed or repaired stays in its own, whatever is said here.
    pub destination: FilePath,
    /// A new name for a single source.
    #[serde(default, rename = "as")]
    pub new_name: Option<FileName>,
    /// What the asker consents to although a plan would otherwise refuse it.
    #[serde(default)]
    pub allow: Vec<Consent>,
    /// What to do where a name is taken.
    #[serde(default)]
    pub on_conflict: OnConflict,
    /// Other answers for single sources.
    #[serde(default)]
    pub choices: Vec<ConflictChoice>,
    /// What was copied is read once more on both sides, from where it is stored, and compared byte by byte.
    #[serde(default)]
    pub compare: bool,
}

/// What is to be done with the things. All of it is done by the same engine, with the same promises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// They leave their folder for the destination.
    #[default]
    Move,
    /// The destination gets a copy, and they stay.
    Copy,
    /// They are hidden where they are, until somebody restores them or the retention is over.
    Trash,
    /// They stay, and everything in them is charged to their own project again.
    Repair,
}

/// What one can order a move to do without a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    Cancel,
    Pause,
    Resume,
    /// By an administrator, like the next.
    Hold,
    LiftHold,
    Purge,
}

impl Verb {
    /// Whether a name appears in the destination folder; else nothing is said by which that is.
    pub fn leaves_its_folder(self) -> bool {
        matches!(self, Self::Move | Self::Copy)
    }
}

/// What becomes of an item whose name is taken in the destination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnConflict {
    #[default]
    Refuse,
    /// It gets a new name beside the other.
    KeepBoth,
    /// The other is hidden first, kept for undo, and comes back with it.
    Replace,
    /// It stays where it is.
    Skip,
    /// What is in it moves into the folder that is there, and so on below. Where that meets
    /// something that is no folder, both are kept.
    Merge,
}

/// The answer for one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictChoice {
    pub source: FilePath,
    pub on_conflict: OnConflict,
}

/// Something a plan refuses unless it was agreed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consent {
    /// Inodes of the tree have names outside it: their charge moves, those names stay.
    HardLinksLeaving,
    /// Some metadata cannot be kept; the plan names it with counts.
    LostMetadata,
    /// Files that are on tape only are brought back first, which takes as long as it takes.
    Restore,
}

/// A request whose names allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidMoveRequest {
    pub verb: Verb,
    /// At least one; every source has its own name in the destination.
    pub items: Vec<RequestedItem>,
    pub destination: FilePath,
    pub allow: Vec<Consent>,
}

/// One source and the name it gets in the destination folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestedItem {
    pub source: FilePath,
    pub name: FileName,
    pub on_conflict: OnConflict,
}

/// What is wrong with a request, as far as names tell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestProblem {
    #[error("nothing was picked to move")]
    NoSource,
    #[error("a new name can be given to a single source only")]
    NewNameForSeveral,
    #[error("the top of a file system cannot be moved")]
    SourceIsRoot,
    #[error("{0:?} cannot be moved into itself")]
    IntoItself(FilePath),
    #[error("{0:?} is already there")]
    AlreadyThere(FilePath),
    #[error("{0:?} and {1:?} would get the same name")]
    SameName(FilePath, FilePath),
    #[error("{0:?} lies inside {1:?}, which is moved as well")]
    Nested(FilePath, FilePath),
}

impl MoveRequest {
    /// The checked request, or everything that is wrong with it.
    pub fn validate(&self) -> Result<ValidMoveRequest, Vec<RequestProblem>> {
        let mut problems = Vec::new();
        let mut items: Vec<RequestedItem> = Vec::new();
        if self.sources.is_empty() {
            problems.push(RequestProblem::NoSource);
        }
        if self.new_name.is_some() && self.sources.len() > 1 {
            problems.push(RequestProblem::NewNameForSeveral);
        }
        for source in &self.sources {
            let Some((_, own_name)) = source.split_last() else {
                problems.push(RequestProblem::SourceIsRoot);
                continue;
            };
            let name = self.new_name.as_ref().unwrap_or(own_name);
            let is_duplicated = self.verb == Verb::Copy && self.answer_for(source) == OnConflict::KeepBoth;
            match obstacle(source, &self.destination).filter(|_| self.verb.leaves_its_folder()) {
                Some(Obstacle::IntoItself) => problems.push(RequestProblem::IntoItself(source.clone())),
                Some(_) if name == own_name && !is_duplicated => problems.push(RequestProblem::AlreadyThere(source.clone())),
                _ => {}
            }
            for other in &items {
                if source.is_at_or_below(&other.source) || other.source.is_at_or_below(source) {
                    let (inner, outer) =
                        if source.is_at_or_below(&other.source) { (source, &other.source) } else { (&other.source, source) };
                    problems.push(RequestProblem::Nested(inner.clone(), outer.clone()));
                } else if other.name == *name && self.verb.leaves_its_folder() {
                    problems.push(RequestProblem::SameName(other.source.clone(), source.clone()));
                }
            }
            items.push(RequestedItem { source: source.clone(), name: name.clone(), on_conflict: self.answer_for(source) });
        }
        if problems.is_empty() {
            Ok(ValidMoveRequest { verb: self.verb, items, destination: self.destination.clone(), allow: self.allow.clone() })
        } else {
            Err(problems)
        }
    }

    /// What to do where the name of this source is taken.
    pub fn answer_for(&self, source: &FilePath) -> OnConflict {
        self.choices.iter().find(|choice| choice.source == *source).map_or(self.on_conflict, |choice| choice.on_conflict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> FilePath {
        FilePath::parse(text.as_bytes()).unwrap()
    }

    fn request(sources: &[&str], destination: &str) -> MoveRequest {
        let sources = sources.iter().map(|source| path(source)).collect();
        MoveRequest { sources, destination: path(destination), ..MoveRequest::default() }
    }

    #[test]
    fn every_problem_is_found_at_once() {
        let problems = request(&["/a/x", "/b/x", "/a/x/deep", "/d"], "/d/e").validate().unwrap_err();
        assert_eq!(
            problems,
            [
                RequestProblem::SameName(path("/a/x"), path("/b/x")),
                RequestProblem::Nested(path("/a/x/deep"), path("/a/x")),
                RequestProblem::IntoItself(path("/d")),
            ]
        );
    }

    #[test]
    fn a_rename_in_place_needs_a_new_name() {
        let mut request = request(&["/a/x"], "/a");
        assert_eq!(request.validate(), Err(vec![RequestProblem::AlreadyThere(path("/a/x"))]));
        request.new_name = Some(FileName::new(*b"y").unwrap());
        assert!(request.validate().is_ok());
    }

    #[test]
    fn a_choice_for_one_source_goes_before_the_answer_for_all() {
        let mut request = request(&["/a/x", "/a/y"], "/b");
        request.on_conflict = OnConflict::Skip;
        request.choices = vec![ConflictChoice { source: path("/a/y"), on_conflict: OnConflict::Replace }];
        let answers: Vec<OnConflict> = request.validate().unwrap().items.iter().map(|item| item.on_conflict).collect();
        assert_eq!(answers, [OnConflict::Skip, OnConflict::Replace]);
    }

    #[test]
    fn a_copy_beside_its_original_needs_another_name() {
        let copy = MoveRequest { verb: Verb::Copy, ..request(&["/a/x"], "/a") };
        assert_eq!(copy.validate(), Err(vec![RequestProblem::AlreadyThere(path("/a/x"))]));
        assert!(MoveRequest { on_conflict: OnConflict::KeepBoth, ..copy.clone() }.validate().is_ok());
        let inside = MoveRequest { destination: path("/a/x"), on_conflict: OnConflict::KeepBoth, ..copy };
        assert_eq!(inside.validate(), Err(vec![RequestProblem::IntoItself(path("/a/x"))]));
    }

    #[test]
    fn what_is_trashed_needs_no_name_of_its_own() {
        let trash = MoveRequest { verb: Verb::Trash, ..request(&["/a/x", "/b/x"], "/a") };
        assert!(trash.validate().is_ok());
        let nested = MoveRequest { sources: vec![path("/a"), path("/a/x")], ..trash };
        assert_eq!(nested.validate(), Err(vec![RequestProblem::Nested(path("/a/x"), path("/a"))]));
    }

    #[test]
    fn nothing_and_the_root_are_not_moved() {
        assert_eq!(request(&[], "/a").validate(), Err(vec![RequestProblem::NoSource]));
        assert_eq!(request(&["/"], "/a").validate(), Err(vec![RequestProblem::SourceIsRoot]));
    }
}
