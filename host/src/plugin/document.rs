//! A rendered file, and the time in it: a plugin says where the time belongs (`insert-microtime`), and the host writes it, so
//! that a document can be sent again at another time without another render.

use super::error::RenderError;
use super::host_calls::HostCalls;
use super::job::Moment;
use bytes::Bytes;

/// Significant digits of the time, as PHP's setting `precision` has it.
const DIGITS: usize = 14;

/// A rendered file. It holds passwords, so there is no `Debug`.
pub struct Document {
    /// The Content-Type; a valid header value.
    pub content_type: String,
    /// The template file that was rendered.
    pub file: String,
    pub body: Bytes,
    pub host_calls: HostCalls,
}

impl Document {
    /// The document of a render that made these calls, with the time of its job.
    pub(super) fn finish(self, host_calls: HostCalls, time: Moment) -> Result<Self, RenderError> {
        if host_calls.microtimes().last().is_some_and(|place| place.end > self.body.len()) {
            let text = "it inserts the time after the end of its body (insert-microtime)";
            return Err(RenderError::Output(text.to_owned()));
        }
        let document = Self { host_calls, ..self };
        Ok(if document.has_time() { document.at(time) } else { document })
    }

    /// Whether the time is in it, which the host inserted.
    pub fn has_time(&self) -> bool {
        !self.host_calls.microtimes().is_empty()
    }

    /// Whether another render of the same job gives the same bytes.
    pub fn is_repeatable(&self) -> bool {
        self.host_calls.asked().is_some() && !self.has_time()
    }

    /// The same document with another time.
    #[must_use]
    pub fn at(&self, time: Moment) -> Self {
        let text = microtime(time);
        let places = self.host_calls.microtimes();
        let mut body = Vec::with_capacity(self.body.len() + places.len() * text.len());
        let mut new_places = Vec::with_capacity(places.len());
        let mut end = 0;
        for place in places {
            body.extend_from_slice(&self.body[end..place.start]);
            new_places.push(body.len()..body.len() + text.len());
            body.extend_from_slice(text.as_bytes());
            end = place.end;
        }
        body.extend_from_slice(&self.body[end..]);
        Self {
            content_type: self.content_type.clone(),
            file: self.file.clone(),
            body: body.into(),
            host_calls: self.host_calls.clone().with_microtimes(new_places),
        }
    }
}

/// The time as PHP prints `microtime(true)`: a float of seconds.
fn microtime(Moment { seconds, nanoseconds, .. }: Moment) -> String {
    #[allow(clippy::cast_precision_loss, reason = "PHP's float has the same precision")]
    let time = seconds as f64 + f64::from(nanoseconds) / 1e9;
    let decimals = DIGITS.saturating_sub(seconds.to_string().len());
    let text = format!("{time:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64, nanoseconds: u32) -> Moment {
        Moment { seconds, nanoseconds, zone: "UTC", tzif: &[] }
    }

    fn made(body: &'static str, offsets: &[u32], time: Moment) -> Result<Document, RenderError> {
        let (content_type, file) = ("text/plain".to_owned(), "a".to_owned());
        let mut calls = HostCalls::default();
        offsets.iter().try_for_each(|offset| calls.insert_microtime(*offset))?;
        Document { content_type, file, body: body.into(), host_calls: HostCalls::default() }.finish(calls, time)
    }

    #[test]
    fn time_is_printed_as_php_prints_it() {
        let printed = [
            (at(1_782_907_200, 0), "1782907200"),
            (at(1_782_907_200, 123_456_789), "1782907200.1235"),
            (at(1_782_907_200, 500_000_000), "1782907200.5"),
            (at(1_782_907_199, 999_960_000), "1782907200"),
            (at(999_999_999, 250_000_000), "999999999.25"),
        ];
        printed.into_iter().for_each(|(time, expected)| assert_eq!(microtime(time), expected));
    }

    #[test]
    fn time_is_inserted_and_replaced() {
        let first = made("#\na = \n", &[6, 1, 1], at(1_782_907_200, 0)).unwrap();
        assert_eq!(&first.body[..], b"#17829072001782907200\na = 1782907200\n");
        let later = first.at(at(1_782_907_260, 500_000_000));
        assert_eq!(&later.body[..], b"#1782907260.51782907260.5\na = 1782907260.5\n");
        assert_eq!(later.at(at(1_782_907_200, 0)).body, first.body);
        assert!(first.has_time() && !first.is_repeatable() && first.host_calls.asked().is_some());
        assert!(made("a", &[], at(1, 0)).unwrap().is_repeatable());
    }

    #[test]
    fn time_belongs_into_the_body() {
        assert_eq!(&made("a", &[1], at(1, 0)).unwrap().body[..], b"a1");
        let beyond = made("a", &[0, 2], at(1, 0)).err().unwrap().to_string();
        assert!(beyond.contains("after the end of its body"), "{beyond}");
        let many = made("a", &[0; 101], at(1, 0)).err().unwrap().to_string();
        assert!(many.contains("more than 100 times"), "{many}");
    }
}
