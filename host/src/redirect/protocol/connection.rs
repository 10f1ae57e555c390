//! A connection to a service: at its pace, with pauses where it asks for them.

use crate::download::{AGENT, Call, Client, Error, FileUrl, Limits, Reply};
use crate::redirect::account::Account;
use crate::redirect::provider::{CallPace, ServiceError};
use axum::http::header::InvalidHeaderValue;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// A page of a list has a hundred devices of some hundred bytes.
const ANSWER_BYTES_MAX: u64 = 4 << 20;

/// A service that takes longer for a small question is out of order.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// So often a call is made that the service puts off.
pub const ATTEMPTS_MAX: u32 = 5;

/// A pause without a length, and the longest one that is kept. A service that wants a longer one is asked another day.
const PAUSE: Duration = Duration::from_secs(10);
const PAUSE_MAX: Duration = Duration::from_secs(120);

/// There is no `Debug`, because the account holds a secret.
pub struct Connection {
    client: Client,
    pub account: Account,
    pace: CallPace,
    next: Mutex<Instant>,
}

impl Connection {
    pub fn new(client: Client, account: Account, pace: CallPace) -> Self {
        Self { client, account, pace, next: Mutex::new(Instant::now()) }
    }

    /// Sends a request. `headers` is made anew for each attempt, because signatures hold the time.
    ///
    /// # Errors
    /// The service cannot be reached, refuses the account, or asks for a pause too often.
    pub async fn send(
        &self,
        method: Method,
        url: &FileUrl,
        headers: &(dyn Fn() -> Result<HeaderMap, ServiceError> + Send + Sync),
        body: &[u8],
    ) -> Result<Reply, ServiceError> {
        for _ in 0..ATTEMPTS_MAX {
            self.wait().await;
            let mut headers = headers()?;
            headers.insert(header::USER_AGENT, HeaderValue::from_static(AGENT));
            let call = Call {
                method: method.clone(),
                uri: url.as_str().to_owned(),
                place: url.to_string(),
                headers,
                body: body.to_vec(),
                limits: Limits { bytes_max: ANSWER_BYTES_MAX, timeout: ANSWER_TIMEOUT },
            };
            let reply = self.client.call(call).await.map_err(|error| self.unreachable(&error))?;
            match reply.status {
                StatusCode::TOO_MANY_REQUESTS => self.pause(&reply.headers).await,
                StatusCode::UNAUTHORIZED => return Err(ServiceError::Credentials),
                status if status.is_server_error() => return Err(ServiceError::Faulty(status.as_u16().into())),
                _ => return Ok(reply),
            }
        }
        Err(ServiceError::Throttled(ATTEMPTS_MAX))
    }

    /// Waits for this call's turn, and makes the next one wait.
    async fn wait(&self) {
        let mut next = self.next.lock().await;
        tokio::time::sleep_until(*next).await;
        *next = Instant::now() + self.pace.interval;
    }

    async fn pause(&self, headers: &HeaderMap) {
        let seconds = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let pause = seconds.map_or(PAUSE, Duration::from_secs).min(PAUSE_MAX);
        tokio::time::sleep(pause).await;
    }

    fn unreachable(&self, error: &Error) -> ServiceError {
        ServiceError::Unreachable(self.account.cleaned(&error.to_string()))
    }

    /// The header of basic authentication.
    pub fn basic(user: &str, password: &str) -> Result<HeaderValue, ServiceError> {
        let text = format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")));
        sensitive(&text).map_err(|_| ServiceError::Credentials)
    }
}

/// The value of a header that is enough to log in.
///
/// # Errors
/// A header cannot hold the text.
pub fn sensitive(text: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(text)?;
    value.set_sensitive(true);
    Ok(value)
}
