//! What a file's content is, from its first bytes.
//!
//! Content on tape only is never read: the read would block until it is restored.
//!
//! Not here: how an image travels (`http::download`).

use std::fmt::Write as _;

use tidelock_engine::fs::walk::read_open;
use tidelock_engine::fs::{FsResult, HsmState};
use tidelock_shared::content::{Content, TEXT_BYTES_MAX};
use tidelock_shared::name::FilePath;
use tidelock_shared::strategy::EntryKind;
use tidelock_shared::user_error::UserError;

use super::EngineService;
use crate::user_error;
use crate::words::{Words, words};

/// Bytes of a file that is neither text nor picture.
const DUMPED: usize = 512;
/// What browsers draw without running anything of it.
const IMAGES: [&str; 6] = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"];
pub(crate) const PDF: &str = "application/pdf";

/// What there is to see of a file, as the caller.
pub(super) fn of(service: &EngineService, path: &FilePath) -> Result<Content, UserError> {
    service.site.root_of(path)?;
    read(service, path).map_err(|error| user_error::fs_error(Words::doing_read, path, &error))
}

/// The type of content that a page may show as it is; judged by the content, not by the name.
pub(crate) fn shown_type(first: &[u8]) -> Option<&'static str> {
    let found = infer::get(first)?.mime_type();
    (IMAGES.contains(&found) || found == PDF).then_some(found)
}

fn read(service: &EngineService, path: &FilePath) -> FsResult<Content> {
    let fs = &*service.fs;
    let nothing = |why: &str| Ok(Content::Nothing { why: why.to_owned() });
    let Some((above, name)) = path.split_last() else { return nothing(words().content_folder()) };
    let folder = fs.open_path_to_look(&above)?;
    let at = folder.at(name);
    let status = fs.status(at.into())?;
    match status.kind {
        EntryKind::File if status.size == 0 => return nothing(words().content_empty()),
        EntryKind::File => {}
        EntryKind::Folder => return nothing(words().content_folder()),
        _ => return nothing(words().content_none()),
    }
    if fs.hsm_state(at).is_ok_and(HsmState::is_released) {
        return nothing(words().content_tape());
    }
    let first = read_open(fs, &fs.open_file(at)?, TEXT_BYTES_MAX.min(status.size))?;
    Ok(match shown_type(&first) {
        Some(PDF) => Content::Pdf,
        Some(_) => Content::Image,
        None => match text(&first) {
            Some(text) => Content::Text { text: text.to_owned(), is_whole: first.len() as u64 >= status.size },
            None => Content::Binary { dump: dump(&first[..first.len().min(DUMPED)]) },
        },
    })
}

/// The bytes as text, but for a character that is cut off at the end; none if they are no text.
fn text(bytes: &[u8]) -> Option<&str> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&bytes[..error.valid_up_to()]).ok()?,
        Err(_) => return None,
    };
    let is_layout = |character: char| matches!(character, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}');
    let is_text = !text.is_empty() && text.chars().all(|character| !character.is_control() || is_layout(character));
    is_text.then_some(text)
}

fn dump(bytes: &[u8]) -> String {
    let mut dump = String::new();
    for (line, chunk) in bytes.chunks(16).enumerate() {
        let numbers: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        let characters: String = chunk.iter().map(|&byte| if (32..127).contains(&byte) { byte.into() } else { '·' }).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(dump, "{:06x}  {:47}  {characters}", line * 16, numbers.join(" "));
    }
    dump
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_utf_8_without_control_characters_and_may_be_cut_within_a_character() {
        assert_eq!(text("naïve\tlines\r\n".as_bytes()), Some("naïve\tlines\r\n"));
        assert_eq!(text(&"über".as_bytes()[..1]), None);
        assert_eq!(text(&"aü".as_bytes()[..2]), Some("a"));
        for bytes in [&b"\xe4bc"[..], b"a\0b", b"\x89PNG", b"\x7f"] {
            assert_eq!(text(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn what_a_page_shows_is_told_by_content_and_never_a_document_with_scripts() {
        assert_eq!(shown_type(b"\x89PNG\r\n\x1a\n rest"), Some("image/png"));
        assert_eq!(shown_type(b"\xff\xd8\xff\xe0 rest"), Some("image/jpeg"));
        assert_eq!(shown_type(b"%PDF-1.7\n"), Some(PDF));
        for bytes in
            [&b"<!DOCTYPE html><script>"[..], b"<svg xmlns=\"http://www.w3.org/2000/svg\">", b"<?xml version=\"1.0\"?>", b"", b"BM"]
        {
            assert!(shown_type(bytes).is_none_or(|found| found == "image/bmp"), "{bytes:?}");
        }
    }

    #[test]
    fn a_dump_has_sixteen_bytes_to_a_line() {
        let dump = dump(b"0123456789abcdef\x00\xffz");
        assert_eq!(
            dump,
            "000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n\
             000010  00 ff 7a                                         ··z\n"
        );
    }
}
