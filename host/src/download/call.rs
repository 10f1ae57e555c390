//! One request to a server that the operator has configured, and its answer.

use super::client::{Client, body};
use super::error::Error;
use crate::facts::causes;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::Full;
use std::time::Duration;
use tokio::time::timeout;

/// A request. There is no `Debug`: headers and body may hold a secret.
pub struct Call {
    pub method: Method,
    pub uri: String,
    /// Names the server in errors, without a secret.
    pub place: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub limits: Limits,
}

/// The limits of one request.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub bytes_max: u64,
    pub timeout: Duration,
}

/// An answer of any status. There is no `Debug`: it may hold a secret.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Client {
    /// Sends a request. An answer of any status is one, and a redirect is not followed.
    ///
    /// # Errors
    /// There is no whole answer in time and of the size.
    pub async fn call(&self, call: Call) -> Result<Reply, Error> {
        let (place, limit) = (call.place.clone(), call.limits.timeout);
        let answered = timeout(limit, self.send(call)).await;
        answered.unwrap_or_else(|_| Err(Error::NoAnswer { place, seconds: limit.as_secs() }))
    }

    async fn send(&self, call: Call) -> Result<Reply, Error> {
        let Call { method, uri, place, headers, body: sent, limits } = call;
        let unreachable = |reason: String| Error::Unreachable { place: place.clone(), reason };
        let request = Request::builder().method(method).uri(uri).body(Full::from(sent));
        let mut request = request.map_err(|error| unreachable(error.to_string()))?;
        *request.headers_mut() = headers;
        let answer = self.http().request(request).await.map_err(|error| unreachable(causes(&error)))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok(Reply { status, headers, body: body(answer, &place, limits.bytes_max).await? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn server_that_does_not_answer_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = format!("http://{}", listener.local_addr().unwrap());
        let limits = Limits { bytes_max: 10, timeout: Duration::from_millis(50) };
        let (method, headers, body) = (Method::GET, HeaderMap::new(), Vec::new());
        let call = Call { method, uri: place.clone(), place: place.clone(), headers, body, limits };
        let error = Client::new(None).unwrap().call(call).await.err().map(|error| error.to_string());
        assert_eq!(error, Some(format!("{place} has not answered within 0 s")));
    }
}
