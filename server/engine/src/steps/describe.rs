//! Writes the move down beside its first source, so that what it hides and changes can be
//! understood, and taken up again, without the journal.
//!
//! What the steps find out afterwards is added to it after the journal has it. A move does not
//! become impossible because the record cannot be made, in a project that is full for instance:
//! that is noted, and the move relies on its journal alone.

use tidelock_shared::name::FileName;

use super::barrier::{barrier_in, make_names_durable};
use super::context::{Context, open_if_there, open_known, path_of};
use super::error::{StepError, StepResult};
use crate::fs::walk::{read_open, unless_absent};
use crate::fs::{At, Errno, FileSystem, Folder, FsError, FsResult};
use crate::moves::event::Note;
use crate::recovery::{Access, OwnFile, Record, RecordedNote};
use crate::worker::{Probe, RecordOrder, StepReport, Then};

const RECORD_MODE: u32 = 0o600;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    let Some((record, header)) = what_to_write(context)? else { return Ok(()) };
    let (folder, name) = (open_known(context.fs, &record.folder)?, record_name(context)?);
    let written = match found(context.fs, folder.at(&name), &header)? {
        FoundRecord::Whole if record.is_made => add_missing(context.fs, folder.at(&name), &record.notes),
        // Others have taken it away, or a crash came while a half one was given up.
        FoundRecord::None if record.is_made => say_undescribed(context, &record, &name),
        _ if record.is_made => Ok(()),
        FoundRecord::Whole => make_names_durable(context.fs, &folder).map_err(StepError::from),
        FoundRecord::OfAnother => return Err(StepError::OtherRecord(path_of(&record.folder, &name))),
        FoundRecord::None | FoundRecord::Torn => write(context.fs, &folder, &name, &header, &record),
    };
    match written {
        Err(StepError::FileSystem(error)) if cannot_be_here(&error) => drop_half(context, &folder, &name, &record),
        answer => answer,
    }
}

/// The record and its first line; none if the move has no record.
fn what_to_write(context: &Context<'_>) -> StepResult<Option<(RecordOrder, Vec<u8>)>> {
    let Some(record) = &context.order.record else { return Ok(None) };
    let Some(content) = &record.content else { return Ok(None) };
    let header = content.header().ok_or(StepError::Unnameable)?;
    Ok(Some((record.clone(), header)))
}

fn record_name(context: &Context<'_>) -> StepResult<FileName> {
    Record::name(context.order.move_id).ok_or(StepError::Unnameable)
}

enum FoundRecord {
    None,
    Whole,
    Torn,
    /// An engine of the same name has given the number to another move before.
    OfAnother,
}

fn found(fs: &dyn FileSystem, at: At<'_>, header: &[u8]) -> StepResult<FoundRecord> {
    let Some(own) = OwnFile::open(fs, at, Access::Read)? else { return Ok(FoundRecord::None) };
    let begins = read_open(fs, &own.file, own.status.size.min(header.len() as u64))?;
    Ok(match begins.len() {
        length if header[..length] != begins[..] => FoundRecord::OfAnother,
        length if length < header.len() => FoundRecord::Torn,
        _ => FoundRecord::Whole,
    })
}

fn write(fs: &dyn FileSystem, folder: &Folder, name: &FileName, header: &[u8], record: &RecordOrder) -> StepResult<()> {
    let at = folder.at(name);
    unless_absent(fs.unlink(at))?;
    let lines = record.notes.iter().filter_map(RecordedNote::line);
    let content = lines.fold(header.to_vec(), |content, line| [content, line].concat());
    let file = fs.create_file(at, RECORD_MODE)?;
    let written = write_all(fs, &file, 0, &content).and_then(|()| fs.sync_file(&file));
    if let Err(error) = written {
        // Half a record says nothing.
        unless_absent(fs.unlink(at))?;
        return Err(error.into());
    }
    Ok(make_names_durable(fs, folder)?)
}

fn write_all(fs: &dyn FileSystem, file: &crate::fs::File, offset: u64, bytes: &[u8]) -> FsResult<()> {
    let mut done = 0;
    while done < bytes.len() {
        match fs.write_at(file, offset + done as u64, &bytes[done..])? {
            0 => return Err(FsError::new("write_at", b"", Errno::IO)),
            count => done += count,
        }
    }
    Ok(())
}

/// The folder is full, or not ours to write in.
fn cannot_be_here(error: &FsError) -> bool {
    error.is_full() || matches!(error.errno, Errno::ACCESS | Errno::PERM | Errno::ROFS)
}

/// Adds what a crash has kept from being added.
fn add_missing(fs: &dyn FileSystem, at: At<'_>, notes: &[RecordedNote]) -> StepResult<()> {
    let Some(own) = OwnFile::open(fs, at, Access::Read)? else { return Ok(()) };
    let mut known = Record::parse(&read_open(fs, &own.file, own.status.size)?).map(|(_, notes)| notes).unwrap_or_default();
    let mut missing = Vec::new();
    for note in notes {
        match known.iter().position(|known| known == note) {
            Some(position) => drop(known.remove(position)),
            None => missing.push(note),
        }
    }
    let lines: Vec<u8> = missing.iter().filter_map(|note| note.line()).flatten().collect();
    if lines.is_empty() {
        return Ok(());
    }
    Ok(append(fs, at, &lines, true)?)
}

/// Adds what a step has found out; the journal has it already.
pub(super) fn add(context: &mut Context<'_>, note: Note) -> StepResult<()> {
    let Some(record) = &context.order.record else { return Ok(()) };
    // A list of exceptions is of use once it is complete; that is synced.
    let is_last = !matches!(note, Note::Exceptions { .. });
    let line = RecordedNote { item: context.order.item_number, note }.line();
    let (name, line) = (record_name(context)?, line.ok_or(StepError::Unnameable)?);
    let Some(folder) = open_if_there(context.fs, &record.folder)? else { return Ok(()) };
    if record.is_given_up {
        // What a power cut brings back lacks something, or is no record at all.
        return remove_for_good(context, &folder, &name);
    }
    match append(context.fs, folder.at(&name), &line, is_last) {
        Err(error) if error.is_absent() => Ok(()),
        Err(error) if cannot_be_here(&error) => drop_half(context, &folder, &name, record),
        answer => Ok(answer?),
    }
}

/// Adds what the journal has, unless the record has it too: the step was cut short in between.
pub(super) fn add_if_missing(context: &mut Context<'_>, note: &Note) -> StepResult<()> {
    let Some(record) = &context.order.record else { return Ok(()) };
    let Some(folder) = open_if_there(context.fs, &record.folder)? else { return Ok(()) };
    let line = RecordedNote { item: context.order.item_number, note: note.clone() };
    let name = record_name(context)?;
    if record.is_given_up {
        return remove_for_good(context, &folder, &name);
    }
    match add_missing(context.fs, folder.at(&name), &[line]) {
        Err(StepError::FileSystem(error)) if cannot_be_here(&error) => drop_half(context, &folder, &name, record),
        answer => answer,
    }
}

/// A record that lacks something would lead whoever believes it astray: it is as if it had never
/// been. That is said first: whoever fails in between finds no record, and would not know why.
fn drop_half(context: &mut Context<'_>, folder: &Folder, name: &FileName, record: &RecordOrder) -> StepResult<()> {
    say_undescribed(context, record, name)?;
    remove_for_good(context, folder, name)
}

fn say_undescribed(context: &mut Context<'_>, record: &RecordOrder, name: &FileName) -> StepResult<()> {
    match (context.hear)(StepReport::Noted(Note::Undescribed { path: path_of(&record.folder, name) })) {
        Then::GoOn => Ok(()),
        Then::Stop => Err(StepError::Cancelled),
    }
}

/// As far as that is possible here.
fn remove_for_good(context: &Context<'_>, folder: &Folder, name: &FileName) -> StepResult<()> {
    let removed = unless_absent(context.fs.unlink(folder.at(name))).map_err(StepError::from);
    // One that is gone already may come back by a power cut all the same.
    match removed.and_then(|_| barrier_in(context.fs, folder, context.order.move_id)) {
        Err(StepError::FileSystem(error)) if cannot_be_here(&error) => Ok(()),
        answer => answer,
    }
}

fn append(fs: &dyn FileSystem, at: At<'_>, line: &[u8], is_last: bool) -> FsResult<()> {
    let Some(OwnFile { file, status }) = OwnFile::open(fs, at, Access::Write)? else {
        return Err(FsError::new("append", at.name.as_bytes(), Errno::NOENT));
    };
    write_all(fs, &file, status.size, line)?;
    if is_last { fs.sync_file(&file) } else { Ok(()) }
}

pub(super) fn undo(context: &mut Context<'_>) -> StepResult<()> {
    let Some((record, header)) = what_to_write(context)? else { return Ok(()) };
    let Some(folder) = open_if_there(context.fs, &record.folder)? else { return Ok(()) };
    let name = record_name(context)?;
    let is_ours = !matches!(found(context.fs, folder.at(&name), &header)?, FoundRecord::None | FoundRecord::OfAnother);
    if is_ours && !record.stays {
        unless_absent(context.fs.unlink(folder.at(&name)))?;
    }
    Ok(())
}

pub(super) fn probe(context: &mut Context<'_>) -> StepResult<Probe> {
    let Some((record, header)) = what_to_write(context)? else { return Ok(Probe::Run) };
    let (folder, name) = (open_known(context.fs, &record.folder)?, record_name(context)?);
    let is_there = matches!(found(context.fs, folder.at(&name), &header)?, FoundRecord::Whole);
    Ok(if is_there || record.is_given_up { Probe::Run } else { Probe::NotRun })
}
