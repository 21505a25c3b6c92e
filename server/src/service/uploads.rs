//! Uploads of one caller: begun, looked at, filled, finished, given up; and what becomes of those
//! that everybody has forgotten.
//!
//! All is done with the caller's own rights. An upload of somebody else is as if it were not there.
//!
//! Not here: how it is done (`uploads`), and requests (`http`).

use std::collections::BTreeSet;
use std::sync::Arc;

use tidelock_engine::clock::{Clock, SystemClock};
use tidelock_engine::fs::walk::look;
use tidelock_engine::fs::{FileSystem, Folder, FsResult};
use tidelock_engine::survey::survey_folder;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::upload::{OnTaken, ReceivedFile, Upload, UploadFile, UploadId, UploadRequest, UploadState, Uploaded};
use tidelock_shared::user_error::UserError;

use super::folder::project;
use super::{EngineService, Site};
use crate::identity::Token;
use crate::uploads::{self, Description, Entry, Hold, Staging, StagingError};
use crate::user_error::upload as sentences;

/// So many unfinished ones somebody may have: each holds a hidden folder.
const OPEN_MAX: usize = 64;

fn now_ms() -> i64 {
    SystemClock.now_ms()
}

/// Checks everything that can be known before the first byte, and makes the hidden folder.
pub(super) fn begin(service: &EngineService, request: UploadRequest) -> Result<UploadState, UserError> {
    let (site, fs) = (&*service.site, &*service.fs);
    let root = site.root_of(&request.folder)?.clone();
    sentences::problems(&request.problems())?;
    if site.uploads.of(&service.user).len() >= OPEN_MAX {
        return Err(sentences::too_many_open(OPEN_MAX));
    }
    let path = request.folder.clone();
    let told = |error| sentences::fs_error(&path, &error);
    let surveyed = survey_folder(fs, &path).map_err(told)?;
    if !surveyed.may_change {
        return Err(sentences::may_not(&path));
    }
    let (request, skipped) = without_taken(fs, request)?;
    let payer = project(site, &service.engine, &surveyed, root);
    let (needs, headroom) = (request.needs(), payer.headroom());
    if !headroom.fits(needs) {
        return Err(sentences::no_headroom(&payer.name, needs, headroom));
    }
    let token = Token::random().map_err(|error| sentences::not_kept(&error))?;
    let id = UploadId::try_from(token.reveal().to_owned()).map_err(|error| sentences::not_kept(&error))?;
    let description = Description::of(&request);
    let entry = Entry::new(path.clone(), &service.user, now_ms());
    site.uploads.add(&id, entry.clone()).map_err(|error| sentences::not_kept(&error))?;
    if let Err(error) = Staging::make(fs, &path, &id, &description) {
        drop_upload(site, fs, &id, &path);
        return Err(sentences::staging(&path, &error));
    }
    tracing::info!(files = description.files.len(), "an upload begins");
    let upload = shown(&id, &entry, &description, false)?;
    Ok(state(upload, &description, &vec![0; description.files.len()], skipped))
}

/// The request as far as its names are free, and the names that are left out.
fn without_taken(fs: &dyn FileSystem, request: UploadRequest) -> Result<(UploadRequest, Vec<FileName>), UserError> {
    let path = request.folder.clone();
    let folder = fs.open_path(&path).map_err(|error| sentences::fs_error(&path, &error))?;
    let taken = taken(fs, &folder, &request).map_err(|error| sentences::fs_error(&path, &error))?;
    match request.on_taken {
        OnTaken::Refuse if !taken.is_empty() => Err(sentences::names_taken(&taken)),
        OnTaken::Skip => {
            let left = request.without(&taken.iter().cloned().collect());
            if left.files.is_empty() && left.folders.is_empty() { Err(sentences::nothing_left()) } else { Ok((left, taken)) }
        }
        OnTaken::Refuse | OnTaken::KeepBoth => Ok((request, Vec::new())),
    }
}

fn taken(fs: &dyn FileSystem, folder: &Folder, request: &UploadRequest) -> FsResult<Vec<FileName>> {
    let mut taken = Vec::new();
    for name in request.tops() {
        if look(fs, folder.at(&name))?.is_some() {
            taken.push(name);
        }
    }
    Ok(taken)
}

/// The caller's unfinished uploads. One whose folder cannot be looked at now is left out.
pub(super) fn list(service: &EngineService) -> Vec<Upload> {
    let one = |(id, entry): (UploadId, Entry)| {
        let staging = Staging::open(&*service.fs, &entry.folder, &id).ok()?;
        let description = service.site.uploads.description(&id, || staging.description()).ok()?;
        shown(&id, &entry, &description, staging.is_publishing().ok()?).ok()
    };
    service.site.uploads.of(&service.user).into_iter().filter_map(one).collect()
}

/// One with what has come of each file.
pub(super) fn get(service: &EngineService, id: &UploadId) -> Result<UploadState, UserError> {
    let entry = own(service, id)?;
    let told = |error: StagingError| sentences::staging(&entry.folder, &error);
    let staging = Staging::open(&*service.fs, &entry.folder, id).map_err(told)?;
    let description = service.site.uploads.description(id, || staging.description()).map_err(told)?;
    let is_publishing = staging.is_publishing().map_err(told)?;
    let lengths = if is_publishing {
        description.files.iter().map(|file| file.size).collect()
    } else {
        uploads::lengths(&staging, &description.files).map_err(|error| told(error.into()))?
    };
    Ok(state(shown(id, &entry, &description, is_publishing)?, &description, &lengths, Vec::new()))
}

/// Lets the names of a whole upload appear.
pub(super) fn finish(service: &EngineService, id: &UploadId, on_taken: OnTaken) -> Result<Uploaded, UserError> {
    let entry = own(service, id)?;
    let _hold = service.site.uploads.hold_all(id).ok_or_else(sentences::busy)?;
    let uploaded = finish_held(&service.site, &*service.fs, id, &entry, on_taken == OnTaken::KeepBoth)?;
    tracing::info!(names = uploaded.names.len(), "an upload is complete");
    Ok(uploaded)
}

fn finish_held(site: &Site, fs: &dyn FileSystem, id: &UploadId, entry: &Entry, keeps_both: bool) -> Result<Uploaded, UserError> {
    let told = |error: StagingError| sentences::staging(&entry.folder, &error);
    let staging = Staging::open(fs, &entry.folder, id).map_err(told)?;
    let description = site.uploads.description(id, || staging.description()).map_err(told)?;
    let keeps_both = keeps_both || description.keeps_both;
    let names = uploads::finish(staging, &description, keeps_both).map_err(|error| sentences::finish(&entry.folder, &error))?;
    forget(site, id);
    Ok(Uploaded { folder: entry.folder.clone(), names })
}

/// Removes an upload of which nothing can be seen yet.
pub(super) fn cancel(service: &EngineService, id: &UploadId) -> Result<(), UserError> {
    let entry = own(service, id)?;
    let _hold = service.site.uploads.hold_all(id).ok_or_else(sentences::busy)?;
    let is_publishing = Staging::open(&*service.fs, &entry.folder, id).and_then(|staging| staging.is_publishing());
    if is_publishing.unwrap_or(false) {
        return Err(sentences::past_cancelling());
    }
    Staging::remove(&*service.fs, &entry.folder, id).map_err(|error| sentences::fs_error(&entry.folder, &error))?;
    forget(&service.site, id);
    Ok(())
}

/// What a chunk needs to be written.
pub(crate) struct Filling {
    pub(crate) fs: Arc<dyn FileSystem>,
    pub(crate) folder: FilePath,
    pub(crate) file: UploadFile,
    _hold: Hold,
}

impl EngineService {
    /// Nobody else writes the file while the answer is held.
    pub(crate) fn fill(&self, id: &UploadId, number: u32) -> Result<Filling, UserError> {
        self.check_may_change()?;
        let entry = own(self, id)?;
        let hold = self.site.uploads.hold_file(id, number).ok_or_else(sentences::busy)?;
        let told = |error: StagingError| sentences::staging(&entry.folder, &error);
        let read = || Staging::open(&*self.fs, &entry.folder, id).and_then(|staging| staging.description());
        let description = self.site.uploads.description(id, read).map_err(told)?;
        let file = usize::try_from(number).ok().and_then(|number| description.files.get(number));
        let file = file.cloned().ok_or_else(sentences::no_such_file)?;
        Ok(Filling { fs: self.fs.clone(), folder: entry.folder, file, _hold: hold })
    }
}

fn own(service: &EngineService, id: &UploadId) -> Result<Entry, UserError> {
    let uploads = &service.site.uploads;
    let entry = uploads.get(id, &service.user).ok_or_else(sentences::no_such_upload)?;
    service.site.root_of(&entry.folder)?;
    uploads.touch(id, now_ms()).map_err(|error| sentences::not_kept(&error))?;
    Ok(entry)
}

/// The list keeps it if it cannot be written: then it is looked for again, and found gone.
fn forget(site: &Site, id: &UploadId) {
    if let Err(error) = site.uploads.remove(id) {
        tracing::error!(%error, "the list of uploads cannot be written");
    }
}

/// Removes what is there of an upload, and forgets it; what cannot be removed now stays in the list.
fn drop_upload(site: &Site, fs: &dyn FileSystem, id: &UploadId, folder: &FilePath) {
    match Staging::remove(fs, folder, id) {
        Ok(()) => forget(site, id),
        Err(error) => tracing::warn!(%error, "the hidden folder of an upload stays for now"),
    }
}

/// Finishes what a crash has broken off, and removes what nobody has gone on with for too long.
pub(crate) fn look_after(site: &Site) {
    for (id, entry) in site.uploads.all() {
        let Some(_hold) = site.uploads.hold_all(&id) else { continue };
        let Ok((_, fs)) = site.acting_for(&entry.user()) else { continue };
        let is_publishing = Staging::open(&*fs, &entry.folder, &id).and_then(|staging| staging.is_publishing());
        match is_publishing {
            Ok(true) => match finish_held(site, &*fs, &id, &entry, true) {
                Ok(_) => tracing::info!("an upload that was broken off at its end is complete"),
                Err(error) => tracing::warn!(%error, "an upload cannot be completed yet"),
            },
            _ if entry.kept_until_ms() <= now_ms() => {
                tracing::info!("an upload that nobody went on with is removed");
                drop_upload(site, &*fs, &id, &entry.folder);
            }
            _ => {}
        }
    }
}

fn shown(id: &UploadId, entry: &Entry, description: &Description, is_appearing: bool) -> Result<Upload, UserError> {
    let request = description.request(&entry.folder);
    let tops: BTreeSet<FileName> = request.tops();
    Ok(Upload {
        id: id.clone(),
        folder: entry.folder.clone(),
        name: tops.first().cloned().ok_or_else(sentences::no_such_upload)?,
        names: tops.len() as u64,
        files: request.files.len() as u64,
        bytes: request.bytes(),
        is_appearing,
        kept_until_ms: entry.kept_until_ms(),
    })
}

fn state(upload: Upload, description: &Description, lengths: &[u64], skipped: Vec<FileName>) -> UploadState {
    let received = |(file, received): (&UploadFile, &u64)| ReceivedFile { file: file.clone(), received: *received };
    UploadState { upload, files: description.files.iter().zip(lengths).map(received).collect(), skipped }
}
