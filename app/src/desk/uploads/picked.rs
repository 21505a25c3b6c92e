//! Files and folders that a person picked or dropped, as a request, and the browser's files beside it.

use crate::state::problems::invalid_name;
use std::cell::RefCell;

use js_sys::futures::JsFuture;
use js_sys::{Array, Promise, Reflect};
use leptos::prelude::*;
use tidelock_shared::name::FilePath;
use tidelock_shared::upload::{ENTRIES_MAX, UploadFile, UploadRequest};
use tidelock_shared::user_error::UserError;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, FileList, FileSystemDirectoryEntry, FileSystemDirectoryReader, FileSystemEntry, FileSystemFileEntry};

use crate::api::ApiError;
use crate::format;
use crate::words::words;

thread_local! {
    /// In the order of the request's files.
    static FILES: RefCell<Vec<File>> = const { RefCell::new(Vec::new()) };
    static REQUEST: RefCell<Option<UploadRequest>> = const { RefCell::new(None) };
}

/// The files of the last request.
pub(super) fn files() -> Vec<File> {
    FILES.with_borrow(Clone::clone)
}

#[derive(Default)]
struct Picked {
    request: UploadRequest,
    files: Vec<File>,
}

impl Picked {
    fn add(&mut self, path: &str, file: File) -> Result<(), ApiError> {
        let path = parse(path)?;
        if self.files.len() + self.request.folders.len() >= ENTRIES_MAX {
            let most = words().upload_most(&format::count(ENTRIES_MAX as u64));
            return Err(UserError::new("too_many", most).hint(words().upload_most_hint()).into());
        }
        // The same file picked twice is meant once.
        if let Some(place) = self.request.files.iter().position(|known| known.path == path) {
            self.request.files.remove(place);
            self.files.remove(place);
        }
        self.request.files.push(UploadFile { path, size: whole(file.size()), modified_ms: signed(file.last_modified()) });
        self.files.push(file);
        Ok(())
    }

    fn keep(self) -> UploadRequest {
        FILES.set(self.files);
        REQUEST.set(Some(self.request.clone()));
        self.request
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes of files are below 2^53 and not negative")]
fn whole(number: f64) -> u64 {
    number as u64
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are far below 2^53")]
fn signed(number: f64) -> i64 {
    number as i64
}

fn parse(path: &str) -> Result<FilePath, ApiError> {
    FilePath::parse(path.as_bytes()).map_err(|why| {
        let message = words().upload_name_invalid(&tidelock_shared::name::shown(path.as_bytes()), invalid_name(words(), why));
        UserError::new("invalid", message).hint(words().rename_or_leave()).into()
    })
}

fn unreadable(name: &str) -> ApiError {
    UserError::new("invalid", words().browser_may_not_read(name)).hint(words().browser_may_not_read_hint()).into()
}

/// Reads a list of picked files; with folders each says where below them it lies.
pub(super) fn of_list(list: &FileList, adds: bool) -> Result<UploadRequest, ApiError> {
    let mut picked = match REQUEST.with_borrow(Clone::clone).filter(|_| adds) {
        Some(request) => Picked { request, files: files() },
        None => Picked::default(),
    };
    for file in (0..list.length()).filter_map(|place| list.get(place)) {
        let below = Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
        let path = below.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name());
        picked.add(&format!("/{path}"), file)?;
    }
    Ok(picked.keep())
}

/// Walks what was dropped. A folder is read piece by piece; its files stay on the person's disk.
pub(super) async fn of_entries(entries: Option<Array>, counted: RwSignal<u64>) -> Result<Option<UploadRequest>, ApiError> {
    let Some(entries) = entries else { return Ok(None) };
    let mut picked = Picked::default();
    let mut open: Vec<(String, FileSystemEntry)> = Vec::new();
    for entry in entries.iter() {
        match entry.dyn_into::<File>() {
            Ok(file) => picked.add(&format!("/{}", file.name()), file)?,
            Err(entry) => open.push((String::new(), entry.unchecked_into())),
        }
    }
    while let Some((above, entry)) = open.pop() {
        let name = entry.name();
        let path = format!("{above}/{name}");
        if entry.is_file() {
            let file = file_of(entry.unchecked_ref()).await.map_err(|_| unreadable(&name))?;
            picked.add(&path, file)?;
            counted.set(picked.files.len() as u64);
            continue;
        }
        let inner = content_of(entry.unchecked_ref()).await.map_err(|_| unreadable(&name))?;
        if inner.is_empty() {
            picked.request.folders.push(parse(&path)?);
        }
        open.extend(inner.into_iter().map(|entry| (path.clone(), entry)));
    }
    Ok(Some(picked.keep()))
}

async fn file_of(entry: &FileSystemFileEntry) -> Result<File, JsValue> {
    let promise = Promise::new(&mut |resolve, reject| entry.file_with_callback_and_callback(&resolve, &reject));
    Ok(JsFuture::from(promise).await?.unchecked_into())
}

/// A browser hands out a hundred entries at a time, and none at the end.
async fn content_of(folder: &FileSystemDirectoryEntry) -> Result<Vec<FileSystemEntry>, JsValue> {
    let reader: FileSystemDirectoryReader = folder.create_reader();
    let mut all = Vec::new();
    loop {
        let promise = Promise::new(&mut |resolve, reject| {
            // A refusal comes by the second callback as well.
            let _ = reader.read_entries_with_callback_and_callback(&resolve, &reject);
        });
        let some: Array = JsFuture::from(promise).await?.unchecked_into();
        if some.length() == 0 || all.len() > ENTRIES_MAX {
            return Ok(all);
        }
        all.extend(some.iter().map(JsCast::unchecked_into::<FileSystemEntry>));
    }
}
