//! Records of moves, which lie in folders where others may write.

use tidelock_engine::recovery::Record;

/// What is read of a record is read again from what it is written as.
pub fn records(bytes: &[u8]) {
    let Some((record, notes)) = Record::parse(bytes) else { return };
    assert!(!Record::is_torn(bytes));
    let lines = notes.iter().map(|note| note.line());
    let written: Option<Vec<u8>> =
        std::iter::once(record.header()).chain(lines).collect::<Option<Vec<_>>>().map(|all| all.concat());
    let again = written.as_deref().and_then(Record::parse);
    assert!(again.as_ref().is_some_and(|(other, others)| *other == record && *others == notes), "{record:?} {notes:?}");
}
