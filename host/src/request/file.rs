//! The file that a request names.

use super::error::RequestError;

/// The longest file name on common file systems.
const FILE_BYTES_MAX: usize = 255;

/// The value of the `file` parameter.
pub enum RequestedFile {
    /// No file is named; the vendor's plugin chooses one.
    Default,
    Named(String),
    /// No file can have this name.
    Impossible,
}

impl RequestedFile {
    /// Removes `..`, `/` and `\` from the parameter, one after the other. Sequences that a later removal forms stay, and
    /// then name no existing file.
    pub fn parse(parameter: Option<&str>) -> Self {
        let name = parameter.unwrap_or_default().replace("..", "").replace(['/', '\\'], "");
        match name.as_str() {
            // PHP treats both of these as empty.
            "" | "0" => Self::Default,
            "." | ".." => Self::Impossible,
            text if text.contains('\0') || text.len() > FILE_BYTES_MAX => Self::Impossible,
            _ => Self::Named(name),
        }
    }

    pub fn name(&self) -> Result<Option<&str>, RequestError> {
        match self {
            Self::Default => Ok(None),
            Self::Named(name) => Ok(Some(name)),
            Self::Impossible => Err(RequestError::FileName),
        }
    }
}

/// A file's name with the device's address filled in.
pub fn with_address(file: &str, address: &str) -> String {
    file.replace("{$address}", address).replace("{$mac}", address)
}

/// The name for a `Content-Disposition`: the last part of the requested name, with the device's address filled in, and
/// without characters that would end the quoted string or the header.
pub fn attachment(file: &str, address: &str) -> String {
    let file = with_address(file, address);
    let name = file.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    name.chars().filter(|char| !char.is_control() && !matches!(char, '"' | '\\')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(parameter: &str) -> Result<Option<String>, RequestError> {
        RequestedFile::parse(Some(parameter)).name().map(|name| name.map(str::to_owned))
    }

    #[test]
    fn path_traversal_is_removed_step_by_step() {
        for (parameter, cleaned) in [
            ("/{$mac}.cfg", "{$mac}.cfg"),
            ("..{$mac}.cfg", "{$mac}.cfg"),
            ("../../x", "x"),
            ("....//....//x", "x"),
            ("..\\..\\x", "x"),
            (" ", " "),
        ] {
            assert_eq!(name(parameter), Ok(Some(cleaned.to_owned())), "{parameter}");
        }
    }

    #[test]
    fn empty_file_name_lets_the_plugin_choose() {
        for parameter in ["", "0", "../", "/"] {
            assert_eq!(name(parameter), Ok(None), "{parameter}");
        }
        assert_eq!(RequestedFile::parse(None).name(), Ok(None));
    }

    #[test]
    fn name_cannot_lead_out_of_the_folder() {
        for parameter in [".", "./.", ".\\.", "a\0b", &"a".repeat(256)] {
            assert_eq!(name(parameter), Err(RequestError::FileName), "{parameter}");
        }
    }

    #[test]
    fn attachment_name_follows_file_and_cannot_break_header() {
        assert_eq!(attachment("{$mac}.cfg", "001565be5fd7"), "001565be5fd7.cfg");
        assert_eq!(attachment("a/b/{$address}.xml/", "001565be5fd7"), "001565be5fd7.xml");
        assert_eq!(attachment("a\"b\\\r\n.cfg", ""), "ab.cfg");
        assert_eq!(attachment("", "001565be5fd7"), "");
    }
}
