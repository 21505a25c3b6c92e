//! From a name to what the kernel checks: uid, gid and groups, as this machine knows them.

use std::ffi::CString;

use nix::unistd::{User, getgrouplist};

/// `/proc/sys/kernel/overflowuid`, which every system calls nobody.
const OVERFLOW_UID: u32 = 65534;

/// A user of this machine for whom work may be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
    /// All groups, the first one too.
    pub groups: Vec<u32>,
}

/// Why nothing is done for a user of this name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unsuitable {
    #[error("there is no user {0:?} here")]
    Unknown(String),
    /// Whoever is exempt from limits and rights gets no worker.
    #[error("user {name:?} has uid {uid}, below {minimum}, where the people begin")]
    System { name: String, uid: u32, minimum: u32 },
    /// Whoever the kernel cannot name has that number: its files are many people's, and nobody's.
    #[error("user {0:?} stands for all who have no number here")]
    Nobody(String),
    #[error("user {0:?} cannot be looked up")]
    LookUp(String, #[source] nix::Error),
}

impl Account {
    /// The account that runs the server, which is nobody's.
    ///
    /// # Errors
    /// Nobody has that name, it is root's, or whoever knows the names does not answer.
    pub fn of_server(name: &str) -> Result<Self, Unsuitable> {
        Self::look_up(name, 1)
    }

    /// Whoever the system's own programs (NSS) find by a name, whoever that is; none if there is nobody.
    ///
    /// # Errors
    /// Whoever knows the names does not answer.
    pub fn find(name: &str) -> nix::Result<Option<Self>> {
        let Some(user) = User::from_name(name)? else { return Ok(None) };
        let asked = CString::new(user.name.as_str()).map_err(|_| nix::Error::EINVAL)?;
        let groups = getgrouplist(&asked, user.gid)?.into_iter().map(nix::unistd::Gid::as_raw).collect();
        Ok(Some(Self { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw(), groups }))
    }

    /// The same, for whom work may be done.
    ///
    /// # Errors
    /// Nobody has that name, it is root or a service, or whoever knows the names does not answer.
    pub fn look_up(name: &str, minimum_uid: u32) -> Result<Self, Unsuitable> {
        let found = Self::find(name).map_err(|error| Unsuitable::LookUp(name.to_owned(), error))?;
        // Some directories find people by other names too; whoever they are, they have one.
        let account = found.filter(|account| account.name == name).ok_or_else(|| Unsuitable::Unknown(name.to_owned()))?;
        // Root is never anybody's name here, whatever the site says.
        let (uid, minimum) = (account.uid, minimum_uid.max(1));
        if uid < minimum || uid == u32::MAX {
            return Err(Unsuitable::System { name: account.name, uid, minimum });
        }
        if uid == OVERFLOW_UID {
            return Err(Unsuitable::Nobody(account.name));
        }
        Ok(account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_people_are_worked_for() {
        assert_eq!(Account::look_up("nobody there", 1000), Err(Unsuitable::Unknown("nobody there".to_owned())));
        assert_eq!(Account::look_up("a\0b", 1000), Err(Unsuitable::Unknown("a\0b".to_owned())));
        assert_eq!(Account::look_up("", 1000), Err(Unsuitable::Unknown(String::new())));
        let root = Account::look_up("root", 0);
        assert_eq!(root, Err(Unsuitable::System { name: "root".to_owned(), uid: 0, minimum: 1 }));
        let daemon = Account::look_up("daemon", 1).unwrap();
        assert!(daemon.uid > 0 && daemon.groups.contains(&daemon.gid), "{daemon:?}");
        assert_eq!(Account::look_up("nobody", 1000), Err(Unsuitable::Nobody("nobody".to_owned())));
        assert!(matches!(Account::look_up("daemon", 1000), Err(Unsuitable::System { .. })));
    }
}
