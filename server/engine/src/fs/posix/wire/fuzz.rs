//! Every answer of an ioctl, from any bytes.

use std::iter;

use rustix::io::Errno;

use super::{
    STRIPES_ROOM, Target, data_version_told, default_stripes_told, fid_of_handle, hsm_state_told, is_restore_told, mdt_told,
    project_told, quota_answered, quota_told, restore_request, share_told, stripes_told,
};

/// The bytes, and zeros where they end.
fn answer<const LENGTH: usize>(bytes: &[u8]) -> [u8; LENGTH] {
    let mut padded = bytes.iter().copied().chain(iter::repeat(0));
    std::array::from_fn(|_| padded.next().unwrap_or(0))
}

pub(crate) fn answers(bytes: &[u8]) {
    let _ =
        (project_told(&answer(bytes)), mdt_told(answer(bytes)), hsm_state_told(&answer(bytes)), is_restore_told(&answer(bytes)));
    assert_ne!(data_version_told(&answer(bytes)), Some(0));
    assert!(stripes_told(&answer(bytes)).len() <= STRIPES_ROOM as usize);
    assert!(default_stripes_told(&answer(bytes)).is_none_or(|told| told.len() == 28));
    assert_eq!(fid_of_handle(bytes).is_some(), restore_request(bytes).is_some());
    for target in [Target::Mdt(0), Target::Ost(0)] {
        let _ = share_told(&answer(bytes), target);
    }
    let quota = quota_told(&answer(bytes));
    if let Some(quota) = quota {
        for bounds in [quota.limits.bytes, quota.limits.inodes] {
            assert!(bounds.hard != Some(0) && bounds.soft != Some(0));
        }
    }
    assert_eq!(quota_answered(Ok(()), &answer(bytes)), quota.map(Some).ok_or(Errno::REMOTEIO));
}
