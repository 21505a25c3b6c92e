//! Paths and names: as bytes, in addresses, and as text in messages.

use tidelock_shared::name::{FileName, FilePath, shown};

/// A path is read back from each of its forms, has no name that leads elsewhere, and shows nothing that acts on a terminal
/// or turns a line round.
pub fn paths(bytes: &[u8]) {
    if let Ok(path) = FilePath::parse(bytes) {
        assert_forms(&path);
    }
    if let Ok(text) = str::from_utf8(bytes) {
        if let Ok(path) = FilePath::from_url(text) {
            assert_forms(&path);
        }
        if let Ok(path) = serde_json::from_str::<FilePath>(text) {
            assert_forms(&path);
        }
    }
    if let Ok(name) = FileName::new(bytes) {
        assert_name(&name);
    }
    assert_harmless(&shown(bytes));
}

fn assert_forms(path: &FilePath) {
    path.names().iter().for_each(assert_name);
    assert_eq!(FilePath::parse(&path.to_bytes()).as_ref(), Ok(path), "as bytes");
    assert_eq!(FilePath::from_url(&path.to_url()).as_ref(), Ok(path), "in an address");
    let json = serde_json::to_string(path).unwrap_or_default();
    assert_eq!(serde_json::from_str::<FilePath>(&json).ok().as_ref(), Some(path), "in a message");
    assert!(path.to_url().bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\"<>\\".contains(&byte)), "{}", path.to_url());
    assert_harmless(&path.shown());
    if let Some((above, last)) = path.split_last() {
        assert_eq!(above.join(last.clone()), *path);
        assert!(path.is_at_or_below(&above) && !above.is_at_or_below(path));
    }
}

fn assert_name(name: &FileName) {
    let bytes = name.as_bytes();
    assert!(!bytes.is_empty() && bytes != b"." && bytes != b".." && bytes.len() <= 255);
    assert!(!bytes.contains(&b'/') && !bytes.contains(&0));
    let json = serde_json::to_string(name).unwrap_or_default();
    assert_eq!(serde_json::from_str::<FileName>(&json).ok().as_ref(), Some(name));
    assert_harmless(&name.shown());
    if let Some(numbered) = name.numbered(2, false) {
        assert!(numbered != *name && numbered.as_bytes().len() <= 255);
        assert!(str::from_utf8(bytes).is_err() || str::from_utf8(numbered.as_bytes()).is_ok(), "{name:?}");
    }
}

fn assert_harmless(text: &str) {
    let acts = |char: char| {
        char.is_control() || matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(acts), "{text:?}");
}
