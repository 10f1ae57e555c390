//! Why a request was answered as it was, in one word.

macro_rules! reasons {
    ($($variant:ident $word:literal $meaning:literal)*) => {
        /// The outcome of a request. Its word is the same in the journal, in the log and in the metrics.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Reason {
            $(#[doc = $meaning] $variant,)*
        }

        impl Reason {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// One sentence for operators.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),* }
            }
        }
    };
}

reasons! {
    Sent "sent" "The phone got its file."
    Part "part" "The phone got the part of a file that it requested."
    NotModified "not_modified" "The phone has the file already."
    LoggedIn "logged_in" "A user who logged in got a file."
    Uploaded "uploaded" "A file that the phone sent is stored."
    Bound "bound" "A call with a PIN bound the phone to a prepared device."

    UnknownDevice "unknown_device" "No device has this address, or the request names none."
    WrongDomain "wrong_domain" "The device belongs to another domain than the requested one."
    UnknownDomain "unknown_domain" "The host is not a domain, so no device can be inserted."
    InvalidAddress "invalid_address" "No device can be inserted with this address."
    NoAddress "no_address" "The request names no device to insert."
    DeviceDisabled "device_disabled" "The device is disabled."
    ProvisioningOff "provisioning_off" "The setting `enabled` of category `provision` is not on."
    Network "network" "The client is in none of the networks that the setting `cidr` of category `provision` lists."
    DomainNetwork "domain_network" "The client is in none of the networks that the setting `cidr` of category `domain` lists."
    Challenge "challenge" "The request had no credentials, and was asked for them. Most phones then repeat it with some."
    BadPassword "bad_password" "User or password is wrong."
    StaleNonce "stale_nonce" "The digest's nonce is old. Most phones repeat the request with the new one."
    WrongScheme "wrong_scheme" "Basic credentials where digest is demanded, the reverse, or another scheme."
    BadCredentials "bad_credentials" "The credentials are malformed."
    NotOffered "not_offered" "A digest with an algorithm or a `qop` that was not offered."
    WrongRealm "wrong_realm" "A digest for another realm."
    WrongUri "wrong_uri" "A digest for another URI than the requested one."
    NoCertificate "no_certificate" "The request has no client certificate, and `client_certificates` requires one."
    BadCertificate "bad_certificate" "The client certificate is invalid: expired, of an unknown authority, or unreadable."
    GenericCertificate "generic_certificate" "The client certificate is its maker's generic one, which names no phone's address."
    WrongCertificate "wrong_certificate" "The client certificate belongs to another phone than the requested one."
    FirstContact "first_contact" "The device is not new (`first_contact_minutes`), and its domain demands no credentials."
    AuthServer "auth_server" "FusionPBX's auth server refused the request."
    BadLogin "bad_login" "No user of the domain has this name and this password."
    UserDisabled "user_disabled" "The user is disabled."
    NoAccounts "no_accounts" "No extension is assigned to the user."
    RateLimited "rate_limited" "A limit on failed requests or new devices is reached."
    LoginBusy "login_busy" "Too many logins at once."

    ConsoleLogin "console_login" "An operator logged in to the console."
    ConsoleRefused "console_refused" "A login to the console was refused; the log says why."
    ConsoleLogout "console_logout" "An operator logged out of the console."

    PinSecret "pin_secret" "A call with a PIN has not the dial plan's secret."
    PinLimited "pin_limited" "Too many failed tries of PINs."
    PinAddress "pin_address" "A call with a PIN names no phone's address."
    PinWrong "pin_wrong" "No prepared device has this PIN."
    PinExpired "pin_expired" "The PIN has expired."
    PinBound "pin_bound" "The phone or the prepared device is bound already."

    NoRule "no_rule" "No provisioning URL has this path, or there is no such file behind it."
    NoFile "no_file" "The template folder has no such file."
    BadFileName "bad_file_name" "The requested file name is invalid."
    NoTemplate "no_template" "There is no such template folder, or it is another domain's."
    BadMethod "bad_method" "The method is none of GET, HEAD and POST."
    BadHead "bad_head" "The request's first line or its headers are malformed."
    SlowHead "slow_head" "The head of the request did not arrive in time."
    HeadersTooLarge "headers_too_large" "The headers are too large or too many."
    TargetTooLong "target_too_long" "Path and query are too long."
    BadPath "bad_path" "The path has an invalid encoding, or leads out of the root."
    BadHost "bad_host" "The request has not exactly one valid Host header."
    ArrayParameter "array_parameter" "A parameter that must be one value is an array."
    TooManyParameters "too_many_parameters" "The request has too many parameters."
    BadBody "bad_body" "The body ended early, or its chunks are malformed."
    BodyTooLong "body_too_long" "The body is too long."
    SlowBody "slow_body" "The body did not arrive in time."
    UploadTooLong "upload_too_long" "The uploaded file is longer than `upload_bytes_max`."
    PartialUpload "partial_upload" "A part of a file cannot be uploaded."
    BadRange "bad_range" "The file has not the range that the phone requested."
    Precondition "precondition" "The file is not the version that the phone's `If-Match` or `If-Unmodified-Since` names."

    TemplateFault "template_fault" "The template has an error."
    TemplateEngine "template_engine" "The setting `template_engine` names another engine than smarty."
    TemplatesUnreadable "templates_unreadable" "The template folder cannot be read."
    TemplatesSilent "templates_silent" "The file system of the templates does not answer."
    OutsideLink "outside_link" "A link leads out of the template folders."
    NoPlugin "no_plugin" "No plugin serves the device's vendor."
    PluginLate "plugin_late" "The plugin is not ready yet."
    PluginTimeout "plugin_timeout" "The render exceeded `render_timeout_ms`."
    PluginMemory "plugin_memory" "The render exceeded `render_memory_bytes_max`."
    PluginLimit "plugin_limit" "The render exceeded another limit; the log names it."
    PluginCrash "plugin_crash" "The plugin crashed."
    PluginOutput "plugin_output" "The plugin returned a document that cannot be sent."
    PluginFailing "plugin_failing" "The plugin failed too often in a row for this template folder."
    PluginFault "plugin_fault" "The plugin failed for another reason; the log has it."
    Busy "busy" "Too many renders at once (`instances_max`)."
    UploadsBusy "uploads_busy" "Too many uploads at once."
    UploadsSilent "uploads_silent" "The file system of the uploads does not answer."
    UploadsFull "uploads_full" "The disk is full, or the domain has `upload_files_max` files."
    UploadsFault "uploads_fault" "The uploaded file cannot be stored or read; the log says why."
    FirmwareSilent "firmware_silent" "The file system of the firmware does not answer."
    FirmwareBusy "firmware_busy" "Too many firmware files are being sent."
    FirmwareFault "firmware_fault" "The firmware file cannot be read; the log says why."
    Database "database" "The database did not answer, or refused a statement."
    AuthServerFault "auth_server_fault" "FusionPBX's auth server did not answer."
    Timeout "timeout" "The request was not answered in time."
}

/// No reason has this word.
#[derive(Debug, thiserror::Error)]
#[error("there is no reason {0:?}; the reasons are {words}", words = words())]
pub struct UnknownReason(String);

impl Reason {
    /// # Errors
    /// No reason has this word.
    pub fn parse(word: &str) -> Result<Self, UnknownReason> {
        Self::ALL.iter().copied().find(|reason| reason.word() == word).ok_or_else(|| UnknownReason(word.to_owned()))
    }
}

fn words() -> String {
    Reason::ALL.iter().map(|reason| reason.word()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_word_is_one_reasons_alone() {
        let words: HashSet<_> = Reason::ALL.iter().map(|reason| reason.word()).collect();
        assert_eq!(words.len(), Reason::ALL.len());
        assert!(words.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
        assert!(Reason::ALL.iter().all(|reason| Reason::parse(reason.word()).is_ok_and(|read| read == *reason)));
    }

    #[test]
    fn unknown_word_is_an_error_that_lists_all() {
        let said = Reason::parse("sending").unwrap_err().to_string();
        assert!(said.contains("\"sending\"") && said.contains("unknown_device") && said.contains("timeout"), "{said}");
    }

    #[test]
    fn page_lists_every_reason() {
        let page = include_str!("../../../docs/journal.md");
        for reason in Reason::ALL {
            let row = format!("| `{}` | {} |", reason.word(), reason.meaning());
            assert!(page.contains(&row), "docs/journal.md has no line {row}");
        }
    }
}
