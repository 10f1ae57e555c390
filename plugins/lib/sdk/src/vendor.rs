//! A vendor: its description, and where its files differ from FusionPBX's common behaviour.

use crate::file_request::FileRequest;
use crate::row::Row;
use crate::types::{self, Action, Description, Document, Event, Failure, UserAgent};
use dialplate_smarty::php::Value;
use dialplate_smarty::php::convert::{self, Numeric};

/// The file names that FusionPBX tries, in this order, when a request names no file.
pub const DEFAULT_FILES: [&str; 5] = ["{$address}", "{$address}.xml", "{$mac}", "{$mac}.xml", "{$mac}.cfg"];

/// One plugin's behaviour. Every method except [`Vendor::describe`] defaults to what FusionPBX does for all vendors, so a
/// plugin implements only the differences.
///
/// The methods are called with a job of any of the description's vendors. A plugin that serves several of them tells
/// them apart by [`KeyText::vendor`] and [`RenderedFile::vendor`].
pub trait Vendor {
    /// The plugin's name and version, its vendors with their OUIs and NOTIFY events, and its User-Agent patterns. Must
    /// return the same value every time.
    fn describe(&self) -> Description;

    /// The file for a request that names none, chosen from `files`, the names in the device's template folder. `None`
    /// makes the request fail with `no-such-file`, which the phone gets as 404.
    fn default_file<'a>(&self, files: &[&'a str]) -> Option<&'a str> {
        DEFAULT_FILES.iter().find_map(|name| files.iter().copied().find(|file| file == name))
    }

    /// Whether files of this vendor have the device's address in upper case.
    fn has_upper_case_address(&self, vendor: &str) -> bool {
        let _ = vendor;
        false
    }

    /// Whether texts of settings are escaped where they are printed, like the texts that users edit. By default they are
    /// printed as they are, because administrators may write parts of a file into a setting. A plugin says true if the
    /// templates in its vendors' folders print settings only as values: then a password with `&` leaves an XML file
    /// well-formed. Other folders' templates are not affected.
    ///
    /// ```
    /// use dialplate_sdk::testing::{FakeHost, Files, job};
    /// use dialplate_sdk::types::{Description, Setting, Value};
    /// use dialplate_sdk::{Vendor, vendor};
    ///
    /// struct Acme;
    ///
    /// impl Vendor for Acme {
    ///     fn describe(&self) -> Description {
    ///         let vendors = vec![vendor("acme", &[], "check-sync", "check-sync;reboot=true")];
    ///         Description { name: "acme".into(), version: "1".into(), vendors, user_agents: vec![], any: false }
    ///     }
    ///
    ///     fn escapes_settings(&self) -> bool {
    ///         true
    ///     }
    /// }
    ///
    /// let files = Files::parse("acme/a1", &[("{$mac}.cfg", b"<password>{$admin_password}</password>")]);
    /// let mut job = job("acme/a1", "acme", "0015652a3b4c");
    /// job.settings.push(Setting { name: "admin_password".into(), value: Value::Text("R&D<3".into()) });
    /// let document = files.render(&Acme, &job, &FakeHost::default()).expect("a document");
    /// assert_eq!(document.body, b"<password>R&amp;D&lt;3</password>");
    /// ```
    fn escapes_settings(&self) -> bool {
        false
    }

    /// Converts a line's registration interval from seconds, FusionPBX's unit, to the unit of the vendor's files.
    fn register_expires(&self, seconds: Value) -> Value {
        seconds
    }

    /// The vendor's value for a key's type in the flat variables (`line_key_type_1`, …). `category` is `line`, `memory`,
    /// `expansion` or `programmable`; `kind` is the column `device_key_type`. `None` keeps FusionPBX's value.
    fn key_type(&self, category: &str, kind: &str) -> Option<&'static str> {
        let _ = (category, kind);
        None
    }

    /// Whether the value of a key is the number of keys of its line (the line's column `line_keys`).
    fn counts_line_keys(&self, key: &KeyText<'_>) -> bool {
        let _ = key;
        false
    }

    /// The extension whose data replaces `${caller_id_name}`, `${extension}` and `${user}` in a key's label.
    fn key_subject<'a>(&self, key: &KeyText<'a>) -> KeySubject<'a> {
        KeySubject::of_value(key.value)
    }

    /// The value of the Content-Type header of a rendered file.
    fn content_type(&self, file: &RenderedFile<'_>) -> &'static str {
        file.common_content_type()
    }

    /// Makes a file that the template folder lacks, such as a key that the phone fetches. `None` if there is no such file,
    /// which is the default.
    ///
    /// # Errors
    /// A setting is invalid.
    fn missing_file(&self, name: &str, request: &FileRequest<'_>) -> Result<Option<Document>, Failure> {
        let _ = (name, request);
        Ok(None)
    }

    /// The settings that [`Vendor::finish`] reads. The server sends these with every job, whatever the template reads.
    fn finish_settings(&self) -> &'static [&'static str] {
        &[]
    }

    /// Changes a rendered document before it is sent, for instance encrypts it. By default nothing changes. If the template
    /// prints `{$microtime}`, the document comes without that time first, and once more with it if this changes anything.
    ///
    /// # Errors
    /// The phone must not get the document, or a setting is invalid.
    ///
    /// ```
    /// use dialplate_sdk::testing::{FakeHost, Files, job};
    /// use dialplate_sdk::types::{Description, Document, Failure, Setting, Value};
    /// use dialplate_sdk::{FileRequest, Vendor, vendor};
    ///
    /// struct Acme;
    ///
    /// impl Vendor for Acme {
    ///     fn describe(&self) -> Description {
    ///         let vendors = vec![vendor("acme", &[], "check-sync", "check-sync;reboot=true")];
    ///         Description { name: "acme".into(), version: "1".into(), vendors, user_agents: vec![], any: false }
    ///     }
    ///
    ///     fn finish_settings(&self) -> &'static [&'static str] {
    ///         &["acme_reversed"]
    ///     }
    ///
    ///     fn finish(&self, document: &mut Document, request: &FileRequest<'_>) -> Result<(), Failure> {
    ///         if request.is_on("acme_reversed") {
    ///             document.body.reverse();
    ///         }
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let files = Files::parse("acme/a1", &[("{$mac}.cfg", b"abc")]);
    /// let mut job = job("acme/a1", "acme", "0015652a3b4c");
    /// job.settings.push(Setting { name: "acme_reversed".into(), value: Value::Flag(true) });
    /// assert_eq!(files.render(&Acme, &job, &FakeHost::default()).expect("a document").body, b"cba");
    /// ```
    fn finish(&self, document: &mut Document, request: &FileRequest<'_>) -> Result<(), Failure> {
        let _ = (document, request);
        Ok(())
    }
}

/// The columns of a key (`v_device_keys`) that a vendor's behaviour may depend on. An absent column is empty.
pub struct KeyText<'a> {
    /// The column `device_key_vendor`.
    pub vendor: &'a str,
    /// The column `device_key_type`.
    pub kind: &'a str,
    /// The column `device_key_value`.
    pub value: &'a str,
    /// `device_key_vendor` of the profile's last key, by which FusionPBX decides how to read labels; `None` without a
    /// profile, and in [`Vendor::counts_line_keys`].
    pub profile_vendor: Option<&'a str>,
}

impl<'a> KeyText<'a> {
    pub(crate) fn of(row: Row<'a>, profile_vendor: Option<&'a str>) -> Self {
        Self {
            vendor: row.text("device_key_vendor"),
            kind: row.text("device_key_type"),
            value: row.text("device_key_value"),
            profile_vendor,
        }
    }
}

/// PHP's `is_numeric()` for a string.
pub(crate) fn is_numeric(text: &str) -> bool {
    matches!(convert::numeric(text.as_bytes()), Numeric::Whole(_))
}

/// FusionPBX's common behaviour, for a device whose vendor is none of the plugin's.
pub(crate) struct Common;

impl Vendor for Common {
    fn describe(&self) -> Description {
        Description { name: String::new(), version: String::new(), vendors: vec![], user_agents: vec![], any: false }
    }
}

/// The extension that a key's label refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySubject<'a> {
    /// The extension with this number.
    Extension(&'a str),
    /// No extension: the placeholders become empty.
    NoExtension,
    /// The label keeps its placeholders.
    Unchanged,
}

impl<'a> KeySubject<'a> {
    /// FusionPBX's common rule: the key's value, when it is a number.
    ///
    /// ```
    /// use dialplate_sdk::KeySubject;
    ///
    /// assert_eq!(KeySubject::of_value("1001"), KeySubject::Extension("1001"));
    /// assert_eq!(KeySubject::of_value("*97"), KeySubject::NoExtension);
    /// ```
    pub fn of_value(value: &'a str) -> Self {
        if is_numeric(value) { Self::Extension(value) } else { Self::NoExtension }
    }
}

/// A rendered file, for the choice of its Content-Type.
pub struct RenderedFile<'a> {
    /// The vendor as the device's row spells it, else the vendor of the address's OUI.
    pub vendor: &'a str,
    /// The file name in the request; empty when the request names none.
    pub requested: &'a str,
    /// The rendered bytes.
    pub body: &'a [u8],
}

/// FusionPBX's Content-Type for everything that it does not take for XML.
pub const PLAIN: &str = "text/plain;charset=UTF-8";
/// FusionPBX's Content-Type for what it takes for an XML document.
pub const XML: &str = "text/xml; charset=utf-8";

impl RenderedFile<'_> {
    /// [`XML`] when FusionPBX takes the body for an XML document, else [`PLAIN`]. FusionPBX recognises few documents: an
    /// XML declaration, then a root element without attributes whose name has only letters, digits and `_`.
    ///
    /// ```
    /// use dialplate_sdk::{PLAIN, RenderedFile, XML};
    ///
    /// let content_type = |body: &str| {
    ///     RenderedFile { vendor: "acme", requested: "a.xml", body: body.as_bytes() }.common_content_type()
    /// };
    /// assert_eq!(content_type("<?xml version=\"1.0\"?><a></a>"), XML);
    /// assert_eq!(content_type("<?xml version=\"1.0\"?><a b=\"c\"></a>"), PLAIN);
    /// ```
    pub fn common_content_type(&self) -> &'static str {
        if crate::xml::is_document(self.body) { XML } else { PLAIN }
    }
}

/// A vendor. `name` is FusionPBX's `device_vendor` in lower case. `ouis` are the first six hexadecimal digits of its addresses, in
/// lower case. `resync` and `reboot` are the values of the Event header of the NOTIFY that makes a phone fetch its
/// configuration, and restart.
///
/// ```
/// let acme = dialplate_sdk::vendor("acme", &["001565"], "check-sync", "check-sync;reboot=true");
/// assert_eq!(acme.ouis, ["001565"]);
/// ```
pub fn vendor(name: &str, ouis: &[&str], resync: &str, reboot: &str) -> types::Vendor {
    types::Vendor {
        name: name.to_owned(),
        ouis: ouis.iter().map(|oui| (*oui).to_owned()).collect(),
        events: vec![
            Event { action: Action::Resync, event: resync.to_owned() },
            Event { action: Action::Reboot, event: reboot.to_owned() },
        ],
    }
}

/// A User-Agent that holds the phone's address. `pattern` is a regular expression of Rust's `regex` crate, searched
/// anywhere in the header, whose group `address` is the address with or without separators.
///
/// If the pattern also has a group named `serial`, the phone states the address as its serial number: it then counts even
/// if the request asks for the file of `000000000000`, FusionPBX's placeholder for an unknown address.
///
/// ```
/// let agent = dialplate_sdk::address_agent("acme", r"^Acme .* (?<address>[0-9a-f]{12})$");
/// assert_eq!((agent.vendor.as_str(), agent.template), ("acme", None));
/// ```
pub fn address_agent(vendor: &str, pattern: &str) -> UserAgent {
    UserAgent { pattern: pattern.to_owned(), vendor: vendor.to_owned(), template: None }
}

/// A User-Agent that begins with `text`, in any case, of a softphone without a device of its own: its user logs in, and gets
/// the files of `template` with all extensions of the user as lines. Such a phone shows its user the text of an error.
///
/// The pattern has a group named `login`, by which the server tells such phones from others.
///
/// ```
/// let agent = dialplate_sdk::login_agent("acme", "Acme Softphone", "acme/login");
/// assert_eq!(agent.pattern, "(?i)^(?<login>Acme Softphone)");
/// ```
pub fn login_agent(vendor: &str, text: &str, template: &str) -> UserAgent {
    let pattern = format!("(?i)^(?<login>{})", literal(text));
    UserAgent { pattern, vendor: vendor.to_owned(), template: Some(template.to_owned()) }
}

/// A User-Agent that contains `text`, in any case: a new device with it gets the template folder `template`.
///
/// ```
/// let agent = dialplate_sdk::model_agent("acme", "Acme A1-G", "acme/a1");
/// assert_eq!(agent.pattern, r"(?i)Acme A1\-G");
/// assert_eq!(agent.template.as_deref(), Some("acme/a1"));
/// ```
pub fn model_agent(vendor: &str, text: &str, template: &str) -> UserAgent {
    UserAgent {
        pattern: format!("(?i){}", literal(text)),
        vendor: vendor.to_owned(),
        template: Some(template.to_owned()),
    }
}

/// A text as a regular expression that matches it.
fn literal(text: &str) -> String {
    text.chars().map(|c| if c.is_alphanumeric() || c == ' ' { c.to_string() } else { format!("\\{c}") }).collect()
}
