//! What was cut or copied and waits to be pasted.
//!
//! Neither touches anything: rows that were cut look pale until they are pasted, which asks for a plan.

use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::request::{MoveRequest, OnConflict, Verb};

/// Things of one folder or of several, and what pasting does with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clipboard {
    verb: Verb,
    things: Vec<FilePath>,
}

impl Clipboard {
    /// None if there is nothing to keep.
    pub fn of(verb: Verb, things: Vec<FilePath>) -> Option<Self> {
        (!things.is_empty()).then_some(Self { verb, things })
    }

    pub fn count(&self) -> usize {
        self.things.len()
    }

    /// Whether an entry is to leave its folder.
    pub fn takes_away(&self, folder: &FilePath, name: &FileName) -> bool {
        self.verb == Verb::Move && self.things.iter().any(|thing| thing.names().split_last() == Some((name, folder.names())))
    }

    /// What pasting into a folder asks for. A copy beside its original gets a name of its own.
    pub fn paste_into(&self, destination: &FilePath) -> MoveRequest {
        let is_beside = |thing: &FilePath| thing.names().split_last().is_some_and(|(_, above)| above == destination.names());
        let is_duplicate = self.verb == Verb::Copy && self.things.iter().any(is_beside);
        let on_conflict = if is_duplicate { OnConflict::KeepBoth } else { OnConflict::Refuse };
        MoveRequest { verb: self.verb, on_conflict, ..request(self.things.iter().cloned(), destination) }
    }
}

/// The request to move things into a folder.
pub fn request(things: impl Iterator<Item = FilePath>, destination: &FilePath) -> MoveRequest {
    MoveRequest { sources: things.collect(), destination: destination.clone(), ..MoveRequest::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasting_asks_to_move_what_was_cut() {
        let path = |text: &str| FilePath::parse(text.as_bytes()).unwrap();
        let name = FileName::new(*b"run").unwrap();
        let things = vec![path("/l/alpha/run"), path("/l/gamma/old")];
        let clipboard = Clipboard::of(Verb::Move, things.clone()).unwrap();
        assert!(clipboard.takes_away(&path("/l/alpha"), &name));
        assert!(!clipboard.takes_away(&path("/l/beta"), &name));
        assert!(!clipboard.takes_away(&path("/l"), &name));
        let request = clipboard.paste_into(&path("/l/beta"));
        assert_eq!(request.sources, [path("/l/alpha/run"), path("/l/gamma/old")]);
        assert_eq!(request.destination, path("/l/beta"));
        assert_eq!(Clipboard::of(Verb::Move, Vec::new()), None);
        let copied = Clipboard::of(Verb::Copy, things).unwrap();
        assert!(!copied.takes_away(&path("/l/alpha"), &name));
        assert_eq!(copied.paste_into(&path("/l/beta")), MoveRequest { verb: Verb::Copy, ..request });
        assert_eq!(copied.paste_into(&path("/l/alpha")).on_conflict, OnConflict::KeepBoth);
    }
}
