//! Which URLs mean a firmware file.

/// The folder of the URLs that mean nothing else: `/provision/firmware/T46U.rom`.
const FOLDER: &str = "firmware/";

/// Where phones look for what the provisioning URL names: below these, or in the root.
const PREFIXES: [&str; 3] = ["/app/provision/", "/provision/", "/"];

/// The endings of firmware, and of the lists that name its files:
/// Yealink, Htek `rom`; Polycom, Poly `ld`, `ver`; Grandstream, Cisco SPA, snom, Gigaset `bin`; snom `swu`; Fanvil `z`;
/// Mitel `st`; Cisco `loads`, `sbn`, `sb2`, `sgn`; Panasonic, Algo, OBi `fw`; AudioCodes `img`.
const ENDINGS: [&str; 13] = ["rom", "ld", "ver", "bin", "swu", "z", "st", "loads", "sbn", "sb2", "sgn", "fw", "img"];

/// Folders within the folder: one for each vendor, and one for each release.
const PARTS_MAX: usize = 4;

/// File systems take 255 bytes for each part.
const BYTES_MAX: usize = 255;

/// The path of a file within the folder. No part of it begins with a dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirmwareName(String);

impl FirmwareName {
    /// The name, if it can be one.
    pub fn parse(name: &str) -> Option<Self> {
        let is_plain = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', '\0']);
        let is_one = name.len() <= BYTES_MAX && name.split('/').count() <= PARTS_MAX && name.split('/').all(is_plain);
        (is_one && !name.chars().any(char::is_control)).then(|| Self(name.to_owned()))
    }

    /// The file that a decoded path means: everything below `firmware/`, and anywhere else a name with an ending that only
    /// firmware has.
    pub fn of_path(path: &str) -> Option<Self> {
        let rest = PREFIXES.iter().find_map(|prefix| path.strip_prefix(prefix))?;
        if let Some(name) = rest.strip_prefix(FOLDER) {
            return Self::parse(name);
        }
        let (_, ending) = rest.rsplit_once('.')?;
        let is_firmware = ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending));
        if is_firmware { Self::parse(rest) } else { None }
    }

    /// Whether a path lies in the folder of the URLs that mean nothing else.
    pub fn is_folder(path: &str) -> bool {
        PREFIXES.iter().any(|prefix| path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(FOLDER)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn firmware_is_found_by_folder_or_ending() {
        for (path, name) in [
            ("/provision/firmware/T46U(108.86).rom", Some("T46U(108.86).rom")),
            ("/app/provision/firmware/polycom/6.4/3111-46135-002.sip.ld", Some("polycom/6.4/3111-46135-002.sip.ld")),
            ("/firmware/notes.txt", Some("notes.txt")),
            ("/provision/3111-46135-002.sip.ld", Some("3111-46135-002.sip.ld")),
            ("/provision/sip.ver", Some("sip.ver")),
            ("/gxp2135fw.bin", Some("gxp2135fw.bin")),
            ("/provision/spa50x-30x-7-6-2f.BIN", Some("spa50x-30x-7-6-2f.BIN")),
            ("/term45.default.loads", Some("term45.default.loads")),
            ("/provision/001565aabbcc.cfg", None),
            ("/provision/cfg000b82aabbcc.xml", None),
            ("/provision/logo.png", None),
            ("/provision/", None),
            ("/provision/firmware/", None),
            ("/provision/firmware/../nonce.key", None),
            ("/provision/firmware/.hidden.rom", None),
            ("/provision/firmware//etc/passwd", None),
            ("/provision/firmware/a\0.rom", None),
            ("/provision/firmware/a/b/c/d/e.rom", None),
        ] {
            assert_eq!(FirmwareName::of_path(path).as_ref().map(FirmwareName::as_str), name, "{path}");
        }
        assert!(FirmwareName::parse(&"a".repeat(BYTES_MAX + 1)).is_none());
        assert!(FirmwareName::is_folder("/provision/firmware/") && !FirmwareName::is_folder("/provision/a.rom"));
    }
}
