//! Why a phone did not take a NOTIFY.

/// What failed. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum SipError {
    #[error("{place} cannot be reached by {transport}: {reason}; is the phone on, and does it listen for SIP there?")]
    Unreachable { place: String, transport: &'static str, reason: String },
    #[error(
        "{place} has not answered by {transport} within {seconds} s; is the phone on, and is there no NAT between? A phone behind \
         NAT can be reached through its registrar only"
    )]
    NoAnswer { place: String, transport: &'static str, seconds: u64 },
    #[error("{place} closed the connection before it answered")]
    Disconnected { place: String },
    #[error("{place} sent something that is not SIP: {reason}")]
    Foreign { place: String, reason: &'static str },
    #[error("no TLS connection to {place}: {reason}")]
    Tls { place: String, reason: String },
    #[error("resync_sip_ca: {0}")]
    Authority(String),
    #[error("the phone answered {code} {reason}: {advice}")]
    Refused { code: u16, reason: String, advice: &'static str },
    #[error("{0} contains a character that cannot be sent in SIP")]
    Unsendable(&'static str),
    #[error("the system returned no random numbers: {0}")]
    Random(String),
}

/// What a status means for a NOTIFY outside of a subscription, and what to do.
pub fn advice(code: u16, has_credentials: bool) -> &'static str {
    match code {
        401 | 407 if has_credentials => {
            "it does not accept the credentials; correct resync_sip_user and resync_sip_password_file"
        }
        401 | 407 => {
            "it asks for credentials; set resync_sip_user and resync_sip_password_file to those that the phone accepts, usually \
             those of its line"
        }
        403 => {
            "it takes NOTIFYs from its registrar only; send through the event socket, or allow other senders in the phone's settings"
        }
        404 => "it has no line with this user; its configuration may be older than the line",
        405 | 501 => "it knows no NOTIFY; restart it by hand",
        408 | 480 => "it is not ready; try again later",
        415 => "it wants another type of content; restart it by hand",
        481 => {
            "it takes NOTIFYs for a subscription only; allow unsolicited NOTIFYs in the phone's settings, or restart it by hand"
        }
        489 => "it does not know this event; restart it by hand",
        300..=399 => "it names another place, which is not followed; name that with --sip",
        500..=599 => "it has a problem of its own; try again later, or restart it by hand",
        _ => "restart it by hand",
    }
}
