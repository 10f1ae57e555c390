//! Reads the keys of the web console.

use super::source::ConfigSource;
use crate::console::Config;

/// Longer than any path that a person types.
const PATH_BYTES_MAX: usize = 100;

/// `None` if there is no console.
pub fn read(source: &mut ConfigSource, is_admin_listening: bool) -> Option<Config> {
    source.optional("console_path", |text| {
        if !is_admin_listening {
            return Err(
                "the console needs the admin endpoint; set admin_listen to an address, or remove this key".to_owned()
            );
        }
        parse(text)
    })
}

fn parse(text: &str) -> Result<Config, String> {
    let wrong = |why: &str| Err(format!("{text:?} {why}; write for instance /console"));
    let Some(rest) = text.strip_prefix('/') else { return wrong("does not begin with a slash") };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.is_empty() {
        return wrong("is the path of the admin endpoint itself");
    }
    if rest.len() > PATH_BYTES_MAX {
        return wrong("is too long");
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    for part in rest.split('/') {
        if part.is_empty() || part.starts_with('.') || !part.bytes().all(is_plain) {
            return wrong("has other characters than letters, digits, `-`, `_`, `.` and `~` between its slashes");
        }
    }
    let first = rest.split('/').next().unwrap_or_default();
    if Config::TAKEN.contains(&first) {
        return wrong("belongs to the admin endpoint");
    }
    Ok(Config { path: format!("/{rest}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_is_read_without_its_last_slash() {
        for (text, path) in
            [("/console", "/console"), ("/console/", "/console"), ("/pbx/phone-s_1.x~", "/pbx/phone-s_1.x~")]
        {
            assert_eq!(parse(text).map(|config| config.path), Ok(path.to_owned()), "{text}");
        }
    }

    #[test]
    fn other_paths_are_errors_that_say_what_to_write() {
        let long = format!("/{}", "a".repeat(PATH_BYTES_MAX + 1));
        for text in [
            "",
            "/",
            "//",
            "console",
            "/a b",
            "/a//b",
            "/../b",
            "/a/.b",
            "/ä",
            "/a?b",
            "/a%20",
            "/{a}",
            "/plugins",
            "/reload/x",
            &long,
        ] {
            let error = parse(text).err().unwrap_or_else(|| panic!("{text} is accepted"));
            assert!(error.contains("write for instance /console"), "{error}");
        }
    }
}
