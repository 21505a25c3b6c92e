//! A secret in a file of its own, which nobody else may read.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use openidconnect::ClientSecret;

/// Longer is no secret, but another file.
const SECRET_BYTES_MAX: u64 = 4096;
/// What others may, and that the group may write.
const TOO_MUCH: u32 = 0o027;

/// The only line of a file.
pub(super) fn read(path: &Path) -> Result<ClientSecret, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err("is no file".to_owned());
    }
    let mode = metadata.permissions().mode() & 0o777;
    if mode & TOO_MUCH != 0 {
        return Err(format!("is open to others: its mode is {mode:03o}"));
    }
    let mut text = String::new();
    file.take(SECRET_BYTES_MAX + 1).read_to_string(&mut text).map_err(unreadable)?;
    let secret = text.trim_end_matches(['\n', '\r']);
    if text.len() as u64 > SECRET_BYTES_MAX || secret.is_empty() || secret.contains(char::is_control) {
        return Err("is not one line with a secret".to_owned());
    }
    Ok(ClientSecret::new(secret.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;

    use super::*;

    #[test]
    fn a_secret_is_read_where_nobody_else_can() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let long = "a".repeat(5000);
        for (text, mode, expected) in [
            ("s3cret\n", 0o600, Ok("s3cret")),
            ("s3cret", 0o400, Ok("s3cret")),
            ("s3cret\n", 0o640, Ok("s3cret")),
            ("s3cret\n", 0o644, Err("is open to others: its mode is 644")),
            ("s3cret\n", 0o660, Err("is open to others: its mode is 660")),
            ("\n", 0o600, Err("is not one line with a secret")),
            ("one\ntwo\n", 0o600, Err("is not one line with a secret")),
            (&long, 0o600, Err("is not one line with a secret")),
        ] {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let read = read(&path).map(|secret| secret.secret().clone());
            assert_eq!(read, expected.map(str::to_owned).map_err(str::to_owned), "{mode:o}");
            std::fs::remove_file(&path).unwrap();
        }
        assert!(read(folder.path()).is_err() && read(&path).unwrap_err().contains("cannot be read"));
    }
}
