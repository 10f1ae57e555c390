//! The variables of FusionPBX's templates, computed from a job. Each is computed when a template reads it: most files
//! read a few dozen of several hundred.

mod contacts;
mod keys;
mod labels;
mod lines;
mod release;
mod settings;

use crate::host::Host;
use crate::row::{self, Row};
use crate::types::{self, Instant, Job};
use crate::vendor::{self, Vendor};
use dialplate_smarty::php::{self, Array, Clock, Context, Key, Now, Str, Value};
use dialplate_smarty::{self as smarty};
use keys::{Keys, Sources};
use labels::Labels;
use lines::Lines;
use release::Release;
use settings::Settings;
use std::cell::OnceCell;

pub use settings::ingredients;

/// PHP's date format of `{$time}` unless `version_format` says otherwise.
const VERSION_FORMAT: &str = "dmyHi";

/// PHP's `microtime(true)` at the beginning of the request.
const MICROTIME: &str = "microtime";

/// One job's variables.
pub struct Variables<'a> {
    job: &'a Job,
    /// The name of the file that is rendered.
    file: &'a str,
    host: &'a dyn Host,
    /// The behaviour for the device's vendor.
    vendor: &'a dyn Vendor,
    release: Release,
    device: Row<'a>,
    domain_name: &'a str,
    settings: Settings<'a>,
    address: String,
    lines: OnceCell<Lines>,
    keys: OnceCell<Keys<'a>>,
    contacts: OnceCell<Option<Value>>,
    server: OnceCell<Value>,
}

impl<'a> Variables<'a> {
    /// `file` is the name of the file that is rendered.
    pub fn new(
        job: &'a Job,
        file: &'a str,
        plugin: &'a dyn Vendor,
        served: &[types::Vendor],
        host: &'a dyn Host,
    ) -> Self {
        let device = row::table(&job.tables, "device").first();
        let domain_name = row::table(&job.tables, "domain").first().text("domain_name");
        let release = Release::of(job);
        let name = device.text("device_vendor").to_ascii_lowercase();
        let is_served = served.iter().any(|vendor| vendor.name == name);
        let vendor = if is_served { plugin } else { &vendor::Common };
        let has_upper_case = vendor.has_upper_case_address(&name);
        // What a setting may contain depends on the template, whichever device has it.
        let is_own = served.iter().any(|vendor| job.folder.split('/').any(|part| part == vendor.name));
        let escapes_settings = is_own && plugin.escapes_settings();
        Self {
            job,
            file,
            host,
            address: if has_upper_case { job.address.to_ascii_uppercase() } else { job.address.clone() },
            vendor,
            release,
            device,
            domain_name,
            settings: Settings::new(&job.settings, (domain_name, &job.address), release, escapes_settings),
            lines: OnceCell::new(),
            keys: OnceCell::new(),
            contacts: OnceCell::new(),
            server: OnceCell::new(),
        }
    }

    /// The variable of this name. FusionPBX assigns one group after the other, so a later group overrides an earlier one
    /// and is searched first.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.settings
            .get(name)
            .or_else(|| self.of_ldap(name))
            .or_else(|| self.of_device(name))
            .or_else(|| self.of_keys(name))
            .or_else(|| self.of_lines(name))
    }

    /// Whether this is the time with its fraction, which the host can insert into the document.
    pub fn is_microtime(&self, name: &str) -> bool {
        name == MICROTIME && self.settings.get(name).is_none()
    }

    /// The setting of this name. No other variable takes its place.
    pub fn setting(&self, name: &str) -> Option<Value> {
        self.settings.get(name)
    }

    /// The request, which templates read as `{$smarty.server.HTTP_HOST}` and so on.
    pub fn server(&self) -> Value {
        let entries = || {
            let entries = self.host.server_variables().into_iter();
            entries.map(|(name, value)| (Key::from(untrusted(&name)), Value::Str(untrusted(&value)))).collect()
        };
        self.server.get_or_init(|| Value::array(entries())).clone()
    }

    fn of_ldap(&self, name: &str) -> Option<Value> {
        if !matches!(name, "ldap_username" | "ldap_password") {
            return None;
        }
        let user = self.device.text("device_user_uuid");
        if user.is_empty() {
            return None;
        }
        if name == "ldap_username" {
            let contact = row::table(&self.job.tables, "user").first().text("contact_uuid");
            let base = self.settings.text(settings::LDAP_USER_BASE, "");
            return Some(Value::from(format!("uid={contact},{base}").as_str()));
        }
        // FusionPBX salts this with a value that its configuration no longer sets.
        self.call(b"md5", Value::from(user))
    }

    fn of_device(&self, name: &str) -> Option<Value> {
        Some(match name {
            "mac" | "address" | "device_address" => Value::from(self.address.as_str()),
            "time" => self.time()?,
            MICROTIME => {
                let Instant { seconds, nanoseconds, .. } = self.host.now();
                Value::Float(seconds as f64 + f64::from(nanoseconds) / 1e9)
            }
            "label" | "device_label" => self.device.get("device_label"),
            "firmware_version" => self.device.get("device_firmware_version"),
            "location" | "device_location" => self.device.get("device_location"),
            "domain_name" => Value::from(self.domain_name),
            "template" => Value::from(self.job.folder.as_str()),
            // Assigned from variables that FusionPBX never sets.
            "project_path" | "server1_address" | "proxy1_address" | "user_id" | "password" => Value::from(""),
            _ => return None,
        })
    }

    /// The version of the file, to the minute and in UTC: FusionPBX computes it before it sets the domain's time zone.
    fn time(&self) -> Option<Value> {
        let format = self.settings.text(settings::VERSION_FORMAT, VERSION_FORMAT);
        self.call(b"date", Value::from(format))
    }

    fn call(&self, function: &[u8], argument: Value) -> Option<Value> {
        let read = || {
            let Instant { seconds, nanoseconds, .. } = self.host.now();
            Now { seconds, nanoseconds, zone: jiff::tz::TimeZone::UTC }
        };
        let clock = Clock::new(&read);
        php::call(smarty::registry::function(function)?, &mut Context::new(&clock), &mut [argument]).ok()
    }

    fn of_keys(&self, name: &str) -> Option<Value> {
        match name {
            "keys" => self.keys().to_value(),
            "contacts" => {
                self.contacts.get_or_init(|| contacts::to_value(&self.host.contacts(), self.is_xml())).clone()
            }
            _ if name.contains("_key_") => self.keys().flat(name),
            _ => None,
        }
    }

    /// Whether the file's name ends with `.xml`, in any case. FusionPBX 5.5 and later then escape contacts' names for XML,
    /// whatever the file contains.
    fn is_xml(&self) -> bool {
        self.release >= Release::V5_5
            && self.file.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("xml"))
    }

    fn of_lines(&self, name: &str) -> Option<Value> {
        match name {
            "lines" | "account" | "user" => Some(self.lines().to_value()),
            _ => self.lines().flat(name),
        }
    }

    fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| {
            let tables = &self.job.tables;
            let of_profile = keys::lines_of(row::table(tables, "profile_keys"), self.vendor);
            let of_device = keys::lines_of(row::table(tables, "device_keys"), self.vendor);
            Lines::new(row::table(tables, "lines"), of_profile, of_device, self.vendor, self.release)
        })
    }

    fn keys(&self) -> &Keys<'a> {
        self.keys.get_or_init(|| {
            let tables = &self.job.tables;
            let (profile, device) = (row::table(tables, "profile_keys"), row::table(tables, "device_keys"));
            let sources = Sources {
                labels: Labels { host: self.host, vendor: self.vendor },
                lines: self.lines(),
                location: self.device.get("device_location"),
                description: self.device.get("device_description"),
                domain_name: self.domain_name,
                release: self.release,
            };
            Keys::new(profile, device, &sources, self.vendor, self.domain_name)
        })
    }
}

/// The request's parameters, which templates read as `{$smarty.get.contacts}` and so on.
pub fn parameters(job: &Job) -> Value {
    let mut sent = Array::with_capacity(job.parameters.len());
    for (name, value) in &job.parameters {
        php::place_variable(&mut sent, &untrusted(name), Value::Str(untrusted(value)));
    }
    Value::array(sent)
}

fn untrusted(text: &str) -> Str {
    Str::from(text).untrusted()
}

impl smarty::Variables for Variables<'_> {
    fn get(&self, name: &str) -> Option<Value> {
        Self::get(self, name)
    }
}
