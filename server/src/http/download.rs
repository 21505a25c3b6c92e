//! Files and folders on their way to the person: a file with ranges, so that a broken download
//! goes on where it stopped; a folder as a tar archive, written while it is read.
//!
//! Nothing of what is sent runs in our pages: it is an attachment of no type, or a picture. What is
//! on tape only is not sent, for a read of it would block: a file is refused with a sentence, in an
//! archive it is listed in a last entry, [`LEFT_OUT`], with everything else that could not be read.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_RANGE,
    RANGE, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tidelock_engine::fs::walk::{Visit, read_open, walk};
use tidelock_engine::fs::{At, File, FileSystem, FsError, FsResult, Status};
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::strategy::EntryKind;
use tidelock_shared::user_error::UserError;
use tokio::sync::mpsc;

use super::answer;
use crate::service::Place;
use crate::service::content::shown_type;
use crate::user_error;
use crate::words::{Words, language, within, words};

/// Bytes that are read at once, and wait to be sent.
const CHUNK: usize = 256 << 10;
/// So many chunks wait for a slow network before reading waits for it too.
const CHUNKS_WAITING: usize = 4;
/// By these it is told what a file is.
const FIRST_BYTES: u64 = 4096;
/// The last entry of an archive that is not whole.
const LEFT_OUT: &str = "NOT-INCLUDED.txt";

/// What becomes of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Keep,
    /// Within a page; only what browsers draw without running anything of it.
    Show,
}

/// What a path leads to.
pub(super) fn answer(fs: Arc<dyn FileSystem>, path: &FilePath, to: Use, headers: &HeaderMap, place: Place) -> Response {
    sent(fs, path, to, headers, place).unwrap_or_else(|error| answer::either(error, false))
}

fn sent(fs: Arc<dyn FileSystem>, path: &FilePath, to: Use, headers: &HeaderMap, place: Place) -> Result<Response, UserError> {
    let told = |error: FsError| user_error::fs_error(Words::doing_download, path, &error);
    let Some((above, name)) = path.split_last() else {
        return Err(UserError::new("outside_roots", words().download_top()));
    };
    let folder = fs.open_path_to_look(&above).map_err(told)?;
    let at = folder.at(name);
    let status = fs.status(at.into()).map_err(told)?;
    match status.kind {
        EntryKind::File if fs.hsm_state(at).map_err(told)?.is_released() => {
            Err(UserError::new("unavailable", words().download_tape(&name.shown())).hint(words().download_tape_hint()))
        }
        EntryKind::File => {
            let file = fs.open_file(at).map_err(told)?;
            let head = match to {
                Use::Keep => attachment(name, ""),
                Use::Show => picture(&read_open(&*fs, &file, FIRST_BYTES.min(status.size)).map_err(told)?, name)?,
            };
            Ok(of_file(fs.clone(), file, head, &status, headers, place))
        }
        EntryKind::Folder if to == Use::Keep => {
            // What cannot be read at all is told before the archive begins.
            drop(fs.open_folder(at).and_then(|folder| fs.read_folder(&folder)).map_err(told)?);
            let head = attachment(name, ".tar");
            let name = name.clone();
            let archive = move |to: Channel| write_archive(&*fs, folder.at(&name), &name, to);
            Ok((head, streamed(place, archive)).into_response())
        }
        _ => Err(UserError::new("bad_request", words().download_nothing(&name.shown())).hint(words().download_nothing_hint())),
    }
}

fn of_file(fs: Arc<dyn FileSystem>, file: File, head: HeaderMap, status: &Status, headers: &HeaderMap, place: Place) -> Response {
    // On Lustre times have whole seconds, but content has a version.
    let version = fs.data_version(&file).ok().flatten().unwrap_or_default();
    let (seconds, nanoseconds) = (status.modified.seconds, status.modified.nanoseconds);
    let tag = format!("\"{:x}-{:x}-{seconds:x}-{nanoseconds:x}-{version:x}\"", status.inode, status.size);
    // A range of what has changed since would be glued to another content.
    let is_same = headers.get(IF_RANGE).is_none_or(|wanted| wanted.as_bytes() == tag.as_bytes());
    let range = headers.get(RANGE).filter(|_| is_same).and_then(|range| range.to_str().ok());
    let range = range.and_then(|range| http_range_header::parse_range_header(range).ok());
    let (code, first, last) = match range.map(|range| range.validate(status.size)) {
        Some(Err(_)) => {
            return (StatusCode::RANGE_NOT_SATISFIABLE, [(CONTENT_RANGE, format!("bytes */{}", status.size))]).into_response();
        }
        // Several ranges at once are answered with the whole, as one may.
        Some(Ok(ranges)) if ranges.len() == 1 => (StatusCode::PARTIAL_CONTENT, *ranges[0].start(), *ranges[0].end() + 1),
        _ => (StatusCode::OK, 0, status.size),
    };
    let send = move |mut to: Channel| {
        let mut reader = Reader { fs: &*fs, file: &file, offset: first };
        let copied = io::copy(&mut (&mut reader).take(last - first), &mut to)?;
        // Shorter by now: the connection is broken off, so that nobody takes it for whole.
        if copied < last - first { Err(io::ErrorKind::UnexpectedEof.into()) } else { to.flush() }
    };
    let mut response = (code, head, streamed(place, send)).into_response();
    let mut add = |name, value: String| {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(name, value);
        }
    };
    add(CONTENT_LENGTH, (last - first).to_string());
    add(ETAG, tag);
    add(ACCEPT_RANGES, "bytes".to_owned());
    if code == StatusCode::PARTIAL_CONTENT {
        add(CONTENT_RANGE, format!("bytes {first}-{}/{}", last - 1, status.size));
    }
    response
}

/// Something to keep, never to show: its name for old programs in ASCII, for all others as it is.
fn attachment(name: &FileName, ending: &str) -> HeaderMap {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-._ ".contains(character);
    let plain: String = name.shown().chars().map(|character| if is_plain(character) { character } else { '_' }).collect();
    let encoded = FilePath::default().join(name.clone()).to_url();
    let encoded = encoded.trim_start_matches('/');
    let disposition = format!("attachment; filename=\"{plain}{ending}\"; filename*=UTF-8''{encoded}{ending}");
    let head = [
        (CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (CONTENT_DISPOSITION, HeaderValue::try_from(disposition).unwrap_or(HeaderValue::from_static("attachment"))),
    ];
    head.into_iter().collect()
}

/// Something to show where it lies. A frame may hold it, since only our own pages may be the frame.
fn picture(first: &[u8], name: &FileName) -> Result<HeaderMap, UserError> {
    let Some(shown_type) = shown_type(first) else {
        return Err(UserError::new("bad_request", words().no_picture(&name.shown())).hint(words().no_picture_hint()));
    };
    let head = [
        (CONTENT_TYPE, shown_type),
        (CONTENT_DISPOSITION, "inline"),
        (X_FRAME_OPTIONS, "SAMEORIGIN"),
        (CONTENT_SECURITY_POLICY, "frame-ancestors 'self'"),
    ];
    Ok(head.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect())
}

/// A body that `write` writes, on a thread where it may block, as fast as it is taken.
fn streamed(place: Place, write: impl FnOnce(Channel) -> io::Result<()> + Send + 'static) -> Body {
    let (sender, receiver) = mpsc::channel(CHUNKS_WAITING);
    let (span, language) = (tracing::Span::current(), language());
    tokio::task::spawn_blocking(move || {
        let _place = place;
        let failed = sender.clone();
        if let Err(error) = span.in_scope(|| within(language, || write(Channel { sender, chunk: Vec::with_capacity(CHUNK) }))) {
            tracing::info!(%error, "a download ended early");
            // Nobody may be there any more to hear of it.
            let _ = failed.blocking_send(Err(error));
        }
    });
    Body::from_stream(stream::unfold(receiver, |mut receiver| async move { Some((receiver.recv().await?, receiver)) }))
}

/// Where the bytes go.
struct Channel {
    sender: mpsc::Sender<io::Result<Bytes>>,
    chunk: Vec<u8>,
}

impl Write for Channel {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        if self.chunk.len() == CHUNK {
            self.flush()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.chunk.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK));
        self.sender.blocking_send(Ok(chunk.into())).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

struct Reader<'a> {
    fs: &'a dyn FileSystem,
    file: &'a File,
    offset: u64,
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fs.read_at(self.file, self.offset, buffer).map_err(io::Error::other)?;
        self.offset += read as u64;
        Ok(read)
    }
}

/// Everything below a folder, and the folder itself.
fn write_archive(fs: &dyn FileSystem, top: At<'_>, name: &FileName, to: Channel) -> io::Result<()> {
    let mut archive =
        Archive { fs, top: PathBuf::from(OsStr::from_bytes(name.as_bytes())), tar: tar::Builder::new(to), left_out: String::new() };
    walk(fs, top, &mut |visit: Visit<'_>| archive.add(&visit)).map_err(|Failed(error)| error)?;
    let Archive { mut tar, left_out, top, .. } = archive;
    if !left_out.is_empty() {
        let mut header = tar::Header::new_gnu();
        header.set_size(left_out.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, top.join(LEFT_OUT), left_out.as_bytes())?;
    }
    tar.into_inner()?.flush()
}

struct Archive<'a> {
    fs: &'a dyn FileSystem,
    top: PathBuf,
    tar: tar::Builder<Channel>,
    /// One line for each entry that is not in it.
    left_out: String,
}

/// Why an archive cannot go on.
struct Failed(io::Error);

impl From<FsError> for Failed {
    fn from(error: FsError) -> Self {
        Self(io::Error::other(error))
    }
}

impl Archive<'_> {
    /// Whether to go into it.
    fn add(&mut self, visit: &Visit<'_>) -> Result<bool, Failed> {
        if visit.below.iter().any(FileName::is_hidden_folder_of_a_move) {
            return Ok(false);
        }
        let mut path = self.top.clone();
        path.extend(visit.below.iter().map(|name| OsStr::from_bytes(name.as_bytes())));
        let mut header = header_of(&visit.status);
        let added = match visit.status.kind {
            EntryKind::Folder => {
                header.set_entry_type(tar::EntryType::Directory);
                self.tar.append_data(&mut header, &path, io::empty())
            }
            EntryKind::SymbolicLink => match self.fs.read_link(visit.at) {
                Ok(points_to) => {
                    header.set_entry_type(tar::EntryType::Symlink);
                    self.tar.append_link(&mut header, &path, OsStr::from_bytes(&points_to))
                }
                Err(error) => return self.leave_out(visit, &error.to_string()),
            },
            EntryKind::File => match self.open(visit.at) {
                Ok(Some(file)) => {
                    header.set_size(visit.status.size);
                    // What became shorter meanwhile is filled up, as tar does; what grew is cut.
                    let content = Reader { fs: self.fs, file: &file, offset: 0 }.chain(io::repeat(0)).take(visit.status.size);
                    self.tar.append_data(&mut header, &path, content)
                }
                Ok(None) => return self.leave_out(visit, words().left_out_tape()),
                Err(error) => return self.leave_out(visit, &error.to_string()),
            },
            _ => return self.leave_out(visit, words().left_out_kind()),
        };
        added.map_err(Failed)?;
        let is_folder = visit.status.kind == EntryKind::Folder;
        if is_folder
            && !visit.below.is_empty()
            && let Err(error) = self.fs.open_folder(visit.at).and_then(|folder| self.fs.read_folder(&folder))
        {
            return self.leave_out(visit, &error.to_string());
        }
        Ok(is_folder)
    }

    /// None for what is on tape only.
    fn open(&self, at: At<'_>) -> FsResult<Option<File>> {
        if self.fs.hsm_state(at)?.is_released() { Ok(None) } else { self.fs.open_file(at).map(Some) }
    }

    fn leave_out(&mut self, visit: &Visit<'_>, why: &str) -> Result<bool, Failed> {
        let path: Vec<_> = visit.below.iter().map(|name| name.shown()).collect();
        self.left_out.push_str(&format!("{}: {why}\n", path.join("/")));
        Ok(false)
    }
}

fn header_of(status: &Status) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_mode(status.mode);
    header.set_uid(status.uid.into());
    header.set_gid(status.gid.into());
    header.set_mtime(u64::try_from(status.modified.seconds).unwrap_or_default());
    header.set_size(0);
    header
}
