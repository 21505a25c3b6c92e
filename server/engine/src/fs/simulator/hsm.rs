//! The archive: released files come back a while after somebody has asked for them.

use super::site::Simulator;
use super::world::{Inode, put};
use crate::fs::{At, FsResult, HsmState, Timestamp};

impl Simulator {
    pub(super) fn state_in_archive(&self, at: At<'_>) -> FsResult<HsmState> {
        let pace = i64::try_from(self.world.pace.lock().restore.as_millis()).unwrap_or(i64::MAX);
        let (state, arrived) = self.look("hsm_state", at.name.as_bytes(), |inner| {
            let number = inner.find("hsm_state", at)?;
            let inode = inner.inode("hsm_state", number)?;
            let waited =
                inode.restore_asked.map(|asked| milliseconds(self.time_in(inner, at.folder)).saturating_sub(milliseconds(asked)));
            Ok(match waited {
                _ if !inode.is_released => (HsmState::Present, None),
                None => (HsmState::Released, None),
                Some(waited) if waited < pace => (HsmState::Restoring, None),
                Some(_) => {
                    let restored = Inode { is_released: false, restore_asked: None, ..inode.clone() };
                    (HsmState::Present, Some((number, restored)))
                }
            })
        })?;
        // The copytool has come by in the meantime.
        if let Some((number, restored)) = arrived {
            self.world.inner.lock().commit(&[put(number, restored)])?;
        }
        Ok(state)
    }

    pub(super) fn ask_archive(&self, at: At<'_>) -> FsResult<()> {
        self.change("request_restore", at.name.as_bytes(), |inner| {
            let number = inner.find("request_restore", at)?;
            let inode = inner.inode("request_restore", number)?.clone();
            let now = self.time_in(inner, at.folder);
            let restore_asked = inode.restore_asked.or(Some(now)).filter(|_| inode.is_released);
            inner.commit(&[put(number, Inode { restore_asked, ..inode })])
        })
    }
}

fn milliseconds(time: Timestamp) -> i64 {
    time.seconds.saturating_mul(1000).saturating_add(i64::from(time.nanoseconds / 1_000_000))
}
