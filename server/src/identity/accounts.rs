//! The accounts of this machine, as the system itself knows them: its files, LDAP, SSSD, whatever
//! `nsswitch.conf` names.
//!
//! A directory may be slow or away, so what it has said holds for a minute, and nothing here is called where
//! waiting is forbidden.

use std::collections::BTreeMap;
use std::io;

use parking_lot::Mutex;
use tidelock_broker::Account;

use super::User;

/// How long an answer holds: somebody who is locked out is out after that.
const HOLDS_MS: i64 = 60_000;
const REMEMBERED_MAX: usize = 4096;

/// Whoever knows accounts.
pub(crate) trait Directory: Send + Sync {
    /// The account of a name; none if there is none.
    fn user(&self, name: &str) -> io::Result<Option<User>>;
    /// The number of a group.
    fn group(&self, name: &str) -> io::Result<Option<u32>>;
}

/// The system's own.
pub(crate) struct SystemDirectory;

impl Directory for SystemDirectory {
    fn user(&self, name: &str) -> io::Result<Option<User>> {
        let Some(Account { name, uid, gid, groups }) = Account::find(name)? else { return Ok(None) };
        // What a file is made with comes first.
        let gids = std::iter::once(gid).chain(groups.into_iter().filter(|group| *group != gid)).collect();
        Ok(Some(User { name, uid, gids }))
    }

    fn group(&self, name: &str) -> io::Result<Option<u32>> {
        Ok(nix::unistd::Group::from_name(name)?.map(|group| group.gid.as_raw()))
    }
}

/// What a directory has said lately.
pub(crate) struct Accounts {
    directory: Box<dyn Directory>,
    said: Mutex<BTreeMap<String, (i64, Option<User>)>>,
    groups: Mutex<BTreeMap<String, (i64, Option<u32>)>>,
}

impl Accounts {
    pub(crate) fn new(directory: Box<dyn Directory>) -> Self {
        Self { directory, said: Mutex::default(), groups: Mutex::default() }
    }

    pub(crate) fn user(&self, name: &str, now_ms: i64) -> io::Result<Option<User>> {
        let holds = |at: i64| (0..HOLDS_MS).contains(&(now_ms - at));
        if let Some((at, user)) = self.said.lock().get(name)
            && holds(*at)
        {
            return Ok(user.clone());
        }
        let user = self.directory.user(name)?;
        let mut said = self.said.lock();
        if said.len() >= REMEMBERED_MAX {
            said.retain(|_, (at, _)| holds(*at));
        }
        if said.len() < REMEMBERED_MAX {
            said.insert(name.to_owned(), (now_ms, user.clone()));
        }
        Ok(user)
    }

    /// The number of a group. While the directory is away, as it was.
    pub(crate) fn group(&self, name: &str, now_ms: i64) -> Option<u32> {
        let known = self.groups.lock().get(name).copied();
        if let Some((at, gid)) = known
            && (0..HOLDS_MS).contains(&(now_ms - at))
        {
            return gid;
        }
        match self.directory.group(name) {
            Ok(gid) => {
                self.groups.lock().insert(name.to_owned(), (now_ms, gid));
                gid
            }
            Err(error) => {
                tracing::warn!(name, %error, "a group cannot be looked up");
                known.and_then(|(_, gid)| gid)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    struct Counting(Arc<AtomicU32>);

    impl Directory for Counting {
        fn user(&self, name: &str) -> io::Result<Option<User>> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok((name == "alice").then(|| User { name: name.to_owned(), uid: 1000, gids: vec![1000] }))
        }

        fn group(&self, _: &str) -> io::Result<Option<u32>> {
            Ok(None)
        }
    }

    #[test]
    fn a_directory_is_asked_once_a_minute() {
        let asked = Arc::new(AtomicU32::new(0));
        let accounts = Accounts::new(Box::new(Counting(asked.clone())));
        for (name, now_ms, expected) in
            [("alice", 0, 1), ("alice", 59_999, 1), ("bob", 0, 2), ("bob", 1, 2), ("alice", 60_000, 3), ("alice", 59_000, 4)]
        {
            assert_eq!(accounts.user(name, now_ms).unwrap().is_some(), name == "alice");
            assert_eq!(asked.load(Ordering::Relaxed), expected, "{name} at {now_ms}");
        }
    }

    #[test]
    fn the_system_knows_root_and_nobody_by_an_invented_name() {
        let root = SystemDirectory.user("root").unwrap().unwrap();
        assert_eq!((root.uid, root.gids[0]), (0, 0));
        assert_eq!(SystemDirectory.user("nobody-is-called-this").unwrap(), None);
        assert_eq!(SystemDirectory.group("root").unwrap(), Some(0));
    }
}
