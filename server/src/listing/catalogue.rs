//! The names of one folder, held so that a million of them are no burden, and their orders.
//!
//! Pure: no file system, no locks. An entry is a number, its place in the order of reading; an
//! order is a list of such numbers.

use memchr::memmem::Finder;
use tidelock_shared::name::{FileName, InvalidName};

/// Names and kinds, 16 bytes and the name for each entry.
#[derive(Default)]
pub(super) struct Catalogue {
    bytes: Vec<u8>,
    slots: Vec<Slot>,
}

/// One entry: where its name lies in `bytes`, and where the text that it is sorted and found by,
/// which for most names is the same place.
#[derive(Clone, Copy)]
struct Slot {
    name: u32,
    text: u32,
    text_length: u16,
    name_length: u8,
    is_folder: bool,
}

/// There are more names than a listing holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMany;

impl Catalogue {
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn push(&mut self, name: &FileName, is_folder: bool) -> Result<(), TooMany> {
        let raw = name.as_bytes();
        let text = name.shown().to_lowercase();
        let start = u32::try_from(self.bytes.len()).map_err(|_| TooMany)?;
        self.bytes.extend_from_slice(raw);
        let (text_start, text_length) = if text.as_bytes() == raw {
            (start, raw.len())
        } else {
            let text_start = u32::try_from(self.bytes.len()).map_err(|_| TooMany)?;
            self.bytes.extend_from_slice(text.as_bytes());
            (text_start, text.len())
        };
        self.slots.push(Slot {
            name: start,
            text: text_start,
            text_length: u16::try_from(text_length).map_err(|_| TooMany)?,
            name_length: u8::try_from(raw.len()).map_err(|_| TooMany)?,
            is_folder,
        });
        Ok(())
    }

    pub(super) fn name(&self, entry: u32) -> Result<FileName, InvalidName> {
        FileName::new(self.name_bytes(self.slot(entry)))
    }

    /// By name without looking at case, folders first.
    pub(super) fn by_name(&self) -> Vec<u32> {
        // Most comparisons end in eight bytes behind what all names begin with, kept at hand.
        let shared = self.shared_beginning();
        let mut keyed: Vec<(bool, u64, u32)> = (0_u32..)
            .zip(&self.slots)
            .map(|(entry, slot)| (!slot.is_folder, first_bytes(&self.text(slot)[shared..]), entry))
            .collect();
        keyed.sort_unstable_by(|a, b| {
            let in_full = || {
                let (a, b) = (self.slot(a.2), self.slot(b.2));
                self.text(a).cmp(self.text(b)).then_with(|| self.name_bytes(a).cmp(self.name_bytes(b)))
            };
            (a.0, a.1).cmp(&(b.0, b.1)).then_with(in_full)
        });
        keyed.into_iter().map(|(_, _, entry)| entry).collect()
    }

    /// By `keys`, one for each entry, and where these are equal as in `by_name`; folders first.
    pub(super) fn by_key(&self, by_name: &[u32], keys: &[i64]) -> Vec<u32> {
        let mut order = by_name.to_vec();
        let key = |entry: &u32| keys.get(*entry as usize).copied().unwrap_or(i64::MIN);
        order.sort_by_key(|entry| (!self.slot(*entry).is_folder, key(entry)));
        order
    }

    /// Those of an order whose names contain `text`, which is in lower case.
    pub(super) fn containing(&self, order: &[u32], text: &str) -> Vec<u32> {
        let text = Finder::new(text);
        order.iter().filter(|entry| text.find(self.text(self.slot(**entry))).is_some()).copied().collect()
    }

    /// How many of an order are folders; they are its first.
    pub(super) fn folders(&self, order: &[u32]) -> usize {
        order.partition_point(|entry| self.slot(*entry).is_folder)
    }

    pub(super) fn is_named(&self, entry: u32, name: &FileName) -> bool {
        self.name_bytes(self.slot(entry)) == name.as_bytes()
    }

    /// Whether a name begins with `text`, which is in lower case.
    pub(super) fn begins_with(&self, entry: u32, text: &str) -> bool {
        self.text(self.slot(entry)).starts_with(text.as_bytes())
    }

    fn slot(&self, entry: u32) -> &Slot {
        &self.slots[entry as usize]
    }

    fn name_bytes(&self, slot: &Slot) -> &[u8] {
        &self.bytes[slot.name as usize..][..usize::from(slot.name_length)]
    }

    fn text(&self, slot: &Slot) -> &[u8] {
        &self.bytes[slot.text as usize..][..usize::from(slot.text_length)]
    }

    fn shared_beginning(&self) -> usize {
        let Some((first, others)) = self.slots.split_first() else { return 0 };
        let first = self.text(first);
        others
            .iter()
            .fold(first.len(), |shared, slot| first[..shared].iter().zip(self.text(slot)).take_while(|(a, b)| a == b).count())
    }
}

/// The first eight bytes as a number that compares as they do.
fn first_bytes(text: &[u8]) -> u64 {
    let mut first = [0; 8];
    let length = text.len().min(8);
    first[..length].copy_from_slice(&text[..length]);
    u64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue(names: &[&[u8]]) -> Catalogue {
        let mut catalogue = Catalogue::default();
        for name in names {
            let (name, is_folder) = name.strip_suffix(b"/").map_or((*name, false), |name| (name, true));
            catalogue.push(&FileName::new(name).unwrap(), is_folder).unwrap();
        }
        catalogue
    }

    fn names(catalogue: &Catalogue, order: &[u32]) -> String {
        let names = order.iter().map(|entry| catalogue.name(*entry).unwrap().shown().into_owned());
        names.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn by_name_looks_at_no_case_and_folders_come_first() {
        let mixed = catalogue(&[b"b", b"Zoo/", b"A", b"a", b"apes/", b"aaaaaaaaaaaab", b"aaaaaaaaaaaaa", b"\xff"]);
        assert_eq!(names(&mixed, &mixed.by_name()), "apes Zoo \\xff A a aaaaaaaaaaaaa aaaaaaaaaaaab b");
        let shared = catalogue(&[b"run-10", b"run-1", b"run-2/", b"run-02"]);
        assert_eq!(names(&shared, &shared.by_name()), "run-2 run-02 run-1 run-10");
    }

    #[test]
    fn by_key_falls_back_to_the_name_and_keeps_folders_first() {
        let catalogue = catalogue(&[b"small", b"Folder/", b"large", b"also"]);
        let order = catalogue.by_key(&catalogue.by_name(), &[1, 4096, 9, 1]);
        assert_eq!(names(&catalogue, &order), "Folder also small large");
        assert_eq!(catalogue.folders(&order), 1);
    }

    #[test]
    fn a_filter_finds_a_text_anywhere_in_what_is_shown() {
        let catalogue = catalogue(&[b"Run-1", b"brunch", b"other", b"\xe4run", b"ru"]);
        let order = catalogue.by_name();
        assert_eq!(names(&catalogue, &catalogue.containing(&order, "run")), "\\xe4run brunch Run-1");
        assert_eq!(names(&catalogue, &catalogue.containing(&order, "xe4")), "\\xe4run");
        assert!(catalogue.begins_with(0, "run") && !catalogue.begins_with(1, "run"));
        assert!(catalogue.is_named(3, &FileName::new(*b"\xe4run").unwrap()));
    }

    #[test]
    fn an_empty_folder_has_an_empty_order() {
        assert!(Catalogue::default().by_name().is_empty());
    }
}
