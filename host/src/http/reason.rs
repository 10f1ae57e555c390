//! Names the reason of every answer, in one word. Each cause has an arm, so that a new one cannot be forgotten.

use super::answer::{Answer, DocumentAnswer};
use super::range::Selection;
use super::status::Failure;
use crate::gate::{CertificateRefusal, Challenge, CredentialError, Refusal};
use crate::journal::Reason;
use crate::pin::PinRefusal;
use crate::plugin::RenderError;
use crate::request::RequestError;
use crate::{firmware, templates, uploads};

/// The reason of an answer. `is_login` says that a user logged in, without a device.
pub fn of_answer(answer: &Answer, is_login: bool) -> Reason {
    match answer {
        Answer::Document(document) => of_document(document, is_login),
        Answer::Firmware(firmware) => of_selection(firmware.selection(), false),
        Answer::Upload(_) => Reason::Uploaded,
        Answer::Bound => Reason::Bound,
    }
}

/// The reason of an answer with a document.
pub fn of_document(document: &DocumentAnswer, is_login: bool) -> Reason {
    of_selection(document.selection(), is_login)
}

fn of_selection(selection: &Selection, is_login: bool) -> Reason {
    match selection {
        Selection::Whole if is_login => Reason::LoggedIn,
        Selection::Whole => Reason::Sent,
        Selection::Part(_) => Reason::Part,
        Selection::NotModified => Reason::NotModified,
        Selection::Unsatisfiable => Reason::BadRange,
        Selection::PreconditionFailed => Reason::Precondition,
    }
}

/// The reason of a failure.
pub fn of(failure: &Failure) -> Reason {
    match failure {
        Failure::Request(error) => of_request(*error),
        Failure::Refused(refusal) => of_refusal(refusal),
        Failure::Limited(_) => Reason::RateLimited,
        Failure::NoTemplate(_) => Reason::NoTemplate,
        Failure::NoPlugin(_) => Reason::NoPlugin,
        Failure::LatePlugin(_) => Reason::PluginLate,
        Failure::Templates(error) => of_templates(error),
        Failure::Pin(refusal) => of_pin(*refusal),
        Failure::Uploads(error) => of_upload(error),
        Failure::Firmware(error) => of_firmware(error),
        Failure::AuthServer(_) => Reason::AuthServerFault,
        Failure::Directory(_) => Reason::Database,
        Failure::Engine(_) => Reason::TemplateEngine,
        Failure::Render { error, .. } => of_render(error),
        Failure::Timeout => Reason::Timeout,
        Failure::LoginBusy => Reason::LoginBusy,
        Failure::NoAccounts => Reason::NoAccounts,
        Failure::Shown(failure) | Failure::Uncovered(failure) => of(failure),
    }
}

fn of_request(error: RequestError) -> Reason {
    match error {
        RequestError::Method => Reason::BadMethod,
        RequestError::TargetTooLong => Reason::TargetTooLong,
        RequestError::BodyTooLong => Reason::BodyTooLong,
        RequestError::UploadTooLong { .. } => Reason::UploadTooLong,
        RequestError::PartialUpload => Reason::PartialUpload,
        RequestError::HeadersTooLarge => Reason::HeadersTooLarge,
        RequestError::BodyTooSlow => Reason::SlowBody,
        RequestError::Body => Reason::BadBody,
        RequestError::TooManyParameters => Reason::TooManyParameters,
        RequestError::Path => Reason::BadPath,
        RequestError::NotProvisioning => Reason::NoRule,
        RequestError::Host => Reason::BadHost,
        RequestError::ArrayParameter(_) => Reason::ArrayParameter,
        RequestError::FileName => Reason::BadFileName,
    }
}

fn of_refusal(refusal: &Refusal) -> Reason {
    match refusal {
        Refusal::DomainNetwork => Reason::DomainNetwork,
        Refusal::ProvisioningOff => Reason::ProvisioningOff,
        Refusal::ClientNetwork => Reason::Network,
        Refusal::AuthServer => Reason::AuthServer,
        Refusal::Challenge(Challenge { error, .. }) => error.map_or(Reason::Challenge, of_credentials),
        Refusal::Certificate(refusal) => of_certificate(*refusal),
        Refusal::FirstContactOver => Reason::FirstContact,
        Refusal::BadPassword => Reason::BadPassword,
        Refusal::UnknownDevice => Reason::UnknownDevice,
        Refusal::ForeignDomain => Reason::WrongDomain,
        Refusal::UnknownDomain => Reason::UnknownDomain,
        Refusal::InvalidAddress => Reason::InvalidAddress,
        Refusal::NoAddress => Reason::NoAddress,
        Refusal::BadLogin => Reason::BadLogin,
        Refusal::UserDisabled => Reason::UserDisabled,
        Refusal::DeviceDisabled => Reason::DeviceDisabled,
    }
}

fn of_certificate(refusal: CertificateRefusal) -> Reason {
    match refusal {
        CertificateRefusal::Absent => Reason::NoCertificate,
        CertificateRefusal::Invalid(_) => Reason::BadCertificate,
        CertificateRefusal::Generic => Reason::GenericCertificate,
        CertificateRefusal::OtherAddress(_) => Reason::WrongCertificate,
    }
}

fn of_credentials(error: CredentialError) -> Reason {
    match error {
        CredentialError::Scheme => Reason::WrongScheme,
        CredentialError::Malformed => Reason::BadCredentials,
        CredentialError::NotOffered => Reason::NotOffered,
        CredentialError::OtherRealm => Reason::WrongRealm,
        CredentialError::OtherUri => Reason::WrongUri,
        CredentialError::Stale => Reason::StaleNonce,
        CredentialError::Certificate(refusal) => of_certificate(refusal),
        CredentialError::BadPassword => Reason::BadPassword,
    }
}

fn of_pin(refusal: PinRefusal) -> Reason {
    match refusal {
        PinRefusal::Secret => Reason::PinSecret,
        PinRefusal::TooMany { .. } => Reason::PinLimited,
        PinRefusal::Address => Reason::PinAddress,
        PinRefusal::Wrong => Reason::PinWrong,
        PinRefusal::Expired => Reason::PinExpired,
        PinRefusal::Bound => Reason::PinBound,
    }
}

fn of_templates(error: &templates::Error) -> Reason {
    match error {
        templates::Error::NoAnswer(_) => Reason::TemplatesSilent,
        templates::Error::Outside(_) => Reason::OutsideLink,
        templates::Error::Read { .. }
        | templates::Error::FileTooLarge(_)
        | templates::Error::FolderTooLarge(_)
        | templates::Error::Emptied(_) => Reason::TemplatesUnreadable,
    }
}

fn of_upload(error: &uploads::Error) -> Reason {
    match error {
        uploads::Error::NoAnswer(_) => Reason::UploadsSilent,
        uploads::Error::Busy => Reason::UploadsBusy,
        uploads::Error::TooMany { .. } | uploads::Error::Full(_) => Reason::UploadsFull,
        uploads::Error::TooLong { .. } | uploads::Error::DomainName(_) | uploads::Error::Io { .. } => {
            Reason::UploadsFault
        }
    }
}

fn of_firmware(error: &firmware::Error) -> Reason {
    match error {
        firmware::Error::NoAnswer(_) => Reason::FirmwareSilent,
        firmware::Error::Busy => Reason::FirmwareBusy,
        firmware::Error::Io(_) => Reason::FirmwareFault,
    }
}

fn of_render(error: &RenderError) -> Reason {
    match error {
        RenderError::NoSuchFile(_) => Reason::NoFile,
        RenderError::Template(_) => Reason::TemplateFault,
        RenderError::Limit { .. } | RenderError::Beyond { .. } => Reason::PluginLimit,
        RenderError::Timeout { .. } => Reason::PluginTimeout,
        RenderError::Memory { .. } => Reason::PluginMemory,
        RenderError::Trap(_) => Reason::PluginCrash,
        RenderError::Output(_) => Reason::PluginOutput,
        RenderError::Late(_) => Reason::PluginLate,
        RenderError::Busy => Reason::Busy,
        RenderError::Failing { .. } => Reason::PluginFailing,
        RenderError::Scope(_) => Reason::Database,
        RenderError::Other(_) => Reason::PluginFault,
    }
}
