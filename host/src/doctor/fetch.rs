//! One request over HTTP or HTTPS, and from which address it was sent.

use axum::http::{Method, Request};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpInfo;
use hyper_util::rt::TokioExecutor;
use std::error::Error;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// A server that is there answers at once.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The list of plugins names every faulty template.
const BODY_BYTES_MAX: usize = 4 << 20;

/// An answer.
pub struct Fetched {
    pub status: u16,
    pub body: String,
    /// The address from which this machine sent the request.
    pub own_address: Option<IpAddr>,
    /// The header `Server`.
    pub server: String,
}

/// Sends a request with one header. The error is a sentence without the URL.
pub async fn fetch(method: Method, url: &str, (name, value): (&str, &str)) -> Result<Fetched, String> {
    match tokio::time::timeout(TIMEOUT, exchange(method, url, name, value)).await {
        Ok(answered) => answered.map_err(|error| causes(&*error)),
        Err(_) => Err(format!("no answer within {} s", TIMEOUT.as_secs())),
    }
}

async fn exchange(method: Method, url: &str, name: &str, value: &str) -> Result<Fetched, Box<dyn Error + Send + Sync>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let connector = HttpsConnectorBuilder::new().with_provider_and_native_roots(provider)?;
    let connector = connector.https_or_http().enable_http1().build();
    let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build(connector);
    let answer =
        client.request(Request::builder().method(method).uri(url).header(name, value).body(Empty::new())?).await?;
    let own_address = answer.extensions().get::<HttpInfo>().map(|info| info.local_addr().ip().to_canonical());
    let server = answer.headers().get("server").and_then(|it| it.to_str().ok()).unwrap_or("unnamed server").to_owned();
    let status = answer.status().as_u16();
    let body = Limited::new(answer.into_body(), BODY_BYTES_MAX).collect().await?.to_bytes();
    Ok(Fetched { status, body: String::from_utf8_lossy(&body).into_owned(), own_address, server })
}

/// An error with its causes, each once.
fn causes(error: &(dyn Error + 'static)) -> String {
    let all = std::iter::successors(Some(error), |error| (*error).source()).map(ToString::to_string);
    let mut text = String::new();
    for cause in all.filter(|cause| !cause.is_empty()) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}
