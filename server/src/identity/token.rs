//! Secrets: made, compared, and remembered as what nobody can turn back.

use sha2::{Digest as _, Sha256};

/// A secret in hexadecimal.
#[derive(Clone)]
pub(crate) struct Token(String);

/// What is kept of a secret: its SHA-256. The secret is random and long, so nothing slower is needed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fingerprint([u8; 32]);

/// The system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random bits")]
pub(crate) struct NoRandomness(#[source] std::io::Error);

impl Token {
    /// 128 random bits.
    pub(crate) fn random() -> Result<Self, NoRandomness> {
        random_bytes::<16>().map(|bytes| Self(in_hexadecimal(&bytes)))
    }

    /// 256 random bits behind a word that tells what it is.
    pub(super) fn random_after(prefix: &str) -> Result<Self, NoRandomness> {
        random_bytes::<32>().map(|bytes| Self(format!("{prefix}{}", in_hexadecimal(&bytes))))
    }

    /// Whether a text could be one of those without a word.
    pub(super) fn looks_random(text: &str) -> bool {
        text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// Takes the same time wherever the two differ.
    pub(super) fn is(&self, other: &str) -> bool {
        let pairs = self.0.bytes().zip(other.bytes());
        self.0.len() == other.len() && pairs.fold(0, |differs, (ours, theirs)| differs | (ours ^ theirs)) == 0
    }
}

impl Fingerprint {
    pub(super) fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    pub(super) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

fn in_hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes from the operating system.
pub(crate) fn random_bytes<const LENGTH: usize>() -> Result<[u8; LENGTH], NoRandomness> {
    let mut bytes = [0; LENGTH];
    let mut filled = 0;
    while filled < LENGTH {
        match rustix::rand::getrandom(&mut bytes[filled..], rustix::rand::GetRandomFlags::empty()) {
            Ok(count) => filled += count,
            Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(NoRandomness(errno.into())),
        }
    }
    Ok(bytes)
}
