//! From the name that a proxy knows to the name that the system knows.

use serde::Serialize;

/// Longer names are nobody's.
const NAME_BYTES_MAX: usize = 64;

/// What is done with a name before anybody is looked up by it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct UserRule {
    /// What every name ends with, and is taken off; a name without it is nobody's.
    pub(crate) strip_suffix: Option<String>,
    pub(crate) lower_case: bool,
}

impl UserRule {
    /// The user whom a name speaks of; none if the rule knows nobody by it.
    pub(crate) fn user(&self, name: &str) -> Option<String> {
        let user = match &self.strip_suffix {
            Some(suffix) => name.strip_suffix(suffix.as_str())?,
            None => name,
        };
        let user = if self.lower_case { user.to_ascii_lowercase() } else { user.to_owned() };
        is_name(&user).then_some(user)
    }
}

/// Whether a system may know somebody by that name. A number alone would be taken for one.
pub(super) fn is_name(text: &str) -> bool {
    let is_fitting = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    (1..=NAME_BYTES_MAX).contains(&text.len())
        && text.bytes().all(is_fitting)
        && !text.starts_with(['-', '.'])
        && !text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_mapped_by_the_rule_or_is_nobodys() {
        let plain = UserRule::default();
        let realm = UserRule { strip_suffix: Some("@EXAMPLE.ORG".to_owned()), lower_case: false };
        let lower = UserRule { lower_case: true, ..realm.clone() };
        for (rule, name, expected) in [
            (&plain, "alice", Some("alice")),
            (&plain, "Alice", Some("Alice")),
            (&plain, "alice@EXAMPLE.ORG", None),
            (&plain, "", None),
            (&plain, "0", None),
            (&plain, "-x", None),
            (&plain, "../x", None),
            (&plain, "a b", None),
            (&realm, "alice@EXAMPLE.ORG", Some("alice")),
            (&realm, "alice@example.org", None),
            (&realm, "alice@OTHER.ORG", None),
            (&realm, "alice@EXAMPLE.ORG@EXAMPLE.ORG", None),
            (&realm, "alice", None),
            (&realm, "@EXAMPLE.ORG", None),
            (&lower, "Alice@EXAMPLE.ORG", Some("alice")),
        ] {
            assert_eq!(rule.user(name).as_deref(), expected, "{name}");
        }
        assert_eq!(plain.user(&"a".repeat(65)), None);
    }
}
