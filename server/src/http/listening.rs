//! Where requests come in: a port, or a socket in the file system for the reverse proxy alone.

use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use rustix::fs::Mode;
use tokio::net::{TcpListener, TcpStream, UnixListener};

use crate::config::Listen;
use crate::identity::{Directory, Peer, SystemDirectory};

/// What is bound.
pub(super) enum Listening {
    Tcp(Port),
    Unix(UnixListener, SocketFile),
}

/// The name of a socket, which is taken away with this.
pub(super) struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::debug!(%error, "the socket's name stays behind");
        }
    }
}

impl Listening {
    pub(super) async fn bind(listen: &Listen) -> io::Result<Self> {
        match listen {
            Listen::Tcp(address) => TcpListener::bind(address).await.map(|listener| Self::Tcp(Port(listener))),
            Listen::Unix { path, group } => {
                let listener = bind_socket(path, group.as_deref())?;
                Ok(Self::Unix(listener, SocketFile(path.clone())))
            }
        }
    }

    /// The address and port, if it has one.
    pub(super) fn address(&self) -> io::Result<Option<SocketAddr>> {
        match self {
            Self::Tcp(Port(listener)) => listener.local_addr().map(Some),
            Self::Unix(..) => Ok(None),
        }
    }
}

/// Whoever may connect may say that he is anybody: the owner, and one group if that is wanted.
fn bind_socket(path: &Path, group: Option<&str>) -> io::Result<UnixListener> {
    remove_stale(path)?;
    let unknown = |name: &str| io::Error::other(format!("there is no group '{name}'"));
    let gid = group.map(|name| SystemDirectory.group(name)?.ok_or_else(|| unknown(name))).transpose()?;
    // Nobody may connect before its rights are set.
    let before = rustix::process::umask(Mode::from_raw_mode(0o177));
    let bound = UnixListener::bind(path);
    rustix::process::umask(before);
    let listener = bound?;
    if let Some(gid) = gid {
        std::os::unix::fs::chown(path, None, Some(gid))?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o660))?;
    }
    Ok(listener)
}

/// A server that was killed leaves the name of its socket behind.
fn remove_stale(path: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(found) if !found.file_type().is_socket() => Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is something else")),
        Ok(_) if std::os::unix::net::UnixStream::connect(path).is_ok() => Err(io::ErrorKind::AddrInUse.into()),
        Ok(_) => std::fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// A port whose connections tell from where they come.
pub(super) struct Port(pub(super) TcpListener);

impl Listener for Port {
    type Io = TcpStream;
    type Addr = Peer;

    async fn accept(&mut self) -> (TcpStream, Peer) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // A message of a few bytes must not wait for more.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection stays slow");
        }
        (stream, Peer::Address(address.ip()))
    }

    fn local_addr(&self) -> io::Result<Peer> {
        self.0.local_addr().map(|address| Peer::Address(address.ip()))
    }
}

impl Connected<IncomingStream<'_, Port>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Port>) -> Self {
        stream.remote_addr().clone()
    }
}

impl Connected<IncomingStream<'_, UnixListener>> for Peer {
    fn connect_info(_: IncomingStream<'_, UnixListener>) -> Self {
        Self::Socket
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        crate::http::serve::runtime().unwrap()
    }

    #[test]
    fn a_socket_is_its_owners_and_goes_with_the_server() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("http.sock");
        let listen = Listen::Unix { path: path.clone(), group: None };
        runtime().block_on(async {
            let listening = Listening::bind(&listen).await.unwrap();
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            let taken = Listening::bind(&listen).await.map(drop).unwrap_err();
            assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
            drop(listening);
            assert!(!path.exists());
        });
    }

    #[test]
    fn what_a_killed_server_left_is_taken_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("http.sock");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        let group = nix::unistd::Group::from_gid(nix::unistd::getgid()).unwrap().map(|group| group.name);
        let listen = Listen::Unix { path: path.clone(), group: group.clone() };
        runtime().block_on(async {
            drop(Listening::bind(&listen).await.unwrap());
            std::fs::write(&path, "mine").unwrap();
            assert!(Listening::bind(&listen).await.is_err());
            assert_eq!(std::fs::read(&path).unwrap(), b"mine");
            let unknown = Listen::Unix { path: folder.path().join("b"), group: Some("no-such-group".to_owned()) };
            assert!(Listening::bind(&unknown).await.map(drop).unwrap_err().to_string().contains("no group"));
        });
    }
}
