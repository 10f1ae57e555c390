//! FusionPBX's remote check: the operator's own HTTP server receives a POST with `mac` and `secret` for each request, and
//! refuses with the single word `false`. If it does not answer, the request is not admitted.

mod config;
#[cfg(test)]
mod tests;

pub use config::Config;

use crate::authorities;
use crate::facts::{causes, percent_encoded};
use crate::request::Secret;
use axum::http::{Method, Request, Uri, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::time::Duration;
use tokio::sync::Semaphore;

/// The expected answer is one word; a longer one comes from a server of another kind.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Concurrent requests to the auth server, which is probably as small as FusionPBX; further ones wait in a queue.
const QUESTIONS_MAX: usize = 32;

/// Why there is no answer. No message contains the URL, because it may hold a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the auth server cannot be reached: {0}")]
    Unreachable(String),
    #[error("the auth server did not answer within {0} ms")]
    TooSlow(u128),
    #[error("the auth server answered with status {0}")]
    Status(u16),
    #[error("the auth server's answer is longer than {ANSWER_BYTES_MAX} bytes")]
    TooLong,
    /// At start.
    #[error("auth_server_ca: {0}")]
    Authority(String),
}

/// The client of the auth server.
pub struct AuthServer {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    url: Uri,
    timeout: Duration,
    turns: Semaphore,
}

impl AuthServer {
    /// # Errors
    /// The certificate authority file cannot be used, or the system has no certificate authorities.
    pub fn new(config: Config) -> Result<Self, Error> {
        let tls = authorities::client(config.authority.as_deref()).map_err(Error::Authority)?;
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls);
        let connector = connector.https_or_http().enable_http1().build();
        // Reusing a connection that the server has closed meanwhile would refuse a phone.
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector);
        Ok(Self { client, url: config.url, timeout: config.timeout, turns: Semaphore::new(QUESTIONS_MAX) })
    }

    /// Whether the auth server admits the request: every answer but `false` admits it.
    ///
    /// # Errors
    /// There is no valid answer. As in PHP, a status of 400 or above is not valid.
    pub async fn allows(&self, mac: &str, secret: &Secret) -> Result<bool, Error> {
        let asking = tokio::time::timeout(self.timeout, self.ask(mac, secret));
        asking.await.unwrap_or(Err(Error::TooSlow(self.timeout.as_millis())))
    }

    async fn ask(&self, mac: &str, secret: &Secret) -> Result<bool, Error> {
        let _turn = self.turns.acquire().await.map_err(|error| Error::Unreachable(error.to_string()))?;
        let form = format!("mac={}&secret={}", encoded(mac), encoded(secret.expose()));
        let request = Request::builder()
            .method(Method::POST)
            .uri(self.url.clone())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::from(form))
            .map_err(|error| Error::Unreachable(error.to_string()))?;
        let answer = self.client.request(request).await.map_err(|error| Error::Unreachable(causes(&error)))?;
        let status = answer.status();
        if !status.is_success() {
            return Err(Error::Status(status.as_u16()));
        }
        match Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await {
            Ok(body) => Ok(body.to_bytes() != "false"),
            Err(error) if error.is::<LengthLimitError>() => Err(Error::TooLong),
            Err(error) => Err(Error::Unreachable(causes(error.as_ref()))),
        }
    }
}

/// Encodes like PHP's `urlencode`.
fn encoded(text: &str) -> String {
    percent_encoded(text, " ").replace(' ', "+")
}
