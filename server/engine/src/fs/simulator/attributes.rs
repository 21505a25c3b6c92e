//! Extended attributes by a mount's rules: which it has, and what layouts it takes.

use tidelock_shared::strategy::EntryKind;

use super::site::Inner;
use super::world::Inode;
use crate::fs::{Errno, layout};

impl Inner {
    /// Every `user.` attribute is `EOPNOTSUPP` on a Lustre that is mounted without `user_xattr`, as it is
    /// by default (recorded: `nouser_xattr`), and layouts everywhere but on Lustre.
    pub(super) fn has_attribute(&self, inode: &Inode, name: &[u8]) -> Result<(), Errno> {
        let mount = self.mount(inode);
        let is_user = name.starts_with(b"user.");
        let is_unknown =
            (is_user && mount.refuses_user_attributes) || (name == layout::ATTRIBUTE && !mount.personality.is_lustre());
        if is_unknown { Err(Errno::OPNOTSUPP) } else { Ok(()) }
    }

    pub(super) fn put_attribute(&self, inode: &mut Inode, name: &[u8], value: &[u8]) -> Result<(), Errno> {
        self.has_attribute(inode, name)?;
        let is_layout = name == layout::ATTRIBUTE;
        let known = &self.mount(inode).pools;
        if is_layout && layout::pool(value).is_some_and(|pool| !known.iter().any(|known| known.as_bytes() == pool)) {
            return Err(Errno::INVAL);
        }
        // A file takes its first layout only, and says nothing.
        if !(is_layout && inode.kind == EntryKind::File && inode.xattrs.contains_key(name)) {
            inode.xattrs.insert(name.to_vec(), value.to_vec());
        }
        Ok(())
    }
}
