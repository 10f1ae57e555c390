//! Snom's SRAPS.

use super::stage::{Json, SECRET, URL, USER, device, provider, provider_with, serve};
use crate::redirect::{RedirectDevice, Registration, ServiceError};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};

const SETTING: &str = "9f3c0a52-setting-server";
const TAKEN: &str = "00041300aaaa";
const UNKNOWN: &str = "00041300ffff";

#[derive(Default)]
struct Desk {
    host: String,
    phones: BTreeMap<String, String>,
    nonces: HashSet<String>,
    requests: Vec<String>,
    put_off: usize,
}

type Shared = Arc<Mutex<Desk>>;

/// Checks a request as Hawk's document says, from its parts and not by the client's code.
fn is_signed(desk: &mut Desk, method: &Method, uri: &str, headers: &HeaderMap, body: &[u8]) -> bool {
    let Some(header) = headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Hawk ")) else {
        return false;
    };
    let parts: BTreeMap<&str, &str> = header
        .split(", ")
        .filter_map(|part| part.split_once('='))
        .map(|(name, text)| (name, text.trim_matches('"')))
        .collect();
    let content_type = headers.get("content-type").map_or("", |value| value.to_str().unwrap());
    let payload = [b"hawk.1.payload\n", content_type.as_bytes(), b"\n", body, b"\n"].concat();
    let hash = BASE64_STANDARD.encode(Sha256::digest(payload));
    let (host, port) = desk.host.split_once(':').unwrap();
    let text =
        format!("hawk.1.header\n{}\n{}\n{method}\n{uri}\n{host}\n{port}\n{hash}\n\n", parts["ts"], parts["nonce"]);
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    let mac = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    let is_fresh = desk.nonces.insert(parts["nonce"].to_owned());
    is_fresh && parts["id"] == USER && parts["hash"] == hash && parts["mac"] == mac
}

async fn sraps(State(desk): State<Shared>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let mut desk = desk.lock().unwrap();
    let uri = uri.to_string();
    desk.requests.push(format!("{method} {uri}"));
    if desk.put_off > 0 {
        desk.put_off -= 1;
        return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0")]).into_response();
    }
    if !is_signed(&mut desk, &method, &uri, &headers, &body) {
        return (StatusCode::UNAUTHORIZED, Json(json!({"message": "invalid signature"}))).into_response();
    }
    let base = format!("http://{}/api/v1", desk.host);
    let address = uri.strip_prefix("/api/v1/companies/7/endpoints/").map(str::to_owned);
    match (&method, uri.as_str(), address) {
        (_, "/api/v1/settings/?page_size=1000", _) => {
            let next = format!(
                "<{base}/settings/?page_size=1000&page=1>; rel=\"prev\", <{base}/settings/?page_size=1000&page=2>; rel=\"next\""
            );
            ([("link", next)], Json(json!([{"uuid": "1", "param_name": "language"}]))).into_response()
        }
        (_, "/api/v1/settings/?page_size=1000&page=2", _) => {
            Json(json!([{"uuid": SETTING, "param_name": "setting_server"}])).into_response()
        }
        (_, "/api/v1/tokens/operator", _) => {
            Json(json!({"links": {"company": format!("{base}/companies/7")}})).into_response()
        }
        (_, "/api/v1/companies/7", _) => {
            Json(json!({"links": {"endpoints": format!("{base}/companies/7/endpoints/"), "count": 3}})).into_response()
        }
        (_, _, Some(address)) => endpoint(&mut desk, &method, &address, &body),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn endpoint(desk: &mut Desk, method: &Method, address: &str, body: &[u8]) -> Response {
    let refuse = |status: StatusCode, body: Value| (status, Json(body)).into_response();
    if address == TAKEN {
        return refuse(StatusCode::FORBIDDEN, json!({"error": "taken_mac_or_forbidden"}));
    }
    if address == UNKNOWN {
        return refuse(StatusCode::BAD_REQUEST, json!({"detail": "mac is not a Snom address"}));
    }
    match *method {
        Method::PUT => {
            let sent: Value = serde_json::from_slice(body).unwrap();
            assert_eq!((&sent["mac"], &sent["autoprovisioning_enabled"]), (&json!(address), &json!(true)));
            let setting = &sent["settings_manager"][SETTING];
            assert_eq!(setting["attrs"], json!({"perm": "RW"}));
            let url = setting["value"].as_str().unwrap().to_owned();
            if url.starts_with("ftp") {
                return refuse(StatusCode::BAD_REQUEST, json!({"message": "url is malformed"}));
            }
            desk.phones.insert(address.to_owned(), url);
            StatusCode::CREATED.into_response()
        }
        Method::DELETE if desk.phones.remove(address).is_some() => StatusCode::NO_CONTENT.into_response(),
        Method::GET => match desk.phones.get(address) {
            Some(url) => Json(json!({"mac": address, "settings_manager": {SETTING: {"value": url}}})).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        },
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn stage() -> (Shared, String) {
    let desk = Shared::default();
    let url = serve(Router::new().fallback_service(any(sraps).with_state(Arc::clone(&desk)))).await;
    desk.lock().unwrap().host = url.replace("http://", "");
    (desk, url)
}

#[tokio::test]
async fn snom_sraps_does_every_verb() {
    let (desk, url) = stage().await;
    let base = url + "/api/v1/";
    let provider = provider("snom", &base);
    let phone = device("000413aabbcc");
    assert_eq!(provider.status(&phone).await, Ok(Registration::Absent));
    assert_eq!(provider.register(&phone).await, Ok(()));
    assert_eq!(provider.status(&phone).await, Ok(Registration::Here(Some(URL.to_owned()))));
    desk.lock().unwrap().put_off = 2;
    assert_eq!(provider.remove(&phone).await, Ok(()), "after two pauses, each attempt with a new signature");
    assert_eq!(provider.remove(&phone).await, Ok(()), "an absent phone");
    assert_eq!(provider.register(&device(TAKEN)).await, Err(ServiceError::Elsewhere));
    assert_eq!(provider.status(&device(TAKEN)).await, Ok(Registration::Elsewhere));
    assert_eq!(provider.register(&device(UNKNOWN)).await, Err(ServiceError::NoSuchDevice));
    let ftp = RedirectDevice { url: "ftp://a/".to_owned(), ..device("000413aabbcc") };
    assert_eq!(provider.register(&ftp).await, Err(ServiceError::Url("ftp://a/".to_owned())));
    let requests = desk.lock().unwrap().requests.clone();
    let of_settings = requests.iter().filter(|request| request.contains("settings/")).count();
    assert_eq!(of_settings, 2, "both pages, once: {requests:?}");
    let wrong = provider_with("snom", &base, "wrong");
    assert_eq!(wrong.status(&phone).await, Err(ServiceError::Credentials));
}

#[tokio::test]
async fn snom_sraps_signs_nothing_for_another_server() {
    async fn elsewhere() -> Json {
        Json(json!({"links": {"company": "http://127.0.0.1:9/companies/7"}}))
    }
    let url = serve(Router::new().fallback_service(any(elsewhere).with_state(()))).await;
    let error = provider("snom", &(url + "/api/v1/")).register(&device("000413aabbcc")).await.unwrap_err();
    assert_eq!(error, ServiceError::Undocumented("it links to another server".to_owned()));
}
