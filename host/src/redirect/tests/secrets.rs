//! No secret reaches a log, a message or the record.

use super::stage::{SECRET, USER, device, provider, serve};
use crate::redirect::{Action, Record, RedirectDevice, Task, carry_out};
use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::io::Write;
use std::sync::{Arc, Mutex};
use tracing_subscriber::EnvFilter;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A server that repeats what it was sent, as careless ones do in their errors.
async fn parrot(headers: HeaderMap, body: String) -> Response {
    let sent = headers.get("authorization").map_or("", |value| value.to_str().unwrap_or_default());
    (StatusCode::BAD_REQUEST, format!("{{\"message\": \"bad key {SECRET} in {sent} {body}\"}}")).into_response()
}

#[tokio::test]
async fn secret_is_in_no_log_line_message_or_record() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(EnvFilter::new("trace")).with_writer(move || writer.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    tracing::info!("the log is read");
    let url = serve(Router::new().fallback(any(parrot))).await;
    let folder = tempfile::tempdir().unwrap();
    let mut said = String::new();
    for name in ["yealink", "ymcs", "fanvil", "snom", "gigaset"] {
        let provider = provider(name, &url);
        let path = folder.path().join(name);
        let mut record = Record::open(path.clone()).unwrap();
        let task =
            |action| Task { action, device: RedirectDevice { serial: "1A2B".to_owned(), ..device("001565aabbcc") } };
        for action in [Action::Status, Action::Register, Action::Remove] {
            let reports = carry_out(&*provider, &mut record, vec![task(action)], |_| {}).await.unwrap();
            said += &format!("{} {}\n", reports[0], reports[0].as_json());
        }
        said += &std::fs::read_to_string(path).unwrap();
    }
    said += &String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(said.contains("the log is read") && said.contains("001565aabbcc: failed"), "{said}");
    let basic = BASE64_STANDARD.encode(format!("{USER}:{SECRET}"));
    for secret in [SECRET, &basic] {
        assert!(!said.contains(secret), "{said}");
    }
}
