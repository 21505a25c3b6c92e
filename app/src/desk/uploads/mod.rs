//! Uploads of this page: where files are held, what was picked, how far everything is.
//!
//! Here is only what a page needs to notice files over it; picking, sending and all that is shown of
//! it is loaded with the first upload. The browser's own objects stay where they are made, and
//! signals hold plain values: they are made, and never used, on the server's threads too.

mod dropped;
mod picked;
mod sending;

use leptos::prelude::*;
use leptos::task::spawn_local;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::upload::{OnTaken, UploadId, UploadRequest, UploadState};
use wasm_split_helpers::wasm_split;
use web_sys::{DragEvent, FileList};

use super::{Call, Desk};
use crate::api::ApiError;
use crate::browser;
use crate::state::upload::Job;

/// Where this device remembers that it has unfinished uploads.
const REMEMBERED_KEY: &str = "tidelock_uploads";

/// What the dialog is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    pub folder: FilePath,
    /// An upload that needs its files again.
    pub resumes: Option<UploadId>,
}

/// The uploads, as signals.
#[derive(Clone, Copy)]
pub struct Uploads {
    /// The folder that files of the desktop are held over.
    pub over: RwSignal<Option<FilePath>>,
    pub offer: RwSignal<Option<Offer>>,
    /// Newest last.
    pub jobs: RwSignal<Vec<Job>>,
    /// What has just appeared in a folder.
    pub arrived: RwSignal<Option<(FilePath, FileName)>>,
}

impl Uploads {
    pub(super) fn new() -> Self {
        Self {
            over: RwSignal::new(None),
            offer: RwSignal::new(None),
            jobs: RwSignal::new(Vec::new()),
            arrived: RwSignal::new(None),
        }
    }

    /// Asks what is to be sent to a folder.
    pub fn ask(self, folder: FilePath) {
        self.offer.set(Some(Offer { folder, resumes: None }));
    }

    /// Takes what was let go over a folder. To be called while the event lasts: its files go with it.
    pub fn drop_into(self, folder: FilePath, event: &DragEvent) {
        dropped::keep(event);
        self.ask(folder);
    }

    /// Looks for what an earlier page has not finished.
    pub(super) fn wake(self, desk: Desk) {
        if browser::recall(REMEMBERED_KEY).is_some_and(|ids| !ids.is_empty()) {
            // What is not found now is found the next time.
            spawn_local(async move { drop(async { recall(desk).await?.await }.await) });
        }
    }
}

/// Whether files of the desktop are held over the page, and not something of it.
pub fn holds_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|held| held.types().includes(&"Files".into(), 0))
}

#[wasm_split(uploads, fallible)]
fn recall(desk: Desk) -> Result<Call<()>, ApiError> {
    Ok(Box::pin(sending::recall(desk)))
}

// What follows is called by the dialog and the list, which are loaded with it.

/// Reads what was dropped; nothing if nothing was. Counts files as they are found.
pub(crate) async fn take_dropped(counted: RwSignal<u64>) -> Result<Option<UploadRequest>, ApiError> {
    picked::of_entries(dropped::take(), counted).await
}

/// Reads what was picked, and adds it to what was picked before if that is wanted.
pub(crate) fn take_list(list: &FileList, adds: bool) -> Result<UploadRequest, ApiError> {
    picked::of_list(list, adds)
}

/// Begins to send what was picked.
pub(crate) async fn start(desk: Desk, request: UploadRequest) -> Result<(), ApiError> {
    sending::start(desk, request, &picked::files()).await
}

/// Goes on with an upload by the files that were picked now.
pub(crate) fn go_on(desk: Desk, state: UploadState, matched: &[Option<usize>]) {
    let files = picked::files();
    sending::launch(desk, state, matched.iter().map(|place| files.get((*place)?).cloned()).collect());
}

/// What a person orders of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UploadOrder {
    Pause,
    Resume,
    Cancel,
    KeepBoth,
    Dismiss,
}

pub(crate) fn order(desk: Desk, id: &UploadId, order: UploadOrder) {
    match order {
        UploadOrder::Pause => sending::pause(id),
        UploadOrder::Resume => sending::resume(id),
        UploadOrder::Cancel => sending::cancel(desk, id),
        UploadOrder::KeepBoth => sending::finish(id, OnTaken::KeepBoth),
        UploadOrder::Dismiss => sending::dismiss(desk, id),
    }
}
