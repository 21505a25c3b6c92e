//! How content is laid out over the servers of a Lustre: read off a file or folder, and given to new
//! ones, by the attribute `lustre.lov`, which anybody may read and an owner write.
//!
//! A file takes a layout before it has content only: it is made by `mknod`, gets the attribute, and is
//! opened then, as `tar` does. What a file has says also on which servers its content lies; a new one
//! is not to share it, so only the shape is kept (`struct lov_user_md` and `struct lov_comp_md_v1` of
//! the client's headers, in the machine's byte order).
//!
//! Not here: whether the layout of a copy matters (`copy`).

use tidelock_shared::strategy::EntryKind;

use super::{At, Errno, File, FileSystem, Folder, FsError, FsResult, Object};

/// The attribute, of files and of folders.
pub(crate) const ATTRIBUTE: &[u8] = b"lustre.lov";

/// The shape of a layout; equal ones put content on as many servers in the same pieces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Layout(Vec<u8>);

/// The layout of an open file, or of one by name.
///
/// None where content has none, as everywhere but on Lustre.
///
/// # Errors
/// `EOPNOTSUPP` for one that is more than a shape: mirrors, content kept elsewhere, layouts that grow.
pub fn of_file(fs: &dyn FileSystem, file: Object<'_>) -> FsResult<Option<Layout>> {
    let Some(value) = read(fs, file)? else { return Ok(None) };
    match shape(&value) {
        Some(shape) => Ok(Some(Layout(shape))),
        None => Err(FsError::new("layout", file.name_bytes(), Errno::OPNOTSUPP)),
    }
}

/// What a folder gives to the files that are made in it; none where it says nothing of its own.
pub fn of_folder(fs: &dyn FileSystem, folder: Object<'_>) -> FsResult<Option<Layout>> {
    Ok(read(fs, folder)?.map(Layout))
}

fn read(fs: &dyn FileSystem, object: Object<'_>) -> FsResult<Option<Vec<u8>>> {
    match fs.xattr(object, ATTRIBUTE) {
        Ok(value) => Ok(Some(value)),
        Err(error) if matches!(error.errno, Errno::NODATA | Errno::OPNOTSUPP) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A new file for writing with this layout; nothing is left where it is refused.
///
/// # Errors
/// `EEXIST` if the name is taken, `EINVAL` for a pool that is not known here.
pub fn create_file(fs: &dyn FileSystem, at: At<'_>, mode: u32, layout: &Layout) -> FsResult<File> {
    fs.create_special(at, EntryKind::File, mode, 0)?;
    let made = fs.set_xattr(at.into(), ATTRIBUTE, &layout.0).and_then(|()| fs.open_to_write(at));
    if made.is_err() {
        fs.unlink(at)?;
    }
    made
}

/// The folder gives this layout to what is made in it from now on.
pub fn set(fs: &dyn FileSystem, folder: &Folder, layout: &Layout) -> FsResult<()> {
    fs.set_xattr(folder.into(), ATTRIBUTE, &layout.0)
}

const MAGIC: u32 = 0x0bd1_0bd0;
const MAGIC_WITH_POOL: u32 = 0x0bd3_0bd0;
const MAGIC_OF_COMPONENTS: u32 = 0x0bd6_0bd0;
/// `struct lov_user_md_v1` and `_v3` without their objects: magic, pattern, an object's ID, the size
/// of a stripe, how many there are, the first server; the second with the name of a pool.
const PLAIN_BYTES: usize = 32;
const WITH_POOL_BYTES: usize = 48;
const PATTERN_AT: usize = 4;
const ID: std::ops::Range<usize> = 8..24;
const FIRST_SERVER: std::ops::Range<usize> = 30..32;
/// The highest byte of the pattern, in which `LOV_PATTERN_F_RELEASED` is.
const RELEASED: u32 = 0x8000_0000;
/// `struct lov_comp_md_v1` before its entries: magic, size, generation, flags, entries, mirrors.
const HEAD_BYTES: usize = 32;
const ENTRIES_AT: usize = 14;
const MIRRORS_AT: usize = 16;
/// `struct lov_comp_md_entry_v1`: an ID, flags, from where to where, the place and size of its layout.
const ENTRY_BYTES: usize = 48;
const EXTENT: std::ops::Range<usize> = 8..24;
const PLACE_AT: usize = 24;
/// Flags that say nothing of the shape: preferred mirrors, content that is there, mirrors left behind.
const FLAGS_PASSED_OVER: u32 = 0x2 | 0x4 | 0x10 | 0x20;

/// The pool that a layout without components names; none where it names none.
pub(super) fn pool(layout: &[u8]) -> Option<&[u8]> {
    let name = layout.get(PLAIN_BYTES..WITH_POOL_BYTES).filter(|_| u32_at(layout, 0) == Some(MAGIC_WITH_POOL))?;
    name.split(|byte| *byte == 0).next().filter(|name| !name.is_empty())
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// A layout without what belongs to one file: objects, servers, what is on tape.
fn shape(layout: &[u8]) -> Option<Vec<u8>> {
    if u32_at(layout, 0)? == MAGIC_OF_COMPONENTS { shape_of_components(layout) } else { shape_of_stripes(layout) }
}

fn shape_of_stripes(layout: &[u8]) -> Option<Vec<u8>> {
    let length = match u32_at(layout, 0)? {
        MAGIC => PLAIN_BYTES,
        MAGIC_WITH_POOL => WITH_POOL_BYTES,
        _ => return None,
    };
    let mut shape = layout.get(..length)?.to_vec();
    let pattern = u32_at(layout, PATTERN_AT)? & !RELEASED;
    shape[PATTERN_AT..PATTERN_AT + 4].copy_from_slice(&pattern.to_ne_bytes());
    shape[ID].fill(0);
    // -1: wherever the servers put it.
    shape[FIRST_SERVER].fill(0xff);
    Some(shape)
}

fn shape_of_components(layout: &[u8]) -> Option<Vec<u8>> {
    let entries = u16_at(layout, ENTRIES_AT)?;
    if u16_at(layout, MIRRORS_AT)? != 0 {
        return None;
    }
    let mut heads = Vec::new();
    let mut shapes = Vec::new();
    for entry in 0..usize::from(entries) {
        let head = layout.get(HEAD_BYTES + entry * ENTRY_BYTES..)?.get(..ENTRY_BYTES)?;
        if u32_at(head, 4)? & !FLAGS_PASSED_OVER != 0 {
            return None;
        }
        let place = usize::try_from(u32_at(head, PLACE_AT)?).ok()?;
        let shape = shape_of_stripes(layout.get(place..)?)?;
        let place = HEAD_BYTES + usize::from(entries) * ENTRY_BYTES + shapes.len();
        let mut new = [0; ENTRY_BYTES];
        new[EXTENT].copy_from_slice(&head[EXTENT]);
        new[PLACE_AT..PLACE_AT + 4].copy_from_slice(&u32::try_from(place).ok()?.to_ne_bytes());
        new[PLACE_AT + 4..PLACE_AT + 8].copy_from_slice(&u32::try_from(shape.len()).ok()?.to_ne_bytes());
        heads.extend(new);
        shapes.extend(shape);
    }
    let mut whole = vec![0; HEAD_BYTES];
    whole[..4].copy_from_slice(&MAGIC_OF_COMPONENTS.to_ne_bytes());
    whole[ENTRIES_AT..ENTRIES_AT + 2].copy_from_slice(&entries.to_ne_bytes());
    whole.extend(heads);
    whole.extend(shapes);
    let size = u32::try_from(whole.len()).ok()?;
    whole[4..8].copy_from_slice(&size.to_ne_bytes());
    Some(whole)
}

/// A shape is its own, and has no more than all components that a layout can have.
#[cfg(feature = "fuzzing")]
pub(crate) fn fuzz(layout: &[u8]) {
    let _ = pool(layout);
    let Some(of_it) = shape(layout) else { return };
    assert_eq!(shape(&of_it).as_deref(), Some(&of_it[..]));
    assert!(of_it.len() <= HEAD_BYTES + (ENTRY_BYTES + WITH_POOL_BYTES) * usize::from(u16::MAX));
}

/// Bytes as a little-endian client tells them, by the structs of its headers.
#[cfg(test)]
#[cfg(target_endian = "little")]
mod tests {
    use super::*;

    /// Hexadecimal digits with blanks.
    fn bytes(text: &str) -> Vec<u8> {
        let digits: String = text.split_whitespace().collect();
        (0..digits.len() / 2).map(|at| u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).unwrap()).collect()
    }

    /// One object on server 1.
    const OBJECT: &str = "0700000000000000 0004000040020000 00000000 01000000";

    #[test]
    fn the_structs_are_as_long_as_the_headers_say() {
        // `getxattr lustre.lov as alice`: 56 bytes of a file with one stripe, whose object takes 24.
        assert_eq!(bytes(OBJECT).len() + PLAIN_BYTES, 56);
        assert_eq!(WITH_POOL_BYTES, PLAIN_BYTES + 16);
        // Three words, two times four bytes in short numbers, eight more, eight; an entry of two words, two long
        // numbers, three words, a long number and four bytes.
        assert_eq!(HEAD_BYTES, 12 + 4 + 8 + 8);
        assert_eq!(ENTRY_BYTES, 8 + 16 + 12 + 8 + 4);
    }

    #[test]
    fn a_shape_is_what_files_of_the_same_layout_have_in_common() {
        let file = |pattern: &str, object: &str| {
            bytes(&format!("d00bd10b {pattern} 0500000000000000 0004000002000000 00004000 0100 0000 {object}"))
        };
        let expected = bytes("d00bd10b 01000000 0000000000000000 0000000000000000 00004000 0100 ffff");
        assert_eq!(shape(&file("01000000", OBJECT)), Some(expected.clone()));
        // Released: no object, and the bit that says so.
        assert_eq!(shape(&file("01000080", "")), Some(expected));
        let pooled = format!("d00bd30b 01000000 {} 00004000 0200 ffff 666c617368{}", "00".repeat(16), "00".repeat(11));
        assert_eq!(shape(&bytes(&format!("{pooled} {OBJECT} {OBJECT}"))), Some(bytes(&pooled)));
    }

    /// On the metadata server up to 1 MiB, then striped: of a file whose first component has its content.
    fn composite(mirrors: &str, flags: &str, id: &str, objects: [&str; 2]) -> Vec<u8> {
        let (first, second) = (32 + 2 * 48, 32 + 2 * 48 + 32 + bytes(objects[0]).len());
        let size = second + 32 + bytes(objects[1]).len();
        let word = |value: usize| bytes(&format!("{:08x}", u32::try_from(value).unwrap().swap_bytes()));
        [
            bytes("d00bd60b"),
            word(size),
            bytes(&format!("00000000 0000 0200 {mirrors} 000000000000 0000000000000000")),
            bytes(&format!("{id} {flags} 0000000000000000 0000100000000000")),
            word(first),
            word(32 + bytes(objects[0]).len()),
            bytes("00000000 0000000000000000 00000000"),
            bytes(&format!("{} 00000000 0000100000000000 ffffffffffffffff", if id == "00000000" { id } else { "02000000" })),
            word(second),
            word(32 + bytes(objects[1]).len()),
            bytes("00000000 0000000000000000 00000000"),
            bytes(&format!("d00bd10b 00010000 {} 00001000 0000 ffff {}", "00".repeat(16), objects[0])),
            bytes(&format!("d00bd10b 01000000 {} 00004000 ffff ffff {}", "00".repeat(16), objects[1])),
        ]
        .concat()
    }

    #[test]
    fn components_keep_their_extents_and_lose_their_content() {
        let file = composite("0000", "10000000", "01000000", ["", OBJECT]);
        let expected = composite("0000", "00000000", "00000000", ["", ""]);
        assert_eq!(shape(&file), Some(expected.clone()));
        assert_eq!(shape(&expected), Some(expected), "a shape is its own");
    }

    #[test]
    fn what_is_more_than_a_shape_has_none() {
        for (mirrors, flags) in [("0100", "00000000"), ("0000", "01000000"), ("0000", "40000000")] {
            assert_eq!(shape(&composite(mirrors, flags, "01000100", ["", ""])), None, "{mirrors} {flags}");
        }
        assert_eq!(shape(&bytes("d00bd70b 00000000")), None, "content is kept elsewhere");
        for torn in [0, 3, 20] {
            assert_eq!(shape(&bytes("d00bd10b 01000000 0000000000000000 00000000")[..torn]), None);
        }
        let file = composite("0000", "10000000", "01000000", ["", ""]);
        assert!((0..file.len()).all(|length| shape(&file[..length]).is_none()));
    }
}
