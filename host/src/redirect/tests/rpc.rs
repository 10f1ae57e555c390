//! The services that speak XML-RPC.

use super::stage::{SECRET, URL, device, has_basic, provider, provider_of, provider_with, serve};
use crate::redirect::{Provider, RedirectDevice, Registration, ServiceError};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// A phone of this address is another account's.
const TAKEN: &str = "00000000aaaa";
/// A phone of this address was never made.
const UNKNOWN: &str = "00000000ffff";

/// FDPS's password: hashed twice by MD5 (`printf '%s' … | md5sum`, and that once more).
const HASHED: &str = "d6920233b36aa51fa33a028bdf8d3017";

#[derive(Default)]
pub struct Desk {
    /// Phones of this account with their URLs.
    phones: BTreeMap<String, String>,
    groups: BTreeMap<String, Vec<String>>,
    /// Methods in the order of their calls.
    calls: Vec<String>,
    /// So many requests are put off.
    put_off: usize,
}

type Shared = Arc<Mutex<Desk>>;
type Speak = fn(&mut Desk, &str, &[String]) -> (bool, String);

async fn answer(
    State((desk, speak, password)): State<(Shared, Speak, &'static str)>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let mut desk = desk.lock().unwrap();
    if desk.put_off > 0 {
        desk.put_off -= 1;
        return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0")]).into_response();
    }
    if !has_basic(&headers, password) || headers["content-type"] != "text/xml" {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let document = roxmltree::Document::parse(&body).unwrap();
    let texts = |name: &str| -> Vec<String> {
        let nodes = document.descendants().filter(|node| node.has_tag_name(name));
        nodes.map(|node| node.text().unwrap_or_default().to_owned()).collect()
    };
    let method = texts("methodName").remove(0);
    desk.calls.push(method.clone());
    let (is_done, text) = speak(&mut desk, &method, &texts("string"));
    let text = text.replace('<', "&lt;");
    let done = u8::from(is_done);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><methodResponse><params><param><value><array><data>\
         <value><boolean>{done}</boolean></value><value><string>{text}</string></value>\
         </data></array></value></param></params></methodResponse>"
    )
    .into_response()
}

async fn stage(name: &str, speak: Speak, password: &'static str) -> (Shared, Box<dyn Provider>, String) {
    let desk = Shared::default();
    let url = serve(Router::new().route("/rpc", post(answer)).with_state((Arc::clone(&desk), speak, password))).await
        + "/rpc";
    (desk, provider(name, &url), url)
}

fn no(text: &str) -> (bool, String) {
    (false, text.to_owned())
}

fn yes(text: &str) -> (bool, String) {
    (true, text.to_owned())
}

/// As in Yealink's XML API for RPS.
fn yealink(desk: &mut Desk, method: &str, texts: &[String]) -> (bool, String) {
    let address = texts[0].to_ascii_lowercase();
    if address == UNKNOWN {
        return no(&format!("Error:Invalid MAC(s):{address}"));
    }
    let known = desk.phones.contains_key(&address);
    match (method, texts) {
        ("redirect.checkDevice", _) if address == TAKEN => no("Registered Elsewhere"),
        ("redirect.checkDevice", _) if known => yes("Registered"),
        ("redirect.checkDevice", _) => no("Unregistered"),
        ("redirect.registerDeviceWithUniqueUrl", [_, server, ..]) if server != "dialplate" => {
            no("Error:Invalid server")
        }
        ("redirect.registerDeviceWithUniqueUrl", [_, _, url, _]) if !url.starts_with("http") => {
            no("Error:The url can only begin with 'http://' or 'https://' or 'ftp://' or 'tftp://'")
        }
        ("redirect.registerDeviceWithUniqueUrl", [_, _, url, again]) if !known || again == "1" => {
            desk.phones.insert(address, url.clone());
            yes("OK")
        }
        ("redirect.deRegisterDevice", _) if known => {
            desk.phones.remove(&address);
            yes("OK")
        }
        other => no(&format!("Error:unexpected {other:?}")),
    }
}

/// As at prov.gigaset.net.
fn gigaset(desk: &mut Desk, method: &str, texts: &[String]) -> (bool, String) {
    let id = texts[0].clone();
    let address = id.split('-').next().unwrap().to_ascii_lowercase();
    if address == UNKNOWN || !id.ends_with("-1A2B") && address != TAKEN {
        return no(&format!("mac_not_exist:{id}"));
    }
    let known = desk.phones.contains_key(&address);
    match (method, texts) {
        (_, _) if address == TAKEN => no(&format!("mac_already_in_use:{id}")),
        ("autoprov.checkDevice", _) if known => yes(&id),
        ("autoprov.checkDevice" | "autoprov.deregisterDevice", _) if !known => no(&format!("mac_not_found:{id}")),
        ("autoprov.registerDevice", _) if known => no(&format!("mac_already_in_use:{id}")),
        ("autoprov.registerDevice", [_, url, _]) if url.starts_with("ftp") => no(&format!("url_invalid:{url}")),
        ("autoprov.registerDevice", [_, _, name]) if name != "dialplate" => no(&format!("name_invalid:{name}")),
        ("autoprov.registerDevice", [_, url, _]) => {
            desk.phones.insert(address, url.clone());
            yes("OK")
        }
        ("autoprov.deregisterDevice", _) => {
            desk.phones.remove(&address);
            yes("OK")
        }
        other => no(&format!("unexpected {other:?}")),
    }
}

/// As falconieri's calls suppose it of FDPS.
fn fanvil(desk: &mut Desk, method: &str, texts: &[String]) -> (bool, String) {
    let address = texts[0].to_ascii_lowercase();
    match method {
        "redirect.deleteServer" if desk.groups.remove(&texts[0]).is_some() => yes("OK"),
        "redirect.deleteServer" => no("Error:server_not_exist"),
        "redirect.addMaterialServer" if texts.iter().any(|text| text == "cfgPfName=bad") => {
            no("Error: url_format_error")
        }
        "redirect.addMaterialServer" => {
            desk.groups.insert(texts[0].replace("cfgName=", ""), texts.to_vec());
            yes("OK")
        }
        _ if address == UNKNOWN => no("Error: mac_format_error"),
        "redirect.deRegisterDevice" if desk.phones.remove(&address).is_some() => yes("OK"),
        "redirect.deRegisterDevice" => no("Error: device_not_exist"),
        "redirect.registerDevice" if address == TAKEN => no("Error: device_had_existed"),
        "redirect.registerDevice" if desk.groups.contains_key(&texts[1]) => {
            desk.phones.insert(address, texts[1].clone());
            yes("OK")
        }
        other => no(&format!("Error: unexpected {other}")),
    }
}

/// A phone with what its label says.
fn labelled(address: &str) -> RedirectDevice {
    RedirectDevice { serial: "1A2B".to_owned(), ..device(address) }
}

/// Registers, changes and removes a phone, as every service does it.
async fn lifecycle(provider: &dyn Provider, desk: &Shared, knows_status: bool) {
    let mut phone = labelled("001565aabbcc");
    let phones = || desk.lock().unwrap().phones.clone();
    let found = if knows_status { Registration::Absent } else { Registration::Unknown };
    assert_eq!(provider.status(&phone).await, Ok(found));
    assert_eq!(provider.register(&phone).await, Ok(()));
    assert!(phones().contains_key("001565aabbcc"));
    if knows_status {
        assert_eq!(provider.status(&phone).await, Ok(Registration::Here(None)));
    }
    phone.url = "https://other.example.net/".to_owned();
    assert_eq!(provider.register(&phone).await, Ok(()), "another URL");
    assert_eq!(provider.remove(&phone).await, Ok(()));
    assert!(phones().is_empty());
    assert_eq!(provider.register(&device_of(TAKEN)).await, Err(ServiceError::Elsewhere));
    assert_eq!(provider.register(&device_of(UNKNOWN)).await, Err(ServiceError::NoSuchDevice));
    assert!(phones().is_empty());
    assert_eq!(provider.list().await, Ok(None));
}

fn device_of(address: &str) -> RedirectDevice {
    labelled(address)
}

#[tokio::test]
async fn yealink_rps_does_every_verb() {
    let (desk, provider, url) = stage("yealink", yealink, SECRET).await;
    lifecycle(&*provider, &desk, true).await;
    assert_eq!(provider.remove(&device("001565aabbcc")).await, Ok(()), "an absent phone");
    assert_eq!(provider.status(&device(TAKEN)).await, Ok(Registration::Elsewhere));
    assert_eq!(provider.remove(&device(TAKEN)).await, Err(ServiceError::Elsewhere));
    let ftp = RedirectDevice { url: "gopher://a/".to_owned(), ..device("001565aabbcc") };
    assert_eq!(provider.register(&ftp).await, Err(ServiceError::Url("gopher://a/".to_owned())));
    let other = provider_with("yealink", &url, "wrong");
    assert_eq!(other.status(&device("001565aabbcc")).await, Err(ServiceError::Credentials));
}

#[tokio::test]
async fn gigaset_does_every_verb() {
    let (desk, provider, _) = stage("gigaset", gigaset, SECRET).await;
    lifecycle(&*provider, &desk, true).await;
    assert_eq!(provider.status(&labelled(TAKEN)).await, Ok(Registration::Elsewhere));
    assert_eq!(provider.remove(&labelled("001565aabbcc")).await, Ok(()), "an absent phone");
    assert_eq!(provider.register(&device("001565aabbcc")).await, Err(ServiceError::NoSuchDevice), "without its MAC-ID");
    let ftp = RedirectDevice { url: "ftp://a/".to_owned(), ..labelled("001565aabbcc") };
    assert_eq!(provider.register(&ftp).await, Err(ServiceError::Url("ftp://a/".to_owned())));
}

#[tokio::test]
async fn fanvil_fdps_does_every_verb_it_documents() {
    let (desk, provider, _) = stage("fanvil", fanvil, HASHED).await;
    lifecycle(&*provider, &desk, false).await;
    assert!(!desk.lock().unwrap().groups.contains_key("001565AABBCC"), "the group goes with the phone");
    let bad = RedirectDevice { url: "https://a/bad".to_owned(), ..device("001565aabbcc") };
    assert_eq!(provider.register(&bad).await, Err(ServiceError::Url("https://a/bad".to_owned())));
}

#[tokio::test]
async fn unknown_server_of_the_account_is_named() {
    for (name, speak) in [("yealink", yealink as Speak), ("gigaset", gigaset)] {
        let (desk, _, url) = stage(name, speak, SECRET).await;
        let provider = provider_of(name, &url, SECRET, "elsewhere");
        let error = provider.register(&labelled("001565aabbcc")).await.unwrap_err();
        assert_eq!(error, ServiceError::NoServer("elsewhere".to_owned()));
        assert!(error.to_string().contains("`elsewhere`; add it at the portal"), "{error}");
        assert!(desk.lock().unwrap().phones.is_empty());
    }
}

#[tokio::test]
async fn service_that_asks_for_a_pause_is_asked_again() {
    let (desk, provider, _) = stage("yealink", yealink, SECRET).await;
    desk.lock().unwrap().put_off = 3;
    assert_eq!(provider.register(&device("001565aabbcc")).await, Ok(()));
    assert_eq!(desk.lock().unwrap().phones.get("001565aabbcc").map(String::as_str), Some(URL));
    desk.lock().unwrap().put_off = 100;
    assert_eq!(provider.register(&device("001565aabbcc")).await, Err(ServiceError::Throttled(5)));
    assert_eq!(desk.lock().unwrap().put_off, 95);
}

#[tokio::test]
async fn faults_of_a_service_end_the_run() {
    let url = serve(Router::new().route("/rpc", post(|| async { StatusCode::BAD_GATEWAY }))).await;
    let provider = provider("yealink", &(url + "/rpc"));
    let error = provider.register(&device("001565aabbcc")).await.unwrap_err();
    assert_eq!((error.clone(), error.is_fatal()), (ServiceError::Faulty(502), true));
    let absent = super::stage::provider("yealink", "http://127.0.0.1:1/rpc");
    let error = absent.status(&device("001565aabbcc")).await.unwrap_err();
    assert!(matches!(error, ServiceError::Unreachable(_)) && error.is_fatal(), "{error}");
    let url = serve(Router::new().route("/rpc", post(|| async { "<html>maintenance</html>" }))).await;
    let odd = super::stage::provider("yealink", &(url + "/rpc"));
    let error = odd.status(&device("001565aabbcc")).await.unwrap_err();
    assert!(matches!(error, ServiceError::Undocumented(_)), "{error}");
}
