//! The request as bytes, and responses from bytes.

use super::error::SipError;
use crate::facts::{is_control, percent_encoded};
use std::fmt;
use std::net::SocketAddr;

/// How a phone is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Udp,
    Tcp,
    Tls,
}

/// Where a phone listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SipTarget {
    /// A name or an address; an IPv6 address without brackets.
    pub host: String,
    /// `None`: SIP's own port for the transport.
    pub port: Option<u16>,
    pub transport: Transport,
}

/// The parts of one attempt. A challenge leads to a second one with the same Call-ID and tag.
pub struct Attempt<'a> {
    pub target: &'a SipTarget,
    /// The user of the phone's line, and the domain at which it registers.
    pub user: &'a str,
    pub domain: &'a str,
    pub event: &'a str,
    /// This end of the socket.
    pub local: SocketAddr,
    pub call_id: &'a str,
    pub tag: &'a str,
    pub branch: &'a str,
    pub number: u32,
    /// Name and value of the header with credentials.
    pub authorization: Option<(&'static str, String)>,
}

/// A response.
#[derive(Debug, PartialEq, Eq)]
pub struct Response {
    pub code: u16,
    pub reason: String,
    headers: Vec<(String, String)>,
}

/// The compact names of headers that are read here (RFC 3261, section 7.3.3).
const COMPACT: [(&str, &str); 3] = [("v", "via"), ("l", "content-length"), ("i", "call-id")];

/// Characters of a reason in a message.
const REASON_CHARS_MAX: usize = 100;

impl Transport {
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Udp, Self::Tcp, Self::Tls].into_iter().find(|transport| transport.word() == text)
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
        }
    }

    fn via(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
        }
    }

    fn port(self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 5060,
            Self::Tls => 5061,
        }
    }
}

impl SipTarget {
    /// `HOST`, `HOST:PORT`, `[IPV6]:PORT` or a bare IPv6 address.
    pub fn parse(text: &str, transport: Transport) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a host with or without a port; write for instance 192.0.2.7:5060");
        let is_name = |host: &str| {
            !host.is_empty()
                && host.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-' | b'_' | b':'))
        };
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, after) = rest.split_once(']').ok_or_else(wrong)?;
                (host, after.strip_prefix(':').or(after.is_empty().then_some("")).ok_or_else(wrong)?)
            }
            None if text.matches(':').count() == 1 => text.split_once(':').ok_or_else(wrong)?,
            None => (text, ""),
        };
        let port =
            if port.is_empty() { None } else { Some(port.parse().ok().filter(|port| *port > 0).ok_or_else(wrong)?) };
        if !is_name(host) || text.ends_with(':') && !host.contains(':') {
            return Err(wrong());
        }
        Ok(Self { host: host.to_owned(), port, transport })
    }

    pub fn port(&self) -> u16 {
        self.port.unwrap_or_else(|| self.transport.port())
    }

    /// Host and port as in a URI.
    pub fn place(&self) -> String {
        let host = &self.host;
        if host.contains(':') { format!("[{host}]:{}", self.port()) } else { format!("{host}:{}", self.port()) }
    }

    /// The request URI for a user.
    pub fn uri(&self, user: &str) -> String {
        let parameter = if self.transport == Transport::Udp { "" } else { ";transport=" };
        let word = if self.transport == Transport::Udp { "" } else { self.transport.word() };
        format!("sip:{}@{}{parameter}{word}", encoded(user), self.place())
    }
}

impl fmt::Display for SipTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} by {}", self.place(), self.transport.word())
    }
}

impl Attempt<'_> {
    /// The request. `Subscription-State` is there because RFC 6665 demands it in every NOTIFY.
    ///
    /// # Errors
    /// A value could end its line.
    pub fn bytes(&self) -> Result<Vec<u8>, SipError> {
        for (text, what) in [(self.domain, "the domain"), (self.event, "the event")] {
            if text.is_empty() || text.chars().any(|c| is_control(c) || matches!(c, '<' | '>')) {
                return Err(SipError::Unsendable(what));
            }
        }
        let Self { local, tag, call_id, branch, number, event, domain, .. } = self;
        let (uri, user) = (self.target.uri(self.user), encoded(self.user));
        let via = self.target.transport.via();
        let mut text = format!(
            "NOTIFY {uri} SIP/2.0\r\n\
             Via: SIP/2.0/{via} {local};branch={branch};rport\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:dialplate@{domain}>;tag={tag}\r\n\
             To: <sip:{user}@{domain}>\r\n\
             Call-ID: {call_id}\r\n\
             CSeq: {number} NOTIFY\r\n\
             Contact: <sip:dialplate@{local}>\r\n\
             Event: {event}\r\n\
             Subscription-State: terminated\r\n\
             User-Agent: Dialplate/{}\r\n",
            env!("CARGO_PKG_VERSION")
        );
        if let Some((name, value)) = &self.authorization {
            text += &format!("{name}: {value}\r\n");
        }
        Ok((text + "Content-Length: 0\r\n\r\n").into_bytes())
    }
}

impl Response {
    /// The head of a response: everything before the empty line.
    pub fn parse(head: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(head).replace("\r\n", "\n");
        // A line that begins with a space continues the one before.
        let text = text.replace("\n ", " ").replace("\n\t", " ");
        let mut lines = text.lines();
        let rest = lines.next()?.strip_prefix("SIP/2.0 ")?;
        let (code, reason) = rest.split_once(' ').unwrap_or((rest, ""));
        let code = code.parse().ok().filter(|code| (100..700).contains(code))?;
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            let name = name.trim().to_ascii_lowercase();
            let long = COMPACT.iter().find(|(short, _)| *short == name).map(|(_, long)| (*long).to_owned());
            Some((long.unwrap_or(name), value.trim().to_owned()))
        };
        let headers = lines.take_while(|line| !line.is_empty()).filter_map(header).collect();
        let reason = reason.chars().filter(|c| !is_control(*c)).take(REASON_CHARS_MAX).collect();
        Some(Self { code, reason, headers })
    }

    /// The values of a header, whose name is given in lower case.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether it answers this attempt (RFC 3261, section 17.1.3).
    pub fn answers(&self, branch: &str) -> bool {
        let mut branches = self.all("via").next().unwrap_or_default().split(';').map(str::trim);
        branches.any(|parameter| parameter.strip_prefix("branch=").is_some_and(|it| it == branch))
            && self.all("cseq").any(|value| value.ends_with("NOTIFY"))
    }

    pub fn body_bytes(&self) -> Option<usize> {
        self.all("content-length").next().map_or(Some(0), |text| text.parse().ok())
    }
}

/// A user in a URI (RFC 3261, section 25.1).
fn encoded(user: &str) -> String {
    percent_encoded(user, "!~*'()&=+$,")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt<'a>(target: &'a SipTarget, user: &'a str, event: &'a str) -> Attempt<'a> {
        Attempt {
            target,
            user,
            domain: "tenant.example",
            event,
            local: "192.0.2.1:40000".parse().unwrap(),
            call_id: "c@192.0.2.1",
            tag: "t",
            branch: "z9hG4bKb",
            number: 1,
            authorization: None,
        }
    }

    #[test]
    fn target_is_read_with_and_without_port() {
        let read = |text| SipTarget::parse(text, Transport::Tls).map(|target| target.place());
        for (text, place) in [
            ("192.0.2.7", "192.0.2.7:5061"),
            ("192.0.2.7:5062", "192.0.2.7:5062"),
            ("phone-1.example", "phone-1.example:5061"),
            ("2001:db8::7", "[2001:db8::7]:5061"),
            ("[2001:db8::7]", "[2001:db8::7]:5061"),
            ("[2001:db8::7]:5062", "[2001:db8::7]:5062"),
        ] {
            assert_eq!(read(text), Ok(place.to_owned()));
        }
        for text in ["", ":5060", "a:", "a:0", "a:99999", "a:b", "[2001:db8::7", "[::1]x", "a b", "sip:a@b"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn request_has_what_a_phone_needs() {
        let target = SipTarget::parse("192.0.2.7", Transport::Tcp).unwrap();
        let bytes = attempt(&target, "10 1", "check-sync;reboot=false").bytes().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        for line in [
            "NOTIFY sip:10%201@192.0.2.7:5060;transport=tcp SIP/2.0\r\n",
            "\r\nVia: SIP/2.0/TCP 192.0.2.1:40000;branch=z9hG4bKb;rport\r\n",
            "\r\nTo: <sip:10%201@tenant.example>\r\n",
            "\r\nCSeq: 1 NOTIFY\r\n",
            "\r\nEvent: check-sync;reboot=false\r\nSubscription-State: terminated\r\n",
            "\r\nContent-Length: 0\r\n\r\n",
        ] {
            assert!(text.contains(line), "{line:?} in {text}");
        }
    }

    #[test]
    fn value_with_a_line_break_is_not_sent() {
        let target = SipTarget::parse("192.0.2.7", Transport::Udp).unwrap();
        for event in ["", "a\r\nB: c", "a\0"] {
            assert!(matches!(attempt(&target, "1", event).bytes(), Err(SipError::Unsendable("the event"))));
        }
        let text = String::from_utf8(attempt(&target, "1\r\nA: b", "x").bytes().unwrap()).unwrap();
        assert!(text.starts_with("NOTIFY sip:1%0D%0AA%3A%20b@192.0.2.7:5060 SIP/2.0\r\n"), "{text}");
    }

    #[test]
    fn response_is_read_in_every_spelling() {
        let head = b"SIP/2.0 401 Who are you\r\nv: SIP/2.0/UDP 192.0.2.1;rport=1;branch=z9hG4bKb\r\nCSEQ: 1 NOTIFY\r\nWWW-Authenticate:\r\n Digest realm=\"a\"\r\nl: 12\r\n";
        let response = Response::parse(head).unwrap();
        assert_eq!((response.code, response.reason.as_str()), (401, "Who are you"));
        assert!(response.answers("z9hG4bKb") && !response.answers("z9hG4bK") && !response.answers("z9hG4bKbc"));
        assert_eq!(response.all("www-authenticate").collect::<Vec<_>>(), ["Digest realm=\"a\""]);
        assert_eq!(response.body_bytes(), Some(12));
        for other in ["", "HTTP/1.1 200 OK\r\n", "SIP/2.0 99 x\r\n", "SIP/2.0 700 x\r\n", "OPTIONS sip:a SIP/2.0\r\n"] {
            assert_eq!(Response::parse(other.as_bytes()), None, "{other}");
        }
        let other =
            Response::parse(b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKb\r\nCSeq: 1 OPTIONS\r\n").unwrap();
        assert!(!other.answers("z9hG4bKb"));
    }
}
