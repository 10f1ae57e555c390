//! Chooses the status of every answer. A comment notes each status that differs from FusionPBX's.

use super::range::Selection;
use crate::gate::Refusal;
use crate::pin::PinRefusal;
use crate::plugin::RenderError;
use crate::request::RequestError;
use crate::sentry::RateLimited;
use crate::templates;
use crate::{auth_server, directory, firmware, uploads};
use axum::http::StatusCode;

/// The answer to a client that does not complete its headers in time. nginx closes such a connection without an answer.
pub const LATE_HEAD: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Why a request got no document.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Limited(#[from] RateLimited),
    /// The device's template folder, by name.
    #[error("no template folder {0:?}")]
    NoTemplate(String),
    #[error("no plugin serves {0:?}")]
    NoPlugin(String),
    #[error("the plugin that serves {0:?} is not ready yet")]
    LatePlugin(String),
    #[error(transparent)]
    Templates(#[from] templates::Error),
    #[error("not bound by PIN: {0}")]
    Pin(#[from] PinRefusal),
    #[error(transparent)]
    Uploads(#[from] uploads::Error),
    #[error(transparent)]
    Firmware(#[from] firmware::Error),
    #[error(transparent)]
    AuthServer(#[from] auth_server::Error),
    #[error(transparent)]
    Directory(#[from] directory::Error),
    /// The value of the setting. FusionPBX accepts other template engines in this setting, but then sends only half a
    /// page.
    #[error("setting template_engine is {0:?}, but the only supported engine is smarty")]
    Engine(String),
    #[error("plugin {plugin}: {error}")]
    Render { plugin: String, error: RenderError },
    #[error("not answered in time")]
    Timeout,
    /// Other checks of passwords occupy the processors.
    #[error("too many logins at once")]
    LoginBusy,
    #[error("no extension is assigned to the user")]
    NoAccounts,
    /// A failure whose text the client shows its user.
    #[error("{0}")]
    Shown(Box<Failure>),
    /// A failure at a URL that FusionPBX's sites have no rewrite rule for.
    #[error("{0}, by a URL without a rule")]
    Uncovered(Box<Failure>),
}

impl Failure {
    /// The kind of failure, one word for the log.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Request(_) => "request",
            Self::Refused(_) => "refused",
            Self::Limited(_) => "limited",
            Self::NoTemplate(_) => "no_template",
            Self::NoPlugin(_) | Self::LatePlugin(_) => "no_plugin",
            Self::Engine(_) => "template_engine",
            Self::Templates(_) => "templates",
            Self::Pin(_) => "pin",
            Self::Uploads(_) => "uploads",
            Self::Firmware(_) => "firmware",
            Self::AuthServer(_) => "auth_server",
            Self::Directory(_) => "database",
            Self::Render { error, .. } => error.kind(),
            Self::Timeout => "timeout",
            Self::LoginBusy => "busy",
            Self::NoAccounts => "no_accounts",
            Self::Uncovered(failure) | Self::Shown(failure) => failure.kind(),
        }
    }

    /// The same failure at a URL that FusionPBX's sites have no rewrite rule for. Missing credentials still lead to a
    /// challenge. Any other refusal gets nginx's own page, as with FusionPBX.
    pub fn uncovered(self) -> Self {
        let verdict = of(&self);
        let is_absence = verdict.text.is_none() && matches!(verdict.status.as_u16(), 403 | 404);
        if is_absence { Self::Uncovered(Box::new(self)) } else { self }
    }

    /// The same failure for a client that shows its user the text.
    pub fn shown(self) -> Self {
        Self::Shown(Box::new(self))
    }

    /// Whether this is a refusal, regardless of its page. The time that the server takes to decide a refusal may reveal
    /// whether the device exists.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Refused(_) | Self::Limited(_) | Self::Pin(_) => true,
            Self::Uncovered(failure) | Self::Shown(failure) => failure.is_refusal(),
            _ => false,
        }
    }

    /// The configuration key of the plugin limit that was reached.
    pub fn limit(&self) -> Option<&'static str> {
        match self {
            Self::Render { error, .. } => error.limit(),
            Self::Shown(failure) => failure.limit(),
            _ => None,
        }
    }
}

/// The answer that a failure leads to.
pub struct Verdict {
    pub status: StatusCode,
    /// The body, if it is not the standard page of the status.
    pub text: Option<&'static str>,
    /// The value of `Retry-After`, in seconds.
    pub retry_after: Option<u32>,
    /// Whether the server caused the failure, so that the log records an error.
    pub ours: bool,
}

impl Verdict {
    const fn new(status: StatusCode) -> Self {
        Self { status, text: None, retry_after: None, ours: false }
    }

    const fn ours(status: StatusCode) -> Self {
        Self { ours: true, ..Self::new(status) }
    }

    /// 503 for a failure that is likely to be temporary.
    const fn later(seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..Self::ours(StatusCode::SERVICE_UNAVAILABLE) }
    }
}

/// Chooses the answer to a failure.
pub fn of(failure: &Failure) -> Verdict {
    match failure {
        Failure::Request(error) => of_request(*error),
        Failure::Refused(refusal) => of_refusal(refusal),
        // FusionPBX has no such limits: it leaves them to fail2ban.
        Failure::Limited(limited) => {
            Verdict { retry_after: Some(limited.retry_after_s), ..Verdict::new(StatusCode::TOO_MANY_REQUESTS) }
        }
        Failure::NoTemplate(_) => Verdict::new(StatusCode::NOT_FOUND),
        Failure::Render { error: RenderError::NoSuchFile(_), .. } => Verdict::new(StatusCode::NOT_FOUND),
        Failure::Render { error: RenderError::Busy, .. } => Verdict::later(2),
        Failure::Render { error: RenderError::Failing { retry_after_s }, .. } => Verdict::later(*retry_after_s),
        // The database.
        Failure::Render { error: RenderError::Scope(_), .. } => Verdict::later(5),
        Failure::Directory(error) if error.is_temporary() => Verdict::later(5),
        Failure::LatePlugin(_) => Verdict::later(5),
        // FusionPBX's processes wait for the file system as long as it takes.
        Failure::Templates(templates::Error::NoAnswer(_)) => Verdict::later(5),
        // FusionPBX and its nginx follow every link.
        Failure::Templates(templates::Error::Outside(_)) => Verdict::new(StatusCode::NOT_FOUND),
        // FusionPBX: an uncaught exception, which also denies access.
        Failure::AuthServer(_) => Verdict::later(5),
        // FusionPBX answers 200 with PHP's error text, or with half a file.
        Failure::Render { .. }
        | Failure::NoPlugin(_)
        | Failure::Engine(_)
        | Failure::Templates(_)
        | Failure::Directory(_) => Verdict::ours(StatusCode::INTERNAL_SERVER_ERROR),
        Failure::Pin(refusal) => of_pin(*refusal),
        Failure::Uploads(error) => of_upload_error(error),
        // The file system or another phone's turn.
        Failure::Firmware(firmware::Error::NoAnswer(_) | firmware::Error::Busy) => Verdict::later(5),
        Failure::Firmware(firmware::Error::Io(_)) => Verdict::ours(StatusCode::INTERNAL_SERVER_ERROR),
        Failure::Timeout => Verdict::later(5),
        Failure::LoginBusy => Verdict { ours: false, ..Verdict::later(5) },
        Failure::NoAccounts => Verdict::new(StatusCode::NOT_FOUND),
        // Zoiper's own example of a server sends its error document with 200. A challenge needs 401, or no client would
        // answer it.
        Failure::Shown(failure) => Verdict { status: of_shown(failure), ..of(failure) },
        Failure::Uncovered(_) => Verdict::new(StatusCode::NOT_FOUND),
    }
}

/// The status of an answer with a document. FusionPBX answers 206 to every `Range`, even an invalid one.
pub fn of_selection(selection: &Selection) -> StatusCode {
    match selection {
        Selection::Whole => StatusCode::OK,
        Selection::Part(_) => StatusCode::PARTIAL_CONTENT,
        Selection::NotModified => StatusCode::NOT_MODIFIED,
        Selection::Unsatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
        Selection::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
    }
}

/// The status of a stored file. FusionPBX stores none.
pub fn of_upload(is_new: bool) -> StatusCode {
    if is_new { StatusCode::CREATED } else { StatusCode::NO_CONTENT }
}

/// The text is for the log of a dial plan. An expired PIN looks like a wrong one.
fn of_pin(refusal: PinRefusal) -> Verdict {
    let with = |status, text| Verdict { text: Some(text), ..Verdict::new(status) };
    match refusal {
        PinRefusal::Secret => with(StatusCode::FORBIDDEN, "wrong secret"),
        PinRefusal::TooMany { retry_after_s } => {
            Verdict { retry_after: Some(retry_after_s), ..with(StatusCode::TOO_MANY_REQUESTS, "too many tries") }
        }
        PinRefusal::Address => with(StatusCode::BAD_REQUEST, "no address"),
        PinRefusal::Wrong | PinRefusal::Expired => with(StatusCode::NOT_FOUND, "wrong PIN"),
        PinRefusal::Bound => with(StatusCode::CONFLICT, "bound already"),
    }
}

fn of_upload_error(error: &uploads::Error) -> Verdict {
    match error {
        uploads::Error::Busy | uploads::Error::NoAnswer(_) => Verdict::later(5),
        uploads::Error::TooMany { .. } | uploads::Error::Full(_) => Verdict::ours(StatusCode::INSUFFICIENT_STORAGE),
        uploads::Error::TooLong { .. } | uploads::Error::DomainName(_) | uploads::Error::Io { .. } => {
            Verdict::ours(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

fn of_shown(failure: &Failure) -> StatusCode {
    match failure {
        Failure::Refused(Refusal::Challenge(_)) => StatusCode::UNAUTHORIZED,
        _ => StatusCode::OK,
    }
}

fn of_request(error: RequestError) -> Verdict {
    Verdict::new(match error {
        RequestError::Method => StatusCode::METHOD_NOT_ALLOWED,
        RequestError::TargetTooLong => StatusCode::URI_TOO_LONG,
        RequestError::BodyTooLong | RequestError::UploadTooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        RequestError::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        RequestError::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
        RequestError::NotProvisioning => StatusCode::NOT_FOUND,
        // FusionPBX: 200 with PHP's text about an array.
        RequestError::ArrayParameter(_) | RequestError::TooManyParameters => StatusCode::BAD_REQUEST,
        RequestError::Path | RequestError::Host | RequestError::Body | RequestError::PartialUpload => {
            StatusCode::BAD_REQUEST
        }
        // FusionPBX: 404 for a name without a file, 200 with PHP's text for a name that is a folder.
        RequestError::FileName => StatusCode::NOT_FOUND,
    })
}

fn of_refusal(refusal: &Refusal) -> Verdict {
    match refusal {
        Refusal::AuthServer
        | Refusal::ProvisioningOff
        | Refusal::ClientNetwork
        | Refusal::DeviceDisabled
        | Refusal::NoAddress => Verdict::new(StatusCode::NOT_FOUND),
        Refusal::Challenge(_) => {
            Verdict { text: Some("Authorization Required"), ..Verdict::new(StatusCode::UNAUTHORIZED) }
        }
        // FusionPBX answers these two with 200.
        Refusal::DomainNetwork | Refusal::BadPassword | Refusal::BadLogin | Refusal::UserDisabled => {
            Verdict { text: Some("access denied"), ..Verdict::new(StatusCode::FORBIDDEN) }
        }
        // FusionPBX asks for no certificates (its nginx would answer 400), and has no first contact.
        Refusal::Certificate(_) | Refusal::FirstContactOver => Verdict::new(StatusCode::FORBIDDEN),
        Refusal::UnknownDevice | Refusal::ForeignDomain | Refusal::UnknownDomain | Refusal::InvalidAddress => {
            Verdict::new(StatusCode::FORBIDDEN)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusal_at_url_without_rule_stays_a_refusal() {
        let refused = |refusal| Failure::Refused(refusal).uncovered();
        for failure in [refused(Refusal::UnknownDevice), refused(Refusal::ClientNetwork)] {
            assert!(matches!(failure, Failure::Uncovered(_)) && failure.is_refusal());
        }
        assert!(!Failure::NoTemplate("yealink/t46u".into()).uncovered().is_refusal());
    }
}
