//! What is sent is what is read, for every call and every kind of answer.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use serde::de::DeserializeOwned;
use tidelock_shared::quota::{Amount, Bounds, Limits};
use tidelock_shared::strategy::{MountAbilities, RenameRule, SourceFlagRule};

use super::*;
use crate::fs::remote::frame::opened;
use crate::fs::{Knowledge, NamesDurability};

/// The values that a call is made of.
#[derive(Clone, Debug)]
struct Values {
    numbers: [u64; 4],
    small: [u32; 3],
    bytes: [Vec<u8>; 3],
    kind: Option<EntryKind>,
    yes: bool,
    seconds: i64,
}

fn values() -> impl Strategy<Value = Values> {
    let kind = option::of(prop_oneof![Just(EntryKind::File), Just(EntryKind::Folder), Just(EntryKind::Fifo)]);
    let bytes = [vec(any::<u8>(), 0..300), vec(any::<u8>(), 0..40), vec(any::<u8>(), 0..5000)];
    (any::<[u64; 4]>(), any::<[u32; 3]>(), bytes, kind, any::<bool>(), any::<i64>())
        .prop_map(|(numbers, small, bytes, kind, yes, seconds)| Values { numbers, small, bytes, kind, yes, seconds })
}

fn every_method(of: &Values) -> Vec<Method<'_>> {
    use Method as M;
    let ([n, m, offset, length], [mode, uid, gid]) = (of.numbers, of.small);
    let [one, two, long] = of.bytes.each_ref().map(|bytes| Bytes::new(bytes));
    let place = Place { folder: n, name: one, kind: of.kind };
    let other = Place { folder: m, name: two, kind: None };
    let thing = if of.yes { Thing::Entry(place) } else { Thing::File(m) };
    let time = Timestamp { seconds: of.seconds, nanoseconds: mode };
    let tag = ProjectTag { id: ProjectId(uid), inherit: of.yes };
    let kind = of.kind.unwrap_or(EntryKind::Socket);
    vec![
        M::OpenPath(one),
        M::OpenPathToLook(one),
        M::OpenFolder(place),
        M::OpenFile(place),
        M::OpenToWrite(place),
        M::CreateFile(place, mode),
        M::ReadFolder(n),
        M::ReadOn(n),
        M::Status(thing),
        M::Statuses(n, long),
        M::Identity(Thing::Folder(n)),
        M::ReadLink(place),
        M::Tag(thing),
        M::Flags(thing),
        M::XattrNames(thing),
        M::Xattr(thing, two),
        M::HsmState(place),
        M::RequestRestore(place),
        M::CreateFolder(place, mode),
        M::CreateSymbolicLink(place, long),
        M::CreateSpecial(place, kind, mode, n),
        M::Link(place, other),
        M::Unlink(place),
        M::RemoveFolder(place),
        M::Rename(place, other),
        M::TryRename(place, other),
        M::RenameWithoutReplacing(place, other),
        M::Exchange(place, other),
        M::SetOwner(thing, uid, gid),
        M::SetMode(thing, mode),
        M::SetTimes(thing, time, time),
        M::SetTag(thing, tag),
        M::SetFlags(thing, mode),
        M::SetXattr(thing, two, long),
        M::RemoveXattr(thing, two),
        M::ReadAt(n, offset, mode),
        M::WriteAt(n, offset, long),
        M::WritePastCache(n, of.yes),
        M::ForgetCached(n),
        M::SetSize(n, length),
        M::NextData(n, offset),
        M::DataVersion(n),
        M::ShareContent(n, m),
        M::CopyRange(n, m, offset, length),
        M::SyncFile(n),
        M::SyncFolder(n),
        M::SyncFileSystem(n),
        M::Mount(n),
        M::Capabilities(n),
        M::TryOut(n),
        M::TryBetween(n, m),
        M::Capacity(n),
        M::Quota(n, ProjectId(uid)),
        M::Enforcement(n),
        M::Placement(thing),
        M::Stripes(n),
        M::DefaultStripes(n),
        M::Mdts(n),
        M::MayChange(n),
        M::PassesLimits(n),
        M::IsInGroup(gid),
    ]
}

fn status(of: &Values) -> Status {
    let ([inode, links, size, allocated], [mode, uid, gid]) = (of.numbers, of.small);
    let time = Timestamp { seconds: of.seconds, nanoseconds: mode };
    Status {
        kind: of.kind.unwrap_or(EntryKind::BlockDevice),
        device: inode,
        inode,
        links,
        uid,
        gid,
        mode,
        size,
        allocated,
        accessed: time,
        modified: time,
        changed: time,
        special_device: links,
        is_mount_point: of.yes,
        is_frozen: !of.yes,
    }
}

fn capabilities(of: &Values) -> Capabilities {
    let abilities = MountAbilities {
        rename_rule: RenameRule::NoProjects,
        source_flag_rule: SourceFlagRule::BlocksFolders,
        may_retag: of.yes,
        retags_every_kind: !of.yes,
        remakes_other_kinds: of.yes,
        renames_between_mdts: !of.yes,
    };
    Capabilities {
        kind: "Lustre".to_owned(),
        abilities,
        renames_without_replacing: of.yes,
        names_durability: NamesDurability::BarrierFile,
        keeps_nanoseconds: of.yes,
        charges_settle_late: !of.yes,
        syncs_each_file: of.yes,
        has_layouts: of.yes,
        source: Knowledge::Tried,
    }
}

#[track_caller]
fn comes_back<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(answer: T) {
    let reply: Reply<'static, T> = Ok(answer);
    let bytes = postcard::to_stdvec(&reply).unwrap();
    assert_eq!(opened::<Reply<'static, T>>(&bytes), Some(reply));
}

proptest! {
    #[test]
    fn every_call_comes_as_it_was_sent(of in values()) {
        for method in every_method(&of) {
            let request = Request::Call(Call(method));
            let bytes = postcard::to_stdvec(&request).unwrap();
            prop_assert_eq!(opened::<Request<'_>>(&bytes), Some(request));
            prop_assert_eq!(opened::<Request<'_>>(&bytes[..bytes.len() - 1]), None);
            let longer = [bytes.as_slice(), &[0]].concat();
            prop_assert_eq!(opened::<Request<'_>>(&longer), None);
        }
    }

    #[test]
    fn every_answer_comes_as_it_was_sent(of in values()) {
        let [n, m, offset, length] = of.numbers;
        let amount = Amount { bytes: n, inodes: m };
        let bounds = Bounds { soft: None, hard: of.yes.then_some(n) };
        comes_back(());
        comes_back(n);
        comes_back(of.yes);
        comes_back(status(&of));
        comes_back(vec![Reply::Ok(status(&of))]);
        comes_back(capabilities(&of));
        comes_back(Identity::new(&of.bytes[0]));
        comes_back(of.yes.then_some(DataRange { offset, length }));
        comes_back(Capacity { total: amount, free: amount, is_of_project: of.yes });
        comes_back(Some(Quota { usage: amount, limits: Limits { bytes: bounds, inodes: bounds } }));
        comes_back(ByteBuf::from(of.bytes[2].clone()));
        comes_back(of.bytes.iter().cloned().map(ByteBuf::from).collect::<Vec<_>>());
        comes_back(Some(ProjectTag { id: ProjectId(of.small[0]), inherit: of.yes }));
        for state in [HsmState::Present, HsmState::Released, HsmState::Restoring, HsmState::Lost] {
            comes_back(state);
        }
        for enforcement in [Enforcement::On, Enforcement::InPart, Enforcement::CountsOnly, Enforcement::Off, Enforcement::Unknown] {
            comes_back(enforcement);
        }
        let listed = Listed { name: ByteBuf::from(of.bytes[1].clone()), kind: of.kind, inode: n };
        comes_back(Batch { stream: Some(m), entries: vec![Ok(listed)] });
    }

    #[test]
    fn every_error_comes_as_it_was(errno in 1..4096_i32, bytes in vec(any::<u8>(), 0..200)) {
        let error = FsError::new("status", &bytes, Errno::from_raw_os_error(errno));
        let sent = postcard::to_stdvec(&Reply::<()>::Err(Refusal::of(&error))).unwrap();
        let refusal = opened::<Reply<'static, ()>>(&sent).unwrap().unwrap_err();
        prop_assert_eq!(refusal.understood("status"), Some(error));
    }

    #[test]
    fn a_number_that_no_error_has_is_not_one(errno in any::<i32>()) {
        let refusal = Refusal { call: "status".into(), name: "\u{1b}".into(), errno };
        let understood = refusal.understood("tag");
        prop_assert_eq!(understood.is_some(), (1..4096).contains(&errno));
        if let Some(error) = understood {
            prop_assert_eq!((error.call, error.name.as_str()), ("status", "\\u{1b}"));
        }
    }
}
