//! An upload as the page shows it: how far it is, how fast, what it waits for, and in which words.

use tidelock_shared::listing::Destination;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::quota::{Amount, Headroom};
use tidelock_shared::upload::{REFUSED_FULL, REFUSED_TAKEN, ReceivedFile, Upload, UploadFile, UploadRequest};
use tidelock_shared::user_error::UserError;

use crate::format;
use crate::words::words;

/// The pace is told of what was sent within this time.
const PACE_MS: i64 = 15_000;
/// And of this, for a range.
const SHORT_PACE_MS: i64 = 4_000;

/// What an upload is doing.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    Sending,
    /// A person lets it wait.
    Paused,
    /// The server cannot be reached; it tries again by itself.
    Lost,
    /// The project is full; a person can go on when there is room.
    Full(UserError),
    /// The page was loaded anew: the browser does not give it the files again by itself.
    FilesNeeded,
    Finishing,
    /// All is there, but a name was taken meanwhile.
    NamesTaken(UserError),
    Done(Vec<FileName>),
    Failed(UserError),
}

/// One upload of this page.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub upload: Upload,
    /// Bytes that are there.
    pub received: u64,
    pub stage: Stage,
    pace: Vec<(i64, u64)>,
}

impl Job {
    pub fn new(upload: Upload, received: u64, stage: Stage) -> Self {
        Self { upload, received, stage, pace: Vec::new() }
    }

    /// Something more is there.
    pub fn advance(&mut self, received: u64, now_ms: i64) {
        self.received = received;
        self.pace.push((now_ms, received));
        // One sample before the window stays, so that there is something to compare with.
        while self.pace.len() > 2 && self.pace[1].0 <= now_ms - PACE_MS {
            self.pace.remove(0);
        }
    }

    /// The pace of what was sent before a pause tells nothing.
    pub fn enter(&mut self, stage: Stage) {
        self.pace.clear();
        self.stage = stage;
    }

    pub fn fraction(&self) -> f64 {
        if self.upload.bytes == 0 { 0.0 } else { self.received as f64 / self.upload.bytes as f64 }
    }

    fn rate_within(&self, window_ms: i64) -> Option<f64> {
        let (last_ms, last) = *self.pace.last()?;
        let (first_ms, first) = *self.pace.iter().find(|(at, _)| *at >= last_ms - window_ms).filter(|(at, _)| *at < last_ms)?;
        let rate = last.saturating_sub(first) as f64 * 1000.0 / (last_ms - first_ms) as f64;
        (rate > 0.0).then_some(rate)
    }

    /// Rate and time left, once they can be told.
    pub fn pace(&self) -> Option<String> {
        let rates = [self.rate_within(PACE_MS)?, self.rate_within(SHORT_PACE_MS).or(self.rate_within(PACE_MS))?];
        let left = self.upload.bytes.saturating_sub(self.received) as f64;
        let (slow, fast) = (rates[0].min(rates[1]), rates[0].max(rates[1]));
        Some(words().pace_left(&format::byte_rate(rates[0]), &format::duration_range(left / fast, left / slow)))
    }

    /// It needs nobody any more.
    pub fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Done(_))
    }

    /// A person may let it wait.
    pub fn can_pause(&self) -> bool {
        matches!(self.stage, Stage::Sending | Stage::Lost)
    }

    /// It has its files and can go on.
    pub fn can_resume(&self) -> bool {
        match &self.stage {
            Stage::Paused | Stage::Full(_) => true,
            // Trying again cannot help where a file or the upload itself is gone.
            Stage::Failed(error) => !error.code.starts_with("invalid") && error.code != "not_found",
            _ => false,
        }
    }

    /// Nothing of it can be seen in the folder.
    pub fn can_cancel(&self) -> bool {
        !matches!(self.stage, Stage::Finishing | Stage::Done(_)) && !self.upload.is_appearing
    }

    /// `results`, `results and 3 more`.
    pub fn title(&self) -> String {
        let name = self.upload.name.shown();
        match self.upload.names {
            0 | 1 => name.into_owned(),
            many => words().and_more(&name, &format::count(many - 1)),
        }
    }

    /// One sentence on what it does or waits for.
    pub fn note(&self) -> String {
        match &self.stage {
            Stage::Sending => words().done_of(&size(self.received), &size(self.upload.bytes)),
            Stage::Paused => words().upload_paused().to_owned(),
            Stage::Lost => words().upload_lost().to_owned(),
            Stage::FilesNeeded => words().upload_files_needed(&size(self.received), &size(self.upload.bytes)),
            Stage::Finishing => words().upload_appearing().to_owned(),
            Stage::Done(names) => match names.as_slice() {
                [name] if *name != self.upload.name => words().upload_complete_as(&name.shown()),
                _ => words().upload_complete().to_owned(),
            },
            Stage::Full(error) | Stage::NamesTaken(error) | Stage::Failed(error) => error.message.clone(),
        }
    }
}

fn size(bytes: u64) -> String {
    format::bytes(bytes)
}

/// What an error of the end makes of an upload.
pub fn stage_after(error: UserError) -> Stage {
    match error.code.as_str() {
        REFUSED_FULL => Stage::Full(error),
        REFUSED_TAKEN => Stage::NamesTaken(error),
        _ => Stage::Failed(error),
    }
}

/// The line of all uploads.
pub fn bar(jobs: &[Job]) -> String {
    let waits = |job: &&Job| matches!(job.stage, Stage::FilesNeeded | Stage::Full(_) | Stage::NamesTaken(_) | Stage::Failed(_));
    let waiting = jobs.iter().filter(waits).count() as u64;
    let running = jobs.iter().filter(|job| !job.is_over()).count() as u64 - waiting;
    match (running, waiting) {
        (0, 0) => words().uploads_complete().to_owned(),
        (0, waiting) => words().uploads_wait(waiting),
        (1, _) => words().uploading().to_owned(),
        (running, _) => words().uploads_running(&format::count(running)),
    }
}

/// Whether it fits, in words with both numbers, and how it looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub fits: bool,
    pub text: String,
}

/// What sending this would do to the project that pays in the destination.
pub fn verdict(request: &UploadRequest, destination: &Destination) -> Verdict {
    let headroom = destination.folder.project.headroom();
    let short = headroom.shortage(request.needs());
    if short == Amount::ZERO {
        return Verdict { fits: true, text: words().fits(&room(headroom)) };
    }
    let (needs, mut reasons) = (request.needs(), Vec::new());
    if short.bytes > 0 {
        reasons.push(words().needs_plain(&size(needs.bytes), &size(headroom.bytes.unwrap_or_default())));
    }
    if short.inodes > 0 {
        let needed = words().inodes(needs.inodes);
        reasons.push(words().needs_plain(&needed, &format::count(headroom.inodes.unwrap_or_default())));
    }
    Verdict { fits: false, text: words().too_big(&reasons.join("; ")) }
}

fn room(headroom: Headroom) -> String {
    let inodes = |inodes| words().inodes(inodes);
    match (headroom.bytes, headroom.inodes) {
        (None, None) => words().no_limit_here().to_owned(),
        (Some(bytes), None) => words().room_for(&size(bytes)),
        (None, Some(count)) => words().room_for(&inodes(count)),
        (Some(bytes), Some(count)) => words().room_for_both(&size(bytes), &inodes(count)),
    }
}

/// `12 files in 3 folders, 4.20 GiB`.
pub fn summary(request: &UploadRequest) -> String {
    let folders = request.all_folders().len() as u64;
    let inside = if folders == 0 { String::new() } else { words().in_folders(folders) };
    format!("{}{inside}, {}", words().files(request.files.len() as u64), size(request.bytes()))
}

/// Which of the chosen files is which file of an upload; none where it is not among them, or is
/// another by now. What has come whole is not needed.
pub fn matched(files: &[ReceivedFile], chosen: &[UploadFile]) -> Vec<Option<usize>> {
    let by_path: std::collections::HashMap<&FilePath, usize> =
        chosen.iter().enumerate().map(|(place, file)| (&file.path, place)).collect();
    let same = |wanted: &ReceivedFile| {
        let place = *by_path.get(&wanted.file.path)?;
        (chosen.get(place)? == &wanted.file).then_some(place)
    };
    files.iter().map(same).collect()
}

/// What is still to be sent and was not chosen: how many, and the first.
pub fn missing<'f>(files: &'f [ReceivedFile], matched: &[Option<usize>]) -> Option<(u64, &'f FilePath)> {
    let lacking = files.iter().zip(matched).filter(|(file, place)| file.received < file.file.size && place.is_none());
    let mut lacking = lacking.map(|(file, _)| &file.file.path);
    let first = lacking.next()?;
    Some((lacking.count() as u64 + 1, first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::drag::tests::folder;
    use tidelock_shared::upload::{OnTaken, UploadId};

    fn path(text: &str) -> FilePath {
        FilePath::parse(text.as_bytes()).unwrap()
    }

    fn file(name: &str, size: u64) -> UploadFile {
        UploadFile { path: path(name), size, modified_ms: 7 }
    }

    fn job(bytes: u64) -> Job {
        let upload = Upload {
            id: UploadId::try_from("0".repeat(32)).unwrap(),
            folder: path("/l/alpha"),
            name: FileName::new(*b"results").unwrap(),
            names: 3,
            files: 10,
            bytes,
            is_appearing: false,
            kept_until_ms: 0,
        };
        Job::new(upload, 0, Stage::Sending)
    }

    #[test]
    fn time_left_is_a_range_of_a_slow_and_a_fast_stretch() {
        let mut job = job(100 << 20);
        assert_eq!(job.pace(), None);
        for second in 0..10 {
            job.advance(second * (1 << 20), 1000 * i64::try_from(second).unwrap());
        }
        assert_eq!(job.pace().unwrap(), "1.00 MiB/s · about 2 min left");
        for second in 10..13 {
            job.advance(9 * (1 << 20) + (second - 9) * (4 << 20), 1000 * i64::try_from(second).unwrap());
        }
        assert_eq!(job.pace().unwrap(), "1.75 MiB/s · 24–45 s left");
        job.enter(Stage::Paused);
        assert_eq!(job.pace(), None);
        assert!(job.can_resume() && job.can_cancel() && !job.can_pause());
    }

    #[test]
    fn the_pace_forgets_what_is_long_ago() {
        let mut job = job(1 << 40);
        for second in 0..100 {
            job.advance(if second < 80 { 0 } else { (second - 80) * 1000 }, 1000 * i64::try_from(second).unwrap());
        }
        assert!(job.pace.len() < 20, "{}", job.pace.len());
        assert!(job.pace().unwrap().starts_with("0.98 KiB/s"), "{:?}", job.pace());
    }

    #[test]
    fn both_numbers_are_told_of_what_does_not_fit() {
        let request = |size| UploadRequest {
            folder: path("/l/alpha"),
            files: vec![file("/a/one", size)],
            folders: Vec::new(),
            on_taken: OnTaken::Refuse,
        };
        let destination = Destination { folder: folder("/l/alpha", 1, 1 << 30), taken: Vec::new() };
        let fits = verdict(&request(1 << 20), &destination);
        assert!(fits.fits && fits.text.starts_with("Fits. Room for 1.00 GiB"), "{fits:?}");
        let large = verdict(&request(2 << 30), &destination);
        assert!(!large.fits && large.text.starts_with("Too big: needs 2.00 GiB, room for 1.00 GiB"), "{large:?}");
        assert_eq!(summary(&request(1 << 20)), "1 file in 1 folder, 1.00 MiB");
    }

    #[test]
    fn the_same_files_are_found_again_and_changed_ones_are_not() {
        let received = |name: &str, size, received| ReceivedFile { file: file(name, size), received };
        let wanted = [received("/a", 5, 5), received("/b", 5, 2), received("/c", 5, 0), received("/d", 0, 0)];
        let changed = UploadFile { modified_ms: 8, ..file("/c", 5) };
        let found = matched(&wanted, &[changed, file("/b", 5), file("/other", 1)]);
        assert_eq!(found, [None, Some(1), None, None]);
        assert_eq!(missing(&wanted, &found), Some((1, &path("/c"))));
        assert_eq!(missing(&wanted, &matched(&wanted, &[file("/b", 5), file("/c", 5)])), None);
    }

    #[test]
    fn the_line_says_what_needs_a_person() {
        let mut waiting = job(1);
        waiting.enter(Stage::FilesNeeded);
        let mut done = job(1);
        done.enter(Stage::Done(Vec::new()));
        assert_eq!(bar(&[job(1), waiting.clone()]), "Uploading");
        assert_eq!(bar(std::slice::from_ref(&waiting)), "1 upload waits for you");
        assert_eq!(bar(&[done]), "Uploads complete");
        assert_eq!(job(1).title(), "results and 2 more");
    }
}
