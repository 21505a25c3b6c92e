//! The folders that were visited last, as this browser remembers them: one URL of a folder a
//! line, the newest first.

use tidelock_shared::name::FilePath;

/// What the browser keeps it under.
pub const KEY: &str = "tidelock_recent";

/// Folders that are remembered.
const KEPT_MAX: usize = 20;

/// What is to be remembered once a folder is visited.
pub fn visited(known: &str, folder: &FilePath) -> String {
    let folder = folder.to_url();
    let mut text = folder.clone();
    for other in known.split('\n').filter(|known| *known != folder).take(KEPT_MAX - 1) {
        text.push('\n');
        text.push_str(other);
    }
    text
}

/// The folders, the newest first; what cannot be read is left out.
pub fn folders(known: &str) -> impl Iterator<Item = FilePath> {
    known.lines().filter_map(|line| FilePath::from_url(line).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_come_first_each_once_and_not_too_many() {
        let path = |text: &[u8]| FilePath::parse(text).unwrap();
        let mut known = String::new();
        for folder in [&b"/l/a"[..], b"/l/b\n\xff", b"/l/a"] {
            known = visited(&known, &path(folder));
        }
        assert_eq!(folders(&known).collect::<Vec<_>>(), [path(b"/l/a"), path(b"/l/b\n\xff")]);
        for number in 0..100 {
            known = visited(&known, &path(format!("/l/{number}").as_bytes()));
        }
        assert_eq!(folders(&known).count(), KEPT_MAX);
        assert_eq!(folders(&known).next(), Some(path(b"/l/99")));
        assert_eq!(folders("not a url%\n/l/a").collect::<Vec<_>>(), [path(b"/l/a")]);
    }
}
