//! What the name of a value in a phone's file says about the value.

/// How much a name says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The value is a secret.
    Secret,
    /// The value is something else.
    Plain,
    /// The name says nothing, as `P34` does, so the value may be a secret.
    Opaque,
}

/// Parts of names of secrets, wherever they stand in a name without its separators.
const SECRET_PARTS: [&str; 21] = [
    "pass",
    "pwd",
    "pswd",
    "secret",
    "token",
    "credential",
    "hash",
    "community",
    "certificate",
    "privkey",
    "unlock",
    "lockcode",
    "accesscode",
    "securitycode",
    "authcode",
    "usercode",
    "admincode",
    "gpp",
    "nonce",
    "psk",
    "otpseed",
];
/// Words of names of secrets.
const SECRET_WORDS: [&str; 14] =
    ["pin", "pins", "pw", "psw", "pwrd", "auth", "md5", "sha", "sha1", "ha1", "salt", "seed", "otp", "cert"];
/// Parts of names in which `key` is a button of the phone.
const BUTTON_PARTS: [&str; 23] = [
    "linekey",
    "programkey",
    "programmable",
    "softkey",
    "memorykey",
    "memkey",
    "expkey",
    "expansion",
    "functionkey",
    "featurekey",
    "dsskey",
    "dss",
    "hotkey",
    "multikey",
    "blf",
    "speed",
    "fkey",
    "mpk",
    "vpk",
    "sidecar",
    "keypad",
    "keytone",
    "navikey",
];
/// Short names that describe other values.
const HARMLESS: [&str; 8] = ["id", "ua", "ip", "no", "tz", "to", "rw", "ro"];
/// Letters of the shortest word that says something.
const WORD_LETTERS_MIN: usize = 3;

impl Kind {
    pub fn of(name: &str) -> Self {
        let squeezed: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        if SECRET_PARTS.iter().any(|part| squeezed.contains(part)) {
            return Self::Secret;
        }
        let words = words(name);
        let is_key = words.iter().any(|word| matches!(word.as_str(), "key" | "keys"));
        let is_button = BUTTON_PARTS.iter().any(|part| squeezed.contains(part));
        if words.iter().any(|word| is_secret_word(word)) || is_key && !is_button {
            return Self::Secret;
        }
        let letters = |word: &String| word.chars().filter(|c| c.is_alphabetic()).count();
        let says_something = words.iter().any(|word| letters(word) >= WORD_LETTERS_MIN);
        if says_something || HARMLESS.contains(&squeezed.as_str()) { Self::Plain } else { Self::Opaque }
    }
}

fn is_secret_word(word: &str) -> bool {
    SECRET_WORDS.contains(&word) || SECRET_WORDS.contains(&word.trim_end_matches(|c: char| c.is_ascii_digit()))
}

/// The words of a name, in lower case: `UserPIN_1` has `user` and `pin`.
fn words(name: &str) -> Vec<String> {
    let (mut words, mut word, mut before) = (Vec::new(), String::new(), None);
    let letters: Vec<char> = name.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let next_is_lower = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        let begins = letter.is_uppercase()
            && before
                .is_some_and(|c: char| c.is_lowercase() || c.is_uppercase() && next_is_lower || c.is_ascii_digit());
        if begins || !letter.is_alphanumeric() {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
        before = Some(*letter);
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_in_every_spelling() {
        for name in [
            "account.1.password",
            "static.security.user_password",
            "Password_1_",
            "user_pass1!",
            "Admin_Passwd",
            "reg.1.auth.password",
            "device.auth.localAdminPassword",
            "PHONE_PSWD",
            "voicemailPin",
            "UserPIN1",
            "PIN",
            "static.auto_provision.aes_key.com",
            "wifi.1.psk",
            "SNMP Community",
            "apiKey",
            "auth",
            "user_hash",
            "GPP_A",
            "phoneLock.unlock",
            "sip line1 password",
            "AuthPassword",
            "passcode",
            "private_key",
            "Token",
            "ha1",
        ] {
            assert_eq!(Kind::of(name), Kind::Secret, "{name}");
        }
    }

    #[test]
    fn other_names_are_plain() {
        for name in [
            "account.1.user_name",
            "linekey.1.value",
            "softkey.1.label",
            "Proxy_1_",
            "reg.1.address",
            "Display_Name_1_",
            "expansion_module.1.key.1.label",
            "programmablekey.2.type",
            "#!version",
            "id",
            "opinion",
            "spinner",
        ] {
            assert_eq!(Kind::of(name), Kind::Plain, "{name}");
        }
    }

    #[test]
    fn names_without_words_say_nothing() {
        for name in ["P34", "P2", "V", "N", "a1", "", "1.2", "x_y"] {
            assert_eq!(Kind::of(name), Kind::Opaque, "{name}");
        }
    }
}
