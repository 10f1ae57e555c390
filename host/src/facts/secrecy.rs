//! Which settings hold a secret, by their names.

/// Parts of names that say so wherever they stand.
const PARTS: [&str; 7] = ["password", "passwd", "passphrase", "secret", "token", "credential", "private_key"];

/// Last words of names that say so. Names are words with underscores or hyphens between them.
const LAST_WORDS: [&str; 6] = ["pass", "pwd", "pw", "pin", "psk", "aeskey"];

/// What makes a word `key` that of a cipher or of a service, and not a button's.
const KEYS: [&str; 7] = ["aes", "encryption", "encrypt", "cipher", "api", "wep", "wpa"];

/// The text that stands for a hidden value.
pub const HIDDEN: &str = "(hidden)";

/// Whether the name of a setting says that its value is secret.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words: Vec<_> = name.split(['_', '-', '.', ' ']).collect();
    let is_key = || words.contains(&"key") && KEYS.iter().any(|kind| words.contains(kind));
    let ends_so = || words.last().is_some_and(|last| LAST_WORDS.contains(last));
    PARTS.iter().any(|part| name.contains(part)) || ends_so() || is_key()
}

/// The text without the credentials of a URL in it.
pub fn without_credentials(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rsplit_once('@') {
        Some((user, _)) => format!("{scheme}://{HIDDEN}{}", &rest[user.len()..]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_told_from_names_of_buttons() {
        for name in [
            "http_auth_password",
            "admin_password",
            "password",
            "yealink_lock_pin",
            "grandstream_wifi_ap1_password",
            "aes_key",
            "api_key",
            "yealink_encryption_key",
            "wpa_psk",
            "pin_password",
            "ldap-pwd",
            "SNMP_SECRET",
            "oauth_token",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "yealink_feature_key_sync",
            "polycom_calls_per_line_key",
            "http_auth_username",
            "ping_interval",
            "pin_networks",
            "pin_user_id",
            "line_key_1_label",
            "time_zone",
            "compass",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn credentials_of_a_url_are_hidden() {
        for (text, shown) in [
            ("https://ada:s3cret@pbx.example.net/x?a=b@c", "https://(hidden)@pbx.example.net/x?a=b@c"),
            ("https://pbx.example.net/a@b", "https://pbx.example.net/a@b"),
            ("ftp://u@host", "ftp://(hidden)@host"),
            ("ada@example.net", "ada@example.net"),
        ] {
            assert_eq!(without_credentials(text), shown);
        }
    }
}
