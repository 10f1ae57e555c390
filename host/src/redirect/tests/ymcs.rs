//! Yealink's YMCS.

use super::stage::{Json, SECRET, URL, device, has_basic, provider, provider_with, serve};
use crate::redirect::{
    Action, Listed, Outcome, Provider, Record, RedirectDevice, Registration, ServiceError, Task, Wanted, carry_out,
    plan,
};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::future::pending;
use std::sync::{Arc, Mutex};

/// A phone of another organization.
const TAKEN: &str = "00156500aaaa";
/// A phone that Yealink never made.
const UNKNOWN: &str = "00156500ffff";

#[derive(Default)]
struct Desk {
    phones: BTreeMap<String, String>,
    nonces: HashSet<String>,
    /// The paths of all requests.
    requests: Vec<String>,
    /// Each phone that was added, in the order of the calls.
    added: Vec<String>,
    put_off: usize,
    tokens: usize,
    /// Whether phones are added by their address alone.
    grants: bool,
    /// The answer to every call but the login, if it is not the usual one.
    fault: Option<(u16, &'static str)>,
    /// It takes the call of this number that adds phones, and never answers.
    hangs_at: usize,
    /// Whether the answer to an addition names those that were refused.
    hides: bool,
}

type Shared = Arc<Mutex<Desk>>;

async fn ymcs(State(shared): State<Shared>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let (response, hangs) = {
        let mut desk = shared.lock().unwrap();
        let response = answer(&mut desk, uri.path(), &headers, &serde_json::from_slice(&body).unwrap());
        let additions = desk.requests.iter().filter(|path| path.ends_with("addDevicesByMac")).count();
        (response, uri.path().ends_with("addDevicesByMac") && additions == desk.hangs_at)
    };
    if hangs {
        pending::<()>().await;
    }
    response
}

fn refuse(status: u16, code: &str, field: &str) -> Response {
    let details = if field.is_empty() { json!([]) } else { json!([{"field": field, "message": "is wrong"}]) };
    let body = json!({"code": code, "message": "refused", "requestId": "1", "details": details});
    (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
}

fn answer(desk: &mut Desk, path: &str, headers: &HeaderMap, body: &Value) -> Response {
    desk.requests.push(path.to_owned());
    let is_new = desk.nonces.insert(headers["nonce"].to_str().unwrap().to_owned());
    let has_time = headers["timestamp"].to_str().unwrap().len() == 13;
    assert!(is_new && has_time, "each request has a nonce and the time in milliseconds");
    if path == "/v2/token" {
        desk.tokens += 1;
        let is_known = has_basic(headers, SECRET) && *body == json!({"grant_type": "client_credentials"});
        let token =
            json!({"access_token": format!("token-{}", desk.tokens), "token_type": "Bearer", "expires_in": 3600});
        return if is_known { Json(token).into_response() } else { refuse(401, "900401", "") };
    }
    if headers["authorization"] != format!("Bearer token-{}", desk.tokens) {
        return refuse(400, "900401", "");
    }
    if desk.put_off > 0 {
        desk.put_off -= 1;
        return refuse(400, "900429", "");
    }
    if let Some((status, code)) = desk.fault {
        return refuse(status, code, "");
    }
    match path {
        "/v2/rps/listDevices" => list(desk, body),
        "/v2/rps/addDevicesByMac" if !desk.grants => refuse(403, "900403", ""),
        "/v2/rps/addDevicesByMac" => add(desk, body.as_array().unwrap()),
        "/v2/rps/devices" if body["sn"] == "bad" => refuse(400, "800002", ""),
        "/v2/rps/devices" if body["sn"] == "full" => refuse(400, "800008", ""),
        "/v2/rps/devices" => {
            desk.phones.insert(text(&body["mac"]), text(&body["uniqueServerUrl"]));
            (StatusCode::CREATED, Json(json!({"id": "1"}))).into_response()
        }
        "/v2/rps/delDevices" => {
            assert_eq!(body["deviceIdType"], "mac");
            let addresses: Vec<String> = body["deviceIds"].as_array().unwrap().iter().map(text).collect();
            let gone = addresses.iter().filter(|address| desk.phones.remove(*address).is_some()).count();
            let errors = vec![json!({"field": "mac", "msg": "not found"}); addresses.len() - gone];
            counted(addresses.len(), errors)
        }
        _ => refuse(404, "900404", ""),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn counted(total: usize, errors: Vec<Value>) -> Response {
    let bad = errors.len();
    Json(json!({"total": total, "successCount": total - bad, "failureCount": bad, "errors": errors})).into_response()
}

/// As documented: at most a hundred phones, and no registration is changed.
fn add(desk: &mut Desk, entries: &[Value]) -> Response {
    if entries.len() > 100 {
        return refuse(400, "800006", "");
    }
    if entries.iter().any(|entry| !text(&entry["uniqueServerUrl"]).starts_with("http")) {
        return refuse(400, "900400", "uniqueServerUrl");
    }
    let mut errors = Vec::new();
    for entry in entries {
        let address = text(&entry["mac"]);
        let error = match address.as_str() {
            UNKNOWN => "800001",
            TAKEN => "800004",
            known if desk.phones.contains_key(known) => "800003",
            _ => {
                desk.phones.insert(address.clone(), text(&entry["uniqueServerUrl"]));
                desk.added.push(address);
                continue;
            }
        };
        errors.push(json!({"mac": address, "sn": "", "errorInfo": error}));
    }
    let response = counted(entries.len(), errors.clone());
    if desk.hides {
        return Json(json!({"total": entries.len(), "successCount": entries.len() - errors.len(), "errors": []}))
            .into_response();
    }
    response
}

/// As documented: `skip`, `limit`, and a filter by address.
fn list(desk: &Desk, body: &Value) -> Response {
    let of = |name: &str| usize::try_from(body[name].as_u64().unwrap()).unwrap();
    let filter = body["filter"]["mac"].as_str().unwrap_or_default();
    let chosen = desk.phones.iter().filter(|(address, _)| address.contains(filter));
    let data: Vec<Value> = chosen
        .skip(of("skip"))
        .take(of("limit"))
        .map(|(address, url)| json!({"id": "1", "mac": address, "uniqueServerUrl": url, "serverUrl": null}))
        .collect();
    Json(json!({"skip": of("skip"), "limit": of("limit"), "total": desk.phones.len(), "data": data})).into_response()
}

async fn stage() -> (Shared, String) {
    let desk = Shared::default();
    let url = serve(Router::new().fallback_service(any(ymcs).with_state(Arc::clone(&desk)))).await;
    (desk, url)
}

fn phones(count: u32) -> Vec<RedirectDevice> {
    (0..count).map(|at| device(&format!("001565{at:06x}"))).collect()
}

fn count(desk: &Shared, path: &str) -> usize {
    desk.lock().unwrap().requests.iter().filter(|known| known.ends_with(path)).count()
}

#[tokio::test]
async fn yealink_ymcs_does_every_verb() {
    let (desk, url) = stage().await;
    let provider = provider("ymcs", &url);
    let mut phone = device("001565aabbcc");
    assert_eq!(provider.status(&phone).await, Ok(Registration::Absent));
    assert_eq!(provider.register(&phone).await, Err(ServiceError::NoGrant));
    desk.lock().unwrap().grants = true;
    assert_eq!(provider.register(&phone).await, Ok(()));
    assert_eq!(provider.status(&phone).await, Ok(Registration::Here(Some(URL.to_owned()))));
    phone.url = "https://other.example.net/".to_owned();
    assert_eq!(provider.register(&phone).await, Ok(()), "another URL");
    assert_eq!(desk.lock().unwrap().phones["001565aabbcc"], phone.url);
    assert_eq!(provider.remove(&phone).await, Ok(()));
    assert_eq!(provider.remove(&phone).await, Ok(()), "an absent phone");
    for (address, error) in [(TAKEN, ServiceError::Elsewhere), (UNKNOWN, ServiceError::NoSuchDevice)] {
        assert_eq!(provider.register(&device(address)).await, Err(error));
    }
    for (serial, expected) in [("314", Ok(())), ("bad", Err(ServiceError::Serial)), ("full", Err(ServiceError::Full))] {
        let phone = RedirectDevice { serial: serial.to_owned(), ..device("001565aabbcd") };
        assert_eq!(provider.register(&phone).await, expected, "{serial}");
    }
    assert_eq!(desk.lock().unwrap().tokens, 1, "the token is kept");
    let wrong = provider_with("ymcs", &url, "wrong");
    assert_eq!(wrong.status(&phone).await, Err(ServiceError::Credentials));
}

#[tokio::test]
async fn batch_gives_each_phone_its_own_outcome() {
    let (desk, url) = stage().await;
    let provider = provider("ymcs", &url);
    desk.lock().unwrap().grants = true;
    desk.lock().unwrap().phones.insert("001565000001".to_owned(), "https://old.example.net/".to_owned());
    let mut devices = phones(3);
    devices.extend([device(TAKEN), device(UNKNOWN)]);
    devices.push(RedirectDevice { serial: "bad".to_owned(), ..device("001565aabbcc") });
    let expected = [
        Ok(()),
        Ok(()),
        Ok(()),
        Err(ServiceError::Elsewhere),
        Err(ServiceError::NoSuchDevice),
        Err(ServiceError::Serial),
    ];
    assert_eq!(provider.register_all(&devices).await, expected);
    assert_eq!(count(&desk, "addDevicesByMac"), 2, "all together, and those that were there once more");
    assert_eq!(desk.lock().unwrap().phones["001565000001"], URL);
    let bad = RedirectDevice { url: "ftp://a/".to_owned(), ..device("001565aabb01") };
    let mixed = [device("001565aabb02"), bad];
    assert_eq!(provider.register_all(&mixed).await, [Ok(()), Err(ServiceError::Url("ftp://a/".to_owned()))]);
    desk.lock().unwrap().hides = true;
    let hidden = [device("001565aabb03"), device(UNKNOWN)];
    let [good, bad] = provider.register_all(&hidden).await.try_into().unwrap();
    assert!(good.is_ok() && matches!(bad, Err(ServiceError::Other(_))), "{bad:?}");
    assert_eq!(provider.remove_all(&[devices[0].clone(), device("001565ffffff")]).await, [Ok(()), Ok(())]);
    assert!(!desk.lock().unwrap().phones.contains_key("001565000000"));
}

async fn sync(provider: &dyn Provider, record: &mut Record, devices: &[RedirectDevice]) -> Vec<Outcome> {
    let kept = HashSet::new();
    let wanted = Wanted { devices, kept: &kept, removes: true, asks: false };
    let plan = plan(provider, record, &wanted).await.unwrap();
    let reports = carry_out(provider, record, plan.tasks, |_| {}).await.unwrap();
    reports.into_iter().map(|report| report.outcome).collect()
}

#[tokio::test]
async fn interrupted_batch_is_not_sent_twice() {
    let (desk, url) = stage().await;
    let provider = provider("ymcs", &url);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record");
    desk.lock().unwrap().grants = true;
    desk.lock().unwrap().hangs_at = 2;
    let devices = phones(250);
    {
        let mut record = Record::open(path.clone()).unwrap();
        let taken = async {
            while desk.lock().unwrap().added.len() < 200 {
                tokio::task::yield_now().await;
            }
        };
        // The second call is taken and never answered, as if the command were killed while it waits.
        tokio::select! {
            _ = sync(&*provider, &mut record, &devices) => panic!("the service answered"),
            () = taken => {}
        }
    }
    let mut record = Record::open(path).unwrap();
    assert_eq!(sync(&*provider, &mut record, &devices).await, vec![Outcome::Registered; 50]);
    let added = desk.lock().unwrap().added.clone();
    assert_eq!((added.len(), added.iter().collect::<HashSet<_>>().len()), (250, 250));
    assert_eq!(count(&desk, "addDevicesByMac"), 3);
    assert_eq!(sync(&*provider, &mut record, &[]).await, vec![Outcome::Removed; 250]);
    assert_eq!((count(&desk, "delDevices"), desk.lock().unwrap().phones.len()), (3, 0));
}

#[tokio::test]
async fn throttling_is_waited_for_and_faults_end_the_run() {
    let (desk, url) = stage().await;
    let provider = provider("ymcs", &url);
    desk.lock().unwrap().grants = true;
    desk.lock().unwrap().put_off = 1;
    assert_eq!(provider.register(&device("001565aabbcc")).await, Ok(()));
    let folder = tempfile::tempdir().unwrap();
    for code in ["900500", "900502", "900503", "900504", "900511"] {
        desk.lock().unwrap().fault = Some((400, code));
        let mut record = Record::open(folder.path().join(code)).unwrap();
        let task = |device| Task { action: Action::Register, device };
        let tasks: Vec<Task> = phones(150).into_iter().map(task).collect();
        let before = desk.lock().unwrap().requests.len();
        let reports = carry_out(&*provider, &mut record, tasks, |_| {}).await.unwrap();
        let error = ServiceError::Faulty(code.parse().unwrap());
        assert!(error.is_fatal() && error.to_string().contains(code), "{error}");
        let failed = Outcome::Failed(error);
        assert!(reports.len() == 100 && reports.iter().all(|report| report.outcome == failed), "{}", reports[0]);
        assert_eq!(desk.lock().unwrap().requests.len(), before + 1, "nothing is sent for the others");
    }
    desk.lock().unwrap().fault = Some((400, "900501"));
    assert_eq!(provider.register(&device("001565aabbcc")).await, Err(ServiceError::NoGrant));
    desk.lock().unwrap().fault = None;
    desk.lock().unwrap().put_off = 100;
    assert_eq!(provider.register(&device("001565aabbcc")).await, Err(ServiceError::Throttled(5)));
    assert_eq!(desk.lock().unwrap().put_off, 95);
}

#[tokio::test]
async fn yealink_ymcs_lists_every_page_and_renews_its_token() {
    let (desk, url) = stage().await;
    let provider = provider("ymcs", &url);
    for at in 0..250 {
        desk.lock().unwrap().phones.insert(format!("001565{at:06x}"), URL.to_owned());
    }
    let listed = provider.list().await.unwrap().unwrap();
    assert_eq!(listed.len(), 250);
    assert_eq!(listed[0], Listed { address: "001565000000".to_owned(), url: Some(URL.to_owned()) });
    assert_eq!(desk.lock().unwrap().requests.iter().filter(|path| path.ends_with("listDevices")).count(), 3);
    desk.lock().unwrap().tokens += 1;
    assert_eq!(provider.status(&device("001565aabbcc")).await, Ok(Registration::Absent), "after the token has expired");
}
