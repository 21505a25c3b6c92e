//! The worker's first act: it becomes whom it works for, for good, and gives up all that it does not need.
//!
//! All of this is a thread's own in the kernel, and those that begin later inherit it: so there must be one only.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetError, make_bitflags,
};
use rustix::fs::Mode;
use rustix::io::Errno;
use rustix::process::{DumpableBehavior, Gid, Resource, Rlimit, Uid, set_dumpable_behavior, setrlimit, umask};
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set, remove_capability_from_bounding_set,
    set_capabilities, set_keep_capabilities, set_no_new_privs, set_thread_groups, set_thread_res_gid, set_thread_res_uid,
};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

/// To be read besides the roots, where it is there: what is told of the process itself, and what Lustre tells of its servers.
const TOLD: [&str; 2] = ["/proc/self", "/sys/fs/lustre"];

const READING: BitFlags<AccessFs> = make_bitflags!(AccessFs::{ReadFile | ReadDir});

/// What has no place in a worker: other programs, other identities, the network, other processes, the kernel itself.
const FORBIDDEN: [libc::c_long; 46] = [
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_setuid,
    libc::SYS_setgid,
    libc::SYS_setreuid,
    libc::SYS_setregid,
    libc::SYS_setresuid,
    libc::SYS_setresgid,
    libc::SYS_setgroups,
    libc::SYS_setfsuid,
    libc::SYS_setfsgid,
    libc::SYS_capset,
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept4,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_send_signal,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_mount_setattr,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_io_uring_setup,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_userfaultfd,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
];

/// What the reader is kept from besides. Landlock knows nothing of attributes, which `CAP_SYS_ADMIN` may set where they are
/// `trusted`; and older kernels have no Landlock, so that whatever all may change would be the reader's to change too.
const CHANGING: [libc::c_long; 25] = [
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    SYS_SETXATTRAT,
    SYS_REMOVEXATTRAT,
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    libc::SYS_truncate,
    libc::SYS_ftruncate,
    libc::SYS_fallocate,
    libc::SYS_copy_file_range,
    libc::SYS_pwrite64,
    libc::SYS_mkdirat,
    libc::SYS_mknodat,
    libc::SYS_symlinkat,
    libc::SYS_linkat,
    libc::SYS_unlinkat,
    libc::SYS_renameat,
    libc::SYS_renameat2,
];
/// The same on all machines, since Linux 6.13; our libc does not name them yet.
const SYS_SETXATTRAT: libc::c_long = 463;
const SYS_REMOVEXATTRAT: libc::c_long = 466;

/// How far the kernel holds a worker back, besides its user's rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confined {
    /// It opens nothing but what lies below the roots. Not where the kernel has no Landlock, or one that would
    /// let no rename leave its folder (before its second version).
    pub by_landlock: bool,
}

/// Why a process did not become the user. It has to end: it may be anybody.
#[derive(Debug, thiserror::Error)]
pub enum ConfineError {
    #[error("several threads run already")]
    Threads,
    #[error("cannot {0}")]
    Call(&'static str, #[source] Errno),
    #[error("some privilege is left after all were given up")]
    StillPrivileged,
    #[error("cannot be held to the roots")]
    Landlock(#[from] RulesetError),
    #[error("the root {0} cannot be opened")]
    Root(PathBuf, #[source] landlock::PathFdError),
    #[error("calls cannot be filtered")]
    Filter(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Whom a worker becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// One of the people: it may what they may.
    User { uid: u32, gid: u32, groups: Vec<u32> },
    /// The server, which may look at everything and change nothing: for what belongs to nobody, and for limits, which
    /// the kernel tells administrators only (`check_quotactl_permission`).
    Reader { uid: u32, gid: u32 },
}

impl Identity {
    /// From what a worker is told when it is started; none if that makes no sense.
    pub fn told(kind: &str, uid: u32, gid: u32, groups: &[u32]) -> Option<Self> {
        match kind {
            "user" => Some(Self::User { uid, gid, groups: groups.to_vec() }),
            "reader" => groups.is_empty().then_some(Self::Reader { uid, gid }),
            _ => None,
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::User { .. } => "user",
            Self::Reader { .. } => "reader",
        }
    }

    pub(crate) fn numbers(&self) -> (u32, u32, &[u32]) {
        match self {
            Self::User { uid, gid, groups } => (*uid, *gid, groups),
            Self::Reader { uid, gid } => (*uid, *gid, &[]),
        }
    }

    fn keeps(&self) -> CapabilitySet {
        match self {
            Self::User { .. } => CapabilitySet::empty(),
            Self::Reader { .. } => CapabilitySet::DAC_READ_SEARCH | CapabilitySet::SYS_ADMIN,
        }
    }
}

/// Becomes somebody for good. Called before anything else, by a process of root that has one thread.
///
/// # Errors
/// Something of it could not be done; then the process must do nothing else.
pub fn become_for_good(identity: &Identity, roots: &[PathBuf]) -> Result<Confined, ConfineError> {
    let (uid, gid, groups) = identity.numbers();
    if std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count) != 1 {
        return Err(ConfineError::Threads);
    }
    if uid == 0 || gid == u32::MAX || uid == u32::MAX {
        return Err(ConfineError::StillPrivileged);
    }
    set_no_new_privs(true).map_err(|errno| ConfineError::Call("give up all new privileges", errno))?;
    // No core file tells what was read.
    let no_core = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    no_core.map_err(|errno| ConfineError::Call("forbid core files", errno))?;
    umask(Mode::from_raw_mode(0o022));
    // Before the filter, whose rules would not let it; and before the identity, which may not be allowed to open a root.
    let by_landlock = keep_within(roots, matches!(identity, Identity::Reader { .. }))?;
    let groups: Vec<Gid> = groups.iter().map(|group| Gid::from_raw(*group)).collect();
    drop_bounding_set().map_err(|errno| ConfineError::Call("drop capabilities", errno))?;
    set_thread_groups(&groups).map_err(|errno| ConfineError::Call("take the groups", errno))?;
    let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
    set_thread_res_gid(gid, gid, gid).map_err(|errno| ConfineError::Call("take the group", errno))?;
    set_keep_capabilities(!identity.keeps().is_empty()).map_err(|errno| ConfineError::Call("keep capabilities", errno))?;
    set_thread_res_uid(uid, uid, uid).map_err(|errno| ConfineError::Call("become the user", errno))?;
    // No other process of its user looks into it or takes it over. The change of user says so too, but not on every system
    // (`fs.suid_dumpable`).
    let closed = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    closed.map_err(|errno| ConfineError::Call("close itself to others", errno))?;
    keep_capabilities(identity.keeps()).map_err(|errno| ConfineError::Call("give up capabilities", errno))?;
    let is_left = |sets: CapabilitySets| (sets.effective | sets.permitted | sets.inheritable) != identity.keeps();
    let could_return = set_thread_res_uid(Uid::ROOT, Uid::ROOT, Uid::ROOT).is_ok();
    if could_return || capabilities(None).map_or(true, is_left) {
        return Err(ConfineError::StillPrivileged);
    }
    forbid_calls(identity)?;
    Ok(Confined { by_landlock })
}

/// Whether the kernel holds this thread, and all that begin later, to what lies below the roots.
fn keep_within(roots: &[PathBuf], only_to_read: bool) -> Result<bool, ConfineError> {
    let needs_refer = Ruleset::default().set_compatibility(CompatLevel::HardRequirement).handle_access(AccessFs::Refer);
    if needs_refer.and_then(Ruleset::create).is_err() {
        return Ok(false);
    }
    let all = AccessFs::from_all(ABI::V5);
    let mut ruled = Ruleset::default().handle_access(all)?.create()?;
    // Nothing is run, and no device is spoken to.
    let for_files = if only_to_read { READING } else { all & !(AccessFs::Execute | AccessFs::IoctlDev) };
    for root in roots {
        let opened = PathFd::new(root).map_err(|error| ConfineError::Root(root.clone(), error))?;
        ruled = ruled.add_rule(PathBeneath::new(opened, for_files))?;
    }
    for told in TOLD.iter().map(Path::new).filter(|told| told.exists()) {
        let opened = PathFd::new(told).map_err(|error| ConfineError::Root(told.to_owned(), error))?;
        ruled = ruled.add_rule(PathBeneath::new(opened, READING))?;
    }
    ruled.restrict_self()?;
    Ok(true)
}

fn drop_bounding_set() -> Result<(), Errno> {
    // The kernel knows fewer than there are bits, and says so.
    for capability in CapabilitySet::all().iter() {
        match remove_capability_from_bounding_set(capability) {
            Ok(()) | Err(Errno::INVAL) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// The change of identity has taken all of them already, unless it was asked not to.
fn keep_capabilities(kept: CapabilitySet) -> Result<(), Errno> {
    set_keep_capabilities(false)?;
    clear_ambient_capability_set()?;
    set_capabilities(None, CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() })
}

fn forbid_calls(identity: &Identity) -> Result<(), ConfineError> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| ConfineError::Filter(error);
    let changes = if matches!(identity, Identity::Reader { .. }) { CHANGING.as_slice() } else { &[] };
    let forbidden = FORBIDDEN.iter().chain(changes);
    let rules: BTreeMap<i64, Vec<seccompiler::SeccompRule>> = forbidden.map(|number| (*number, Vec::new())).collect();
    let machine = std::env::consts::ARCH.try_into().map_err(|error: seccompiler::BackendError| failed(Box::new(error)))?;
    let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refused, machine).map_err(|error| failed(Box::new(error)))?;
    let program: BpfProgram = filter.try_into().map_err(|error: seccompiler::BackendError| failed(Box::new(error)))?;
    seccompiler::apply_filter(&program).map_err(|error| failed(Box::new(error)))
}
