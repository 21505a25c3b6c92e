//! What lies where, and what it is: everything that a move promises to keep.

use std::collections::BTreeMap;

use tidelock_shared::name::FileName;
use tidelock_shared::strategy::EntryKind;

use super::furnish::{FIRST_SECOND, NUMBER};
use crate::fs::simulator::Simulator;
use crate::fs::{At, FileSystem, Folder, FsResult, Identity, Status, Timestamp};

/// A name in a folder, by the folder's number; 0 where it has none.
pub(super) type Key = (u32, FileName);

/// One name as found.
#[derive(Clone, Debug)]
pub(super) struct Sighting {
    /// For people.
    pub(super) path: String,
    pub(super) key: Key,
    /// The number that it was given; none for what the simulation did not make.
    pub(super) number: Option<u32>,
    pub(super) identity: Identity,
    /// The hidden name that it is or lies below.
    pub(super) hidden: Option<FileName>,
    pub(super) attributes: Attributes,
}

/// What is compared. What a plan gave up is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attributes {
    pub(super) kind: EntryKind,
    pub(super) content: Vec<u8>,
    pub(super) owner: Option<(u32, u32)>,
    pub(super) mode: Option<u32>,
    pub(super) modified: Timestamp,
    pub(super) xattrs: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(super) flags: Option<u32>,
    pub(super) project: u32,
    pub(super) inherit: bool,
    pub(super) points_to: Vec<u8>,
    pub(super) is_released: bool,
}

/// Looks at everything below the tops of the mounts, as root and without being seen.
pub(super) fn take(root: &Simulator, tops: &[&str]) -> FsResult<Vec<Sighting>> {
    let mut sightings = Vec::new();
    for top in tops {
        let folder = root.open_path(&super::furnish::path(top)?)?;
        look_below(root, &folder, top, None, &mut sightings)?;
    }
    Ok(sightings)
}

fn look_below(
    root: &Simulator,
    folder: &Folder,
    shown: &str,
    hidden: Option<&FileName>,
    sightings: &mut Vec<Sighting>,
) -> FsResult<()> {
    let parent = number(root.xattr(folder.into(), NUMBER).ok()).unwrap_or(0);
    for entry in root.read_folder(folder)? {
        let name = entry?.name;
        let at = folder.at(&name);
        let status = root.status(at.into())?;
        let path = format!("{shown}/{}", name.shown());
        let own_hiding = name.as_bytes().starts_with(b".tidelock-").then_some(&name);
        let hidden = hidden.or(own_hiding).cloned();
        let attributes = attributes(root, at, &status)?;
        let is_folder = status.kind == EntryKind::Folder;
        sightings.push(Sighting {
            path: path.clone(),
            key: (parent, name.clone()),
            number: numbered(&attributes),
            identity: root.identity(at.into())?,
            hidden: hidden.clone(),
            attributes,
        });
        if is_folder {
            look_below(root, &root.open_folder(at)?, &path, hidden.as_ref(), sightings)?;
        }
    }
    Ok(())
}

fn attributes(root: &Simulator, at: At<'_>, status: &Status) -> FsResult<Attributes> {
    let is_released = root.hsm_state(at)?.is_released();
    let is_read = status.kind == EntryKind::File && status.size <= LARGEST;
    let content = if is_read { root.content(status.inode) } else { Vec::new() };
    let mut xattrs = BTreeMap::new();
    for name in root.xattr_names(at.into())? {
        let value = root.xattr(at.into(), &name)?;
        xattrs.insert(name, value);
    }
    let is_link = status.kind == EntryKind::SymbolicLink;
    Ok(Attributes {
        kind: status.kind,
        content,
        owner: Some((status.uid, status.gid)),
        mode: (!is_link).then_some(status.mode),
        modified: status.modified,
        xattrs,
        flags: Some(root.flags(at.into())?),
        project: root.charged_to(status.inode).0,
        inherit: root.tag(at.into())?.is_some_and(|tag| tag.inherit),
        points_to: if is_link { root.read_link(at)? } else { Vec::new() },
        is_released,
    })
}

/// Larger is only what fills a quota; nobody reads it.
const LARGEST: u64 = 1 << 17;

fn numbered(attributes: &Attributes) -> Option<u32> {
    match attributes.kind {
        EntryKind::File | EntryKind::Folder => number(attributes.xattrs.get(NUMBER).cloned()),
        EntryKind::SymbolicLink => {
            let text = attributes.points_to.split(|byte| *byte == b'-').next_back()?;
            number(Some(text.to_vec()))
        }
        _ => u32::try_from(attributes.modified.seconds - FIRST_SECOND).ok(),
    }
}

fn number(value: Option<Vec<u8>>) -> Option<u32> {
    std::str::from_utf8(&value?).ok()?.parse().ok()
}

impl Attributes {
    /// What differs from what was expected, in words; where nothing is expected nothing does.
    pub(super) fn differences(&self, expected: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let mut compare = |what: &str, is_same: bool, texts: (String, String)| {
            if !is_same {
                found.push(format!("{what} is {} and was {}", texts.0, texts.1));
            }
        };
        let debug = |a: &dyn std::fmt::Debug, b: &dyn std::fmt::Debug| (format!("{a:?}"), format!("{b:?}"));
        compare("kind", self.kind == expected.kind, debug(&self.kind, &expected.kind));
        let lengths = (self.content.len(), expected.content.len());
        compare("content", self.content == expected.content, debug(&lengths.0, &lengths.1));
        let owner = expected.owner.is_none_or(|owner| self.owner == Some(owner));
        compare("owner", owner, debug(&self.owner, &expected.owner));
        let mode = expected.mode.is_none_or(|mode| self.mode == Some(mode));
        compare("mode", mode, debug(&self.mode, &expected.mode));
        compare("modified", self.modified == expected.modified, debug(&self.modified, &expected.modified));
        compare("xattrs", self.xattrs == expected.xattrs, debug(&self.xattrs, &expected.xattrs));
        let flags = expected.flags.is_none_or(|flags| self.flags == Some(flags));
        compare("flags", flags, debug(&self.flags, &expected.flags));
        compare("project", self.project == expected.project, debug(&self.project, &expected.project));
        compare("inherit flag", self.inherit == expected.inherit, debug(&self.inherit, &expected.inherit));
        compare("target", self.points_to == expected.points_to, debug(&self.points_to, &expected.points_to));
        // What was brought back for a copy stays on disk.
        compare("on tape", !self.is_released || expected.is_released, debug(&self.is_released, &expected.is_released));
        found
    }
}
