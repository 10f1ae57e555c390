//! What a softphone shows its user when a request fails, in the document that Zoiper describes ("Zoiper provisioning
//! documentation", 1.16.1, section "Error response from the provisioning server").

use super::status::Failure;
use crate::gate::{Challenge, CredentialError, Refusal};
use std::borrow::Cow;

/// The Content-Type of the document.
pub const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

/// The document with the failure in words. It says no more than the status of another client's answer does.
pub fn of(failure: &Failure) -> String {
    // 1 is the only code that Zoiper has. The texts have no character that XML reserves.
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<error code=\"1\">{}</error>\n", text(failure))
}

fn text(failure: &Failure) -> Cow<'static, str> {
    match failure {
        Failure::Refused(refusal) => of_refusal(refusal).into(),
        Failure::Limited(limited) => match limited.retry_after_s.div_ceil(60) {
            0 | 1 => "Too many failed attempts. Try again in a minute.".into(),
            minutes => format!("Too many failed attempts. Try again in {minutes} minutes.").into(),
        },
        Failure::NoAccounts => "No account is assigned to this user. Ask your administrator for one.".into(),
        Failure::Request(_) => "The provisioning server does not understand this request. Check the URL.".into(),
        Failure::Shown(failure) | Failure::Uncovered(failure) => text(failure),
        failure if super::status::of(failure).retry_after.is_some() => {
            "The provisioning server is busy. Try again in a minute.".into()
        }
        _ => "The provisioning server failed. Tell your administrator; its log names the cause.".into(),
    }
}

fn of_refusal(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Challenge(Challenge { error: None | Some(CredentialError::Certificate(_)), .. }) => {
            "Enter your user name and password."
        }
        Refusal::Challenge(_) | Refusal::BadPassword | Refusal::BadLogin => "Wrong user name or password.",
        Refusal::UserDisabled => "This user is disabled. Ask your administrator.",
        Refusal::DeviceDisabled => "This device is disabled. Ask your administrator.",
        Refusal::ProvisioningOff => "Provisioning is switched off. Ask your administrator.",
        Refusal::DomainNetwork | Refusal::ClientNetwork => "Provisioning is not allowed from this network.",
        Refusal::Certificate(_) => {
            "The provisioning server demands a certificate of the phone. Ask your administrator."
        }
        Refusal::UnknownDomain => "The provisioning server does not know this domain. Check the URL.",
        Refusal::AuthServer
        | Refusal::FirstContactOver
        | Refusal::UnknownDevice
        | Refusal::ForeignDomain
        | Refusal::InvalidAddress
        | Refusal::NoAddress => "The provisioning server does not know this device. Ask your administrator.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::RequestError;

    #[test]
    fn failure_is_named_in_words_for_the_user() {
        let words = |failure: Failure| of(&failure.uncovered().shown());
        assert_eq!(
            words(Failure::Refused(Refusal::BadLogin)),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<error code=\"1\">Wrong user name or password.</error>\n"
        );
        for (failure, part) in [
            (Failure::Refused(Refusal::UserDisabled), "disabled"),
            (Failure::Refused(Refusal::UnknownDevice), "does not know this device"),
            (Failure::NoAccounts, "No account"),
            (Failure::LoginBusy, "busy"),
            (Failure::Timeout, "busy"),
            (Failure::NoPlugin("x".into()), "failed"),
            (Failure::Request(RequestError::NotProvisioning), "does not understand"),
        ] {
            let document = words(failure);
            assert!(document.contains(part), "{document}");
        }
    }
}
