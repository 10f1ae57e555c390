//! The client.

use super::error::Error;
use super::limits::{CONNECT_TIMEOUT, REDIRECTS_MAX, TIMEOUT};
use super::url::FileUrl;
use crate::authorities;
use crate::facts::causes;
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::path::Path;

/// The User-Agent of requests.
pub const AGENT: &str = concat!("dialplate/", env!("CARGO_PKG_VERSION"));

pub struct Client {
    client: legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

/// The answer to a request, after redirects.
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Empty unless the status is 200.
    pub body: Vec<u8>,
}

impl Client {
    /// A client that trusts the authorities in the file, or else the system's.
    ///
    /// # Errors
    /// The file cannot be used, or the system has no authorities.
    pub fn new(authorities: Option<&Path>) -> Result<Self, Error> {
        let tls = authorities::client(authorities).map_err(Error::Authorities)?;
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
        Ok(Self { client: legacy::Client::builder(TokioExecutor::new()).build(connector.wrap_connector(http)) })
    }

    pub(super) fn http(&self) -> &legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>> {
        &self.client
    }

    /// Fetches a file of at most `bytes_max` bytes; `None` if there is none at this URL.
    ///
    /// # Errors
    /// There is no whole answer with the file, in time, of the size, and over encrypted connections alone.
    pub async fn fetch(&self, url: &FileUrl, bytes_max: u64) -> Result<Option<Vec<u8>>, Error> {
        let answer = self.get(url, HeaderMap::new(), bytes_max).await?;
        match answer.status {
            StatusCode::OK => Ok(Some(answer.body)),
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
            status => Err(Error::Status { place: url.to_string(), status: status.as_u16() }),
        }
    }

    /// Sends a GET request. Headers may hold a secret, so another URL to which it is redirected does not get them.
    pub(super) async fn get(&self, url: &FileUrl, headers: HeaderMap, bytes_max: u64) -> Result<Answer, Error> {
        let answered = tokio::time::timeout(TIMEOUT, self.follow(url, headers, bytes_max)).await;
        answered.unwrap_or_else(|_| Err(Error::TooSlow(url.to_string())))
    }

    async fn follow(&self, url: &FileUrl, mut headers: HeaderMap, bytes_max: u64) -> Result<Answer, Error> {
        let mut at = url.clone();
        for _ in 0..=REDIRECTS_MAX {
            let answer = self.ask(&at, std::mem::take(&mut headers)).await?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            if status == StatusCode::OK {
                return Ok(Answer { status, headers, body: body(answer, &at.to_string(), bytes_max).await? });
            }
            if !status.is_redirection() {
                return Ok(Answer { status, headers, body: Vec::new() });
            }
            let location = headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
            at = at.redirected(location.ok_or_else(|| Error::NoTarget(at.to_string()))?)?;
        }
        Err(Error::Redirects(url.to_string()))
    }

    async fn ask(&self, url: &FileUrl, headers: HeaderMap) -> Result<Response<Incoming>, Error> {
        let unreachable = |reason: String| Error::Unreachable { place: url.to_string(), reason };
        let without_fragment = url.as_str().split('#').next().unwrap_or_default();
        let request = Request::get(without_fragment).header(header::USER_AGENT, AGENT).body(Full::default());
        let mut request = request.map_err(|error| unreachable(error.to_string()))?;
        request.headers_mut().extend(headers);
        self.client.request(request).await.map_err(|error| unreachable(causes(&error)))
    }
}

/// The body of an answer, if it is not larger than `bytes_max`.
pub(super) async fn body(answer: Response<Incoming>, place: &str, bytes_max: u64) -> Result<Vec<u8>, Error> {
    let too_large = || Error::TooLarge { place: place.to_owned(), bytes_max };
    let mut body = answer.into_body();
    if body.size_hint().lower() > bytes_max {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Error::Broken { place: place.to_owned(), reason: causes(&error) })?;
        bytes.extend(frame.data_ref().into_iter().flatten());
        if bytes.len() as u64 > bytes_max {
            return Err(too_large());
        }
    }
    Ok(bytes)
}
