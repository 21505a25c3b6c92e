//! What was cut and waits to be pasted.
//!
//! Cutting touches nothing: the rows look pale until they are pasted, which asks for a plan.

use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::request::MoveRequest;

/// Things that were cut, in one folder or in several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clipboard {
    things: Vec<FilePath>,
}

impl Clipboard {
    /// None if there is nothing to cut.
    pub fn cut(things: Vec<FilePath>) -> Option<Self> {
        (!things.is_empty()).then_some(Self { things })
    }

    pub fn count(&self) -> usize {
        self.things.len()
    }

    pub fn holds(&self, folder: &FilePath, name: &FileName) -> bool {
        self.things.iter().any(|thing| thing.names().split_last() == Some((name, folder.names())))
    }

    /// The move that pasting into a folder asks for.
    pub fn paste_into(&self, destination: &FilePath) -> MoveRequest {
        request(self.things.iter().cloned(), destination)
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
        let clipboard = Clipboard::cut(vec![path("/l/alpha/run"), path("/l/gamma/old")]).unwrap();
        assert!(clipboard.holds(&path("/l/alpha"), &name));
        assert!(!clipboard.holds(&path("/l/beta"), &name));
        assert!(!clipboard.holds(&path("/l"), &name));
        let request = clipboard.paste_into(&path("/l/beta"));
        assert_eq!(request.sources, [path("/l/alpha/run"), path("/l/gamma/old")]);
        assert_eq!(request.destination, path("/l/beta"));
        assert_eq!(Clipboard::cut(Vec::new()), None);
    }
}
