//! Why the event socket cannot be used. No message repeats the password.

/// What failed. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum EventSocketError {
    #[error(
        "cannot reach FreeSWITCH's event socket at {place}: {reason}; is FreeSWITCH running, and is event_socket right?"
    )]
    Unreachable { place: String, reason: String },
    #[error(
        "the event socket at {place} did not answer within {seconds} s; FreeSWITCH is very busy, or another program listens there"
    )]
    TooSlow { place: String, seconds: u64 },
    #[error(
        "FreeSWITCH's event socket at {place} refuses this machine; add its address to the list that `apply-inbound-acl` names in \
         FreeSWITCH's event_socket.conf.xml, or run this command on FreeSWITCH's machine"
    )]
    AccessDenied { place: String },
    #[error(
        "FreeSWITCH's event socket at {place} does not accept the password; set event_socket_password_file to a file with the \
         password in FreeSWITCH's event_socket.conf.xml"
    )]
    WrongPassword { place: String },
    #[error("the event socket at {place} closed the connection{during}; FreeSWITCH may have been restarted")]
    Disconnected { place: String, during: &'static str },
    #[error("the program at {place} is not FreeSWITCH's event socket: {reason}")]
    Foreign { place: String, reason: String },
    #[error("FreeSWITCH refused `{command}`: {answer}")]
    Refused { command: String, answer: String },
    #[error("{what} of the registration contains a character that cannot be sent in a header of the event socket")]
    Unsendable { what: &'static str },
}

impl EventSocketError {
    /// Whether a new connection may succeed.
    pub fn is_disconnect(&self) -> bool {
        matches!(self, Self::Disconnected { .. })
    }
}
