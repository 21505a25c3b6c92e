//! The files that the program embeds and serves.
//!
//! A file that did not change is not written: the program is compiled anew when one is newer.

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};
use std::{
    collections::BTreeMap,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
    path::{Path, PathBuf},
};

/// Paths relative to the site's root, with `/` between folders.
#[derive(Default)]
pub(crate) struct Site {
    files: BTreeMap<String, Vec<u8>>,
}

impl Site {
    pub(crate) fn add(&mut self, path: impl Into<String>, bytes: Vec<u8>) {
        self.files.insert(path.into(), bytes);
    }

    /// Adds what lies in `folder`, if it exists, with `prefix` before each path.
    pub(crate) fn add_folder(&mut self, prefix: &str, folder: &Path) -> Result<()> {
        for file in files_under(folder)? {
            let path = file.strip_prefix(folder)?.to_string_lossy();
            self.add(format!("{prefix}{path}"), fs::read(&file)?);
        }
        Ok(())
    }

    /// Makes `folder` hold this site and nothing else, with `.br` and `.gz` beside a file that
    /// gets smaller by them if `compressed`. Beside the folder, `.digest` differs for another site.
    pub(crate) fn write(mut self, folder: &Path, compressed: bool) -> Result<()> {
        if compressed {
            self.compress(folder)?;
        }
        for file in files_under(folder)? {
            let path = file.strip_prefix(folder)?.to_string_lossy();
            if !self.files.contains_key(&*path) {
                fs::remove_file(&file)?;
            }
        }
        for (path, bytes) in &self.files {
            write_if_different(&folder.join(path), bytes)?;
        }
        let mut digest = DefaultHasher::new();
        self.files.hash(&mut digest);
        let digest = format!("{:016x}", digest.finish());
        write_if_different(&folder.with_extension("digest"), digest.as_bytes())
    }

    fn compress(&mut self, folder: &Path) -> Result<()> {
        let mut smaller = Vec::new();
        for (path, bytes) in &self.files {
            // The best brotli takes seconds: what lies there for the same bytes is taken over.
            let unchanged = fs::read(folder.join(path)).is_ok_and(|present| present == *bytes);
            let encodings: [(&str, Encoder); 2] = [("br", brotli), ("gz", gzip)];
            for (suffix, encode) in encodings {
                let path = format!("{path}.{suffix}");
                let encoded = match fs::read(folder.join(&path)) {
                    Ok(present) if unchanged => present,
                    _ => encode(bytes)?,
                };
                if encoded.len() < bytes.len() {
                    smaller.push((path, encoded));
                }
            }
        }
        self.files.extend(smaller);
        Ok(())
    }
}

fn write_if_different(file: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(file).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))
}

type Encoder = fn(&[u8]) -> Result<Vec<u8>>;

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoded = Vec::new();
    let best = BrotliEncoderParams { quality: 11, lgwin: 24, size_hint: bytes.len(), ..Default::default() };
    brotli::BrotliCompress(&mut &*bytes, &mut encoded, &best)?;
    Ok(encoded)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn files_under(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_under(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_holds_the_site_and_nothing_else() -> Result<()> {
        let parent = tempfile::tempdir()?;
        let folder = parent.path().join("site");
        fs::create_dir(&folder)?;
        fs::write(folder.join("stale.js.br"), "old")?;
        let mut site = Site::default();
        site.add("pkg/long.css", b"p { color: red }\n".repeat(100));
        site.add("short.txt", b"x".to_vec());
        site.write(&folder, true)?;

        let mut names: Vec<String> = files_under(&folder)?
            .iter()
            .map(|file| file.strip_prefix(&folder).map(|path| path.display().to_string()))
            .collect::<Result<_, _>>()?;
        names.sort();
        assert_eq!(names, ["pkg/long.css", "pkg/long.css.br", "pkg/long.css.gz", "short.txt"]);
        Ok(())
    }

    #[test]
    fn an_unchanged_file_is_not_written_again() -> Result<()> {
        let parent = tempfile::tempdir()?;
        let folder = parent.path().join("site");
        let write = |text: &[u8]| -> Result<_> {
            let mut site = Site::default();
            site.add("a.css", text.repeat(1000));
            site.write(&folder, true)?;
            let modified = |path| fs::metadata(path)?.modified();
            Ok((
                modified(folder.join("a.css.br"))?,
                modified(folder.with_extension("digest"))?,
                fs::read(folder.with_extension("digest"))?,
            ))
        };
        let first = write(b" ")?;
        assert_eq!(first, write(b" ")?);
        assert_ne!(first.2, write(b"\n")?.2);
        Ok(())
    }
}
