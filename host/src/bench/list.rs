//! The list of requests: JSON lines, or a plain form with tabs between the columns.

use super::error::Error;
use serde::{Deserialize, Serialize};

/// More devices than the largest FusionPBX has. A request takes some hundred bytes.
const REQUESTS_MAX: usize = 1_000_000;

/// The status that a request expects unless the list says another.
const STATUS: u16 = 200;

/// One request of a phone, which is a GET.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The header `Host`.
    pub host: String,
    /// Path and query as sent.
    pub target: String,
    #[serde(default)]
    pub user_agent: String,
    /// The status of the answer.
    #[serde(default = "status", skip_serializing_if = "is_usual")]
    pub status: u16,
}

fn status() -> u16 {
    STATUS
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_usual(status: &u16) -> bool {
    *status == STATUS
}

/// How a list is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// An object a line.
    Json,
    /// Host, target and User-Agent, with tabs between them.
    Plain,
}

impl Request {
    pub fn new(host: &str, target: &str, user_agent: &str) -> Self {
        let own = str::to_owned;
        Self { host: own(host), target: own(target), user_agent: own(user_agent), status: STATUS }
    }

    /// The reason why it cannot be sent.
    fn problem(&self) -> Option<&'static str> {
        let is_sendable = |text: &str| text.bytes().all(|byte| (b' '..0x7f).contains(&byte));
        match self {
            Self { host, .. } if host.is_empty() || !host.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Some("the host is empty or has spaces")
            }
            Self { target, .. } if !target.starts_with('/') || !target.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Some("the target does not begin with a slash, or has characters that must be encoded")
            }
            Self { user_agent, .. } if !is_sendable(user_agent) => Some("the User-Agent has control characters"),
            Self { status: ..200 | 600.., .. } => Some("the status is not one of 200 to 599"),
            _ => None,
        }
    }
}

/// Reads a list, each line in either form. Empty lines and lines that begin with `#` are skipped.
///
/// # Errors
/// The first line that is no request, an empty list, or one that is too long.
pub fn parse(text: &str) -> Result<Vec<Request>, Error> {
    let mut requests = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if requests.len() == REQUESTS_MAX {
            return Err(Error::LongList(REQUESTS_MAX));
        }
        requests.push(request(line).map_err(|reason| Error::Line { line: at + 1, reason })?);
    }
    if requests.is_empty() { Err(Error::EmptyList) } else { Ok(requests) }
}

fn request(line: &str) -> Result<Request, String> {
    let request = if line.starts_with('{') {
        serde_json::from_str(line).map_err(|error| error.to_string())?
    } else {
        let columns: Vec<_> = line.split('\t').collect();
        match columns[..] {
            [host, target] => Request::new(host, target, ""),
            [host, target, agent] => Request::new(host, target, agent),
            _ => return Err("it has not two or three columns with tabs between them".to_owned()),
        }
    };
    request.problem().map_or(Ok(request), |reason| Err(reason.to_owned()))
}

/// Writes a list.
pub fn print(requests: &[Request], form: Form) -> String {
    let line = |request: &Request| match form {
        Form::Json => serde_json::to_string(request).unwrap_or_default() + "\n",
        Form::Plain => format!("{}\t{}\t{}\n", request.host, request.target, request.user_agent),
    };
    requests.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_reads_back_in_both_forms() {
        let list = [
            Request::new("a.example", "/provision/001565000046.cfg", "Yealink SIP-T46U 108.86.0.20 00:15:65:00:00:46"),
            Request::new("b.example", "/provision/000000000000.cfg?x=1", ""),
        ];
        for form in [Form::Json, Form::Plain] {
            assert_eq!(parse(&print(&list, form)).unwrap(), list);
        }
        let refused = Request { status: 403, ..list[0].clone() };
        assert_eq!(parse(&print(std::slice::from_ref(&refused), Form::Json)).unwrap(), [refused]);
        assert_eq!(parse("# a remark\n\na.example\t/x\n").unwrap(), [Request::new("a.example", "/x", "")]);
    }

    #[test]
    fn line_that_is_no_request_is_named() {
        for (line, reason) in [
            ("a.example", "two or three columns"),
            ("a.example\tx", "begin with a slash"),
            ("a.example\t/x y", "must be encoded"),
            ("\t/x", "the host is empty"),
            ("a\t/x\ty\u{1b}", "control characters"),
            ("{\"host\":\"a\"}", "missing field `target`"),
            ("{\"host\":\"a\",\"target\":\"/\",\"method\":\"POST\"}", "unknown field `method`"),
            ("{\"host\":\"a\",\"target\":\"/\",\"status\":100}", "200 to 599"),
        ] {
            let error = parse(&format!("a\t/\n{line}\n")).unwrap_err().to_string();
            assert!(error.starts_with("line 2: ") && error.contains(reason), "{error}");
        }
        assert!(matches!(parse("# nothing\n"), Err(Error::EmptyList)));
    }
}
