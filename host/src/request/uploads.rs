//! The files that phones send back. Like the table of natural URLs, this table knows makers' file names.

/// Where phones send files: here, or in a folder of this name below.
const FOLDER: &str = "/provision";
const SUBFOLDER: &str = "/upload";

/// The digits of an address.
const ADDRESS_CHARS: usize = 12;

/// One kind of file that phones send back.
#[derive(Debug, PartialEq, Eq)]
pub struct UploadFile {
    /// The setting of the category `provision` that permits it.
    pub setting: &'static str,
    /// The file's name after the address of the device.
    pub ending: &'static str,
    /// Whether the phone gets the file back. Logs are for administrators.
    pub is_returned: bool,
    /// Whether the answer is that of the template as long as the phone has sent no file.
    pub or_template: bool,
}

const fn polycom(ending: &'static str, is_returned: bool, or_template: bool) -> UploadFile {
    UploadFile { setting: "polycom_uploads", ending, is_returned, or_template }
}

/// Polycom and Poly ("What files does my phone download or upload and why?", Poly Community). FusionPBX's rule for
/// `-phone.cfg` leads to the whole configuration. A phone that took it for its user's changes would send it back as such,
/// and no later setting would have an effect.
static FILES: [UploadFile; 6] = [
    polycom("-app.log", false, false),
    polycom("-boot.log", false, false),
    polycom("-phone.cfg", true, false),
    polycom("-web.cfg", true, true),
    polycom("-directory.xml", true, true),
    polycom("-calls.xml", true, true),
];

/// A path that names such a file.
#[derive(Debug, PartialEq, Eq)]
pub struct UploadPath<'a> {
    pub file: &'static UploadFile,
    pub address: &'a str,
}

/// The file that a decoded path names; `None` if phones send no such file.
pub fn find(path: &str) -> Option<UploadPath<'_>> {
    let (folder, name) = path.rsplit_once('/')?;
    let (address, ending) = name.split_at_checked(ADDRESS_CHARS)?;
    let file = FILES.iter().find(|file| file.ending == ending)?;
    let is_address = address.bytes().all(|digit| digit.is_ascii_hexdigit());
    let is_here = folder.strip_suffix(SUBFOLDER).unwrap_or(folder).ends_with(FOLDER);
    (is_address && is_here).then_some(UploadPath { file, address })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_of_an_uploaded_file_is_read_exactly() {
        for file in &FILES {
            for folder in ["/provision/", "/app/provision/", "/provision/upload/", "/a/provision/upload/"] {
                let path = format!("{folder}0004F2aabbcc{}", file.ending);
                assert_eq!(find(&path), Some(UploadPath { file, address: "0004F2aabbcc" }), "{path}");
            }
        }
        for path in [
            "/0004f2aabbcc-app.log",
            "/provision/0004f2aabbcc-app.LOG",
            "/provision/0004f2aabbcc-app.log/",
            "/provision/0004f2aabbc-app.log",
            "/provision/00004f2aabbcc-app.log",
            "/provision/0004f2aabbcg-app.log",
            "/provision/0004f2aabbcc.cfg",
            "/provision/0004f2aabbcc",
            "/provision/000€4f2aabbcc-app.log",
            "/provision/logs/0004f2aabbcc-app.log",
            "/provision/upload/upload/0004f2aabbcc-app.log",
        ] {
            assert_eq!(find(path), None, "{path}");
        }
    }
}
