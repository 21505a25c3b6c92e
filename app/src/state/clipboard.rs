//! What was cut and waits to be pasted.
//!
//! Cutting touches nothing: the rows look pale until they are pasted, which asks for a plan.

use tidelock_shared::listing::Entry;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::request::MoveRequest;

/// Things that were cut in one folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clipboard {
    pub folder: FilePath,
    pub names: Vec<FileName>,
}

impl Clipboard {
    /// What these rows of a folder would be; none if nothing is chosen.
    pub fn cut<'a>(folder: &FilePath, entries: impl Iterator<Item = &'a Entry>) -> Option<Self> {
        let names: Vec<FileName> = entries.map(|entry| entry.name.clone()).collect();
        (!names.is_empty()).then(|| Self { folder: folder.clone(), names })
    }

    pub fn holds(&self, folder: &FilePath, name: &FileName) -> bool {
        self.folder == *folder && self.names.contains(name)
    }

    /// The move that pasting into a folder asks for.
    pub fn paste_into(&self, destination: &FilePath) -> MoveRequest {
        request(&self.folder, self.names.iter(), destination)
    }
}

/// The request to move some names of one folder into another.
pub fn request<'a>(folder: &FilePath, names: impl Iterator<Item = &'a FileName>, destination: &FilePath) -> MoveRequest {
    MoveRequest {
        sources: names.map(|name| folder.join(name.clone())).collect(),
        destination: destination.clone(),
        ..MoveRequest::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasting_asks_to_move_what_was_cut() {
        let path = |text: &str| FilePath::parse(text.as_bytes()).unwrap();
        let name = FileName::new(*b"run").unwrap();
        let clipboard = Clipboard { folder: path("/l/alpha"), names: vec![name.clone()] };
        assert!(clipboard.holds(&path("/l/alpha"), &name));
        assert!(!clipboard.holds(&path("/l/beta"), &name));
        let request = clipboard.paste_into(&path("/l/beta"));
        assert_eq!(request.sources, [path("/l/alpha/run")]);
        assert_eq!(request.destination, path("/l/beta"));
        assert_eq!(Clipboard::cut(&path("/l"), [].iter()), None);
    }
}
