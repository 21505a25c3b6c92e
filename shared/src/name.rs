//! Names and paths, which are bytes and not strings.
//!
//! A [`FilePath`] has no `.`, `..`, empty or over-long part: once it exists, walking it
//! name by name from the root cannot step upward.
//!
//! Not here: whether anything exists under a name, and following symbolic links, which
//! the engine never does.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest name that ext4, XFS and Lustre take, in bytes.
pub const NAME_LENGTH_MAX: usize = 255;
/// The longest path that this program takes, in bytes (Linux's own bound for one call).
pub const PATH_LENGTH_MAX: usize = 4096;
/// What every hidden folder of a move or an upload begins with.
pub const HIDDEN_PREFIX: &[u8] = b".tidelock-";

/// One entry's name within its folder.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName(Box<[u8]>);

/// An absolute path as a list of names; the empty list is `/`.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilePath(Vec<FileName>);

/// Why bytes are not a name or a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    #[error("a name cannot be empty")]
    Empty,
    #[error("'.' and '..' are not names")]
    Dots,
    #[error("a name cannot contain '/' or a zero byte")]
    ForbiddenByte,
    #[error("a name has at most 255 bytes")]
    TooLong,
    #[error("a path begins with '/'")]
    NotAbsolute,
    #[error("a path has at most 4096 bytes")]
    PathTooLong,
    #[error("the text is not base64 of a path")]
    NotBase64,
}

impl FileName {
    /// Checks the bytes of one name.
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Result<Self, InvalidName> {
        let bytes = bytes.into();
        match &*bytes {
            b"" => Err(InvalidName::Empty),
            b"." | b".." => Err(InvalidName::Dots),
            _ if bytes.contains(&b'/') || bytes.contains(&0) => Err(InvalidName::ForbiddenByte),
            _ if bytes.len() > NAME_LENGTH_MAX => Err(InvalidName::TooLong),
            _ => Ok(Self(bytes)),
        }
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether the name is one that moves give to their staging and retired folders.
    pub fn is_hidden_folder_of_a_move(&self) -> bool {
        self.0.starts_with(HIDDEN_PREFIX)
    }

    /// A further name of the same kind: `report (2).txt`, `results (2)`, shortened to what a name
    /// may be. None if not even the number fits.
    pub fn numbered(&self, number: u32, is_folder: bool) -> Option<Self> {
        let bytes = self.as_bytes();
        // A name that begins with its only dot has no extension.
        let dot = bytes.iter().rposition(|byte| *byte == b'.').filter(|dot| *dot > 0 && !is_folder);
        let (stem, extension) = bytes.split_at(dot.unwrap_or(bytes.len()));
        let suffix = format!(" ({number})");
        let room = NAME_LENGTH_MAX.checked_sub(suffix.len() + extension.len())?;
        Self::new([shortened(stem, room), suffix.as_bytes(), extension].concat()).ok()
    }

    /// The name for people: see [`shown`].
    pub fn shown(&self) -> Cow<'_, str> {
        shown(&self.0)
    }
}

impl FilePath {
    /// Reads an absolute path; repeated and closing slashes mean nothing, dots are refused.
    pub fn parse(bytes: &[u8]) -> Result<Self, InvalidName> {
        if bytes.first() != Some(&b'/') {
            return Err(InvalidName::NotAbsolute);
        }
        if bytes.len() > PATH_LENGTH_MAX {
            return Err(InvalidName::PathTooLong);
        }
        bytes.split(|&byte| byte == b'/').filter(|part| !part.is_empty()).map(FileName::new).collect::<Result<_, _>>().map(Self)
    }

    pub fn names(&self) -> &[FileName] {
        &self.0
    }

    /// The bytes that a system call would take.
    pub fn to_bytes(&self) -> Vec<u8> {
        if self.0.is_empty() {
            return b"/".to_vec();
        }
        let mut bytes = Vec::new();
        for name in &self.0 {
            bytes.push(b'/');
            bytes.extend_from_slice(name.as_bytes());
        }
        bytes
    }

    /// The folder above, and the name in it; none for `/`.
    pub fn split_last(&self) -> Option<(Self, &FileName)> {
        let (name, above) = self.0.split_last()?;
        Some((Self(above.to_vec()), name))
    }

    #[must_use]
    pub fn join(&self, name: FileName) -> Self {
        let mut names = self.0.clone();
        names.push(name);
        Self(names)
    }

    /// Whether this is `other` or lies below it, compared name by name.
    pub fn is_at_or_below(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// The names that lead from `above` to here; none if it does not lie there.
    pub fn names_below(&self, above: &Self) -> Option<&[FileName]> {
        self.0.strip_prefix(above.0.as_slice())
    }

    /// The path for people: see [`shown`].
    pub fn shown(&self) -> String {
        shown(&self.to_bytes()).into_owned()
    }

    /// The path in a URL: every byte but the plainest percent-encoded, slashes kept.
    pub fn to_url(&self) -> String {
        let mut url = String::new();
        for byte in self.to_bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => url.push(byte.into()),
                _ => url.push_str(&format!("%{byte:02X}")),
            }
        }
        url
    }

    /// Reads what [`FilePath::to_url`] wrote.
    pub fn from_url(url: &str) -> Result<Self, InvalidName> {
        let mut bytes = Vec::with_capacity(url.len());
        let mut rest = url.as_bytes();
        while let [first, after @ ..] = rest {
            let decoded = (*first == b'%').then(|| after.get(..2)).flatten().and_then(hex_byte);
            match decoded {
                Some(byte) => {
                    bytes.push(byte);
                    rest = &after[2..];
                }
                None => {
                    bytes.push(*first);
                    rest = after;
                }
            }
        }
        Self::parse(&bytes)
    }
}

/// At most so many bytes from the beginning, and no half of a character.
fn shortened(text: &[u8], length: usize) -> &[u8] {
    let Ok(text) = std::str::from_utf8(text) else { return &text[..text.len().min(length)] };
    &text.as_bytes()[..text.floor_char_boundary(length)]
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Bytes of a name for people: as they are where that is safe, else escaped.
///
/// Control characters (a newline could pretend to be another row), marks that turn the
/// direction of the text around, and bytes that are not UTF-8 are written as escapes.
pub fn shown(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes)
        && !text.chars().any(is_unsafe_to_show)
    {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::new();
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if is_unsafe_to_show(character) {
                escaped.extend(character.escape_default());
            } else {
                escaped.push(character);
            }
        }
        for byte in chunk.invalid() {
            escaped.push_str(&format!("\\x{byte:02x}"));
        }
    }
    Cow::Owned(escaped)
}

fn is_unsafe_to_show(character: char) -> bool {
    let turns_direction = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character.is_control() || turns_direction
}

/// Base 64 of the bytes where they are not UTF-8: the exact name beside the shown one.
pub fn base64_unless_text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).is_err().then(|| BASE64.encode(bytes))
}

impl fmt::Debug for FileName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", self.shown())
    }
}

impl fmt::Debug for FilePath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", self.shown())
    }
}

/// On the wire instead of the text itself, where the bytes are not UTF-8.
#[derive(Serialize, Deserialize)]
struct NotText<'a> {
    base64: Cow<'a, str>,
}

fn serialize_bytes<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    match std::str::from_utf8(bytes) {
        Ok(text) => serializer.serialize_str(text),
        Err(_) => NotText { base64: BASE64.encode(bytes).into() }.serialize(serializer),
    }
}

/// Reads either form. By hand, because a derived choice between forms keeps what it reads in a
/// tree of values first, whose code every browser would have to load.
struct EitherForm;

impl<'de> Visitor<'de> for EitherForm {
    type Value = Vec<u8>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a text, or bytes in base 64")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.as_bytes().to_vec())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let NotText { base64 } = NotText::deserialize(MapAccessDeserializer::new(map))?;
        BASE64.decode(base64.as_bytes()).map_err(|_| de::Error::custom(InvalidName::NotBase64))
    }
}

impl Serialize for FileName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_bytes(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for FileName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(deserializer.deserialize_any(EitherForm)?).map_err(de::Error::custom)
    }
}

impl Serialize for FilePath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_bytes(&self.to_bytes(), serializer)
    }
}

impl<'de> Deserialize<'de> for FilePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&deserializer.deserialize_any(EitherForm)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_step_upward() {
        for (bytes, expected) in [
            (&b"/a/../b"[..], InvalidName::Dots),
            (b"/a/./b", InvalidName::Dots),
            (b"a/b", InvalidName::NotAbsolute),
            (b"", InvalidName::NotAbsolute),
            (b"/a\0b", InvalidName::ForbiddenByte),
        ] {
            assert_eq!(FilePath::parse(bytes), Err(expected), "{bytes:?}");
        }
        assert_eq!(FilePath::parse(&[b"/".as_slice(), &[b'n'; 256]].concat()), Err(InvalidName::TooLong));
    }

    #[test]
    fn any_bytes_survive_the_url_and_the_wire() {
        for bytes in [&b"/"[..], b"/plain/name", b"/new\nline", b"/bad-\xff-name/%41", "/\u{202e}txt.exe".as_bytes()] {
            let path = FilePath::parse(bytes).unwrap();
            assert_eq!(FilePath::from_url(&path.to_url()).unwrap(), path);
            let json = serde_json::to_string(&path).unwrap();
            assert_eq!(serde_json::from_str::<FilePath>(&json).unwrap(), path);
        }
    }

    #[test]
    fn what_could_deceive_is_shown_escaped() {
        assert_eq!(shown(b"plain"), "plain");
        assert_eq!(shown(b"new\nline"), "new\\nline");
        assert_eq!(shown(b"bad-\xff-name"), "bad-\\xff-name");
        assert_eq!(shown("\u{202e}cod".as_bytes()), "\\u{202e}cod");
        assert_eq!(shown("Überschuss".as_bytes()), "Überschuss");
    }

    #[test]
    fn a_second_name_keeps_the_extension_and_fits() {
        let long = "x".repeat(255);
        let of_two_bytes = "ä".repeat(127);
        for (name, is_folder, expected) in [
            ("report.txt", false, "report (2).txt".to_owned()),
            ("results.d", true, "results.d (2)".to_owned()),
            (".profile", false, ".profile (2)".to_owned()),
            ("plain", false, "plain (2)".to_owned()),
            (&long, false, format!("{} (2)", "x".repeat(251))),
            (&of_two_bytes, false, format!("{} (2)", "ä".repeat(125))),
        ] {
            assert_eq!(FileName::new(name.as_bytes()).unwrap().numbered(2, is_folder).unwrap().shown(), expected);
        }
    }

    #[test]
    fn below_is_decided_by_names_and_not_by_bytes() {
        let path = |text: &str| FilePath::parse(text.as_bytes()).unwrap();
        assert!(path("/a/b").is_at_or_below(&path("/a")));
        assert!(path("/a").is_at_or_below(&path("/a")));
        assert!(!path("/ab").is_at_or_below(&path("/a")));
    }
}
