//! The data plane: copies files with everything that belongs to them. Knows files, not moves.
//!
//! Kept are content, holes, hard links inside the tree, symbolic links, special files, owner,
//! mode, ACLs and other extended attributes, capabilities, inode flags, layouts and times. What a mount
//! or the caller's rights cannot keep was counted before; anything beyond that is an error.

mod content;
mod differences;
mod finishing;
mod layouts;
mod links;
mod metadata;
mod tree;

pub(crate) use content::has_same_bytes;
pub(crate) use differences::{Differences, Versions, is_in_doubt, is_same_tree};
pub(crate) use layouts::keep_layout;
pub(crate) use metadata::{REMEMBERED_TIMES, copy_metadata, forget_inherited, has_same_attributes, is_refusal};
pub(crate) use tree::{Copier, CopyError};

/// Extended attributes that belong to the file system or describe the old inode: never copied
/// (`lustre-facts`: Lustre's layout, links, HSM state; `trusted.projid` is virtual).
pub(crate) fn belongs_to_file_system(xattr: &[u8]) -> bool {
    const OWNED: [&[u8]; 11] = [
        b"trusted.lov",
        b"trusted.lma",
        b"trusted.lmv",
        b"trusted.link",
        b"trusted.fid",
        b"trusted.hsm",
        b"trusted.som",
        b"trusted.dmv",
        b"trusted.version",
        b"trusted.projid",
        b"security.selinux",
    ];
    xattr.starts_with(b"lustre.") || OWNED.contains(&xattr)
}

/// Attributes that only root may write.
pub(crate) fn is_privileged(xattr: &[u8]) -> bool {
    xattr.starts_with(b"trusted.") || xattr.starts_with(b"security.")
}
