//! Being held to the limits that a copy must obey, and to no narrower ones than needed.

use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CapabilitySet, capabilities, set_capabilities};

/// Gives up `CAP_SYS_RESOURCE` for this thread and those that it will start.
///
/// With it, root's writes pass every project limit of ext4 and Lustre (recorded), and a move
/// could fill more than its plan allowed. Changing project IDs needs it on neither (recorded).
pub fn obey_limits() -> Result<(), Errno> {
    let mut sets = capabilities(None)?;
    for set in [&mut sets.effective, &mut sets.permitted, &mut sets.inheritable] {
        set.remove(CapabilitySet::SYS_RESOURCE);
    }
    set_capabilities(None, sets)
}

/// Whether this thread still may: root that could not give it up, or has not.
pub(super) fn may_pass_limits() -> bool {
    capabilities(None).is_ok_and(|sets| sets.effective.contains(CapabilitySet::SYS_RESOURCE))
}

/// Lets this process open as many folders as it may ever: several hands hold one for each level of a
/// tree, source and copy, and the usual soft limit of 1024 is for programs that use `select`.
pub fn open_as_many_as_allowed() -> Result<(), Errno> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_on_open_files_is_the_hard_one() {
        open_as_many_as_allowed().unwrap();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }

    #[test]
    fn the_capability_is_gone_and_the_others_stay() {
        let others = |sets: rustix::thread::CapabilitySets| sets.effective - CapabilitySet::SYS_RESOURCE;
        // Capabilities are a thread's: the other tests keep theirs.
        let ((before, may_before), (after, may_after)) = std::thread::spawn(|| {
            let now = || (capabilities(None).unwrap(), may_pass_limits());
            let before = now();
            obey_limits().unwrap();
            (before, now())
        })
        .join()
        .unwrap();
        assert!(!after.effective.contains(CapabilitySet::SYS_RESOURCE));
        assert_eq!(may_before, before.effective.contains(CapabilitySet::SYS_RESOURCE));
        assert!(!may_after);
        assert_eq!(others(before), others(after));
    }
}
