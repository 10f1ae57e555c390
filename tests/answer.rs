//! Full answers, partial answers, and answers to conditional requests.

use dialplate_tests::app::TestApp;
use dialplate_tests::client::{self, Answer};
use dialplate_tests::database;
use dialplate_tests::server::{Server, demo_url, root};
use dialplate_tests::setting;

const PAGE: &str = "/app/provision/?mac=001565000046";
const AGENT: (&str, &str) = ("User-Agent", "Yealink SIP-T46U 108.86.0.20 00:15:65:00:00:46");
/// The headers that FusionPBX sends with every answer.
const SECURITY: [(&str, &str); 4] = [
    ("x-frame-options", "SAMEORIGIN"),
    ("content-security-policy", "frame-ancestors 'self';"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
];

async fn ask(app: &TestApp, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
    app.send(method, target, &[&[("Host", "localhost")], headers].concat(), b"").await
}

#[tokio::test(flavor = "multi_thread")]
async fn document_is_sent_whole_in_part_or_as_not_modified() {
    let app = TestApp::init().build().await;
    for target in [PAGE, &format!("{PAGE}&file=%7B%24mac%7D.cfg&content_type=application%2Foctet-stream")] {
        let whole = ask(&app, "GET", target, &[]).await;
        let (tag, length) = (whole.header("etag").to_owned(), whole.body.len());
        assert_eq!((whole.status, whole.header("accept-ranges"), tag.len()), (200, "bytes", 34));
        assert_eq!(ask(&app, "GET", target, &[]).await.header("etag"), tag, "equal documents have equal tags");
        let part = ask(&app, "GET", target, &[("Range", "bytes=10-19"), ("If-Range", &tag)]).await;
        assert_eq!((part.status, part.body.as_slice()), (206, &whole.body[10..20]));
        assert_eq!(part.header("content-range"), format!("bytes 10-19/{length}"));
        let outside = ask(&app, "GET", target, &[("Range", "bytes=99999999-")]).await;
        assert_eq!((outside.status, outside.header("content-range")), (416, format!("bytes */{length}").as_str()));
        let known =
            ask(&app, "GET", target, &[("If-None-Match", &format!("\"x\", W/{tag}")), ("Range", "bytes=0-9")]).await;
        assert_eq!((known.status, known.body.len(), known.header("etag")), (304, 0, tag.as_str()));
        for answer in [&whole, &part, &outside, &known] {
            for (name, value) in SECURITY {
                assert_eq!(answer.header(name), value, "{name} of a {}", answer.status);
            }
        }
        let mut head = ask(&app, "HEAD", target, &[("Range", "bytes=0-9")]).await;
        assert!(head.status == 200 && head.body.is_empty());
        for headers in [&mut head.headers, &mut whole.headers.clone()] {
            headers.remove("date");
        }
        let mut expected = whole.headers.clone();
        expected.remove("date");
        assert_eq!(head.headers, expected, "HEAD and GET have the same headers");
        let other = ask(&app, "GET", target, &[("If-Match", "\"x\"")]).await;
        assert_eq!(other.status, 412);
    }
    let refused =
        ask(&app, "GET", "/provision/001565ffffff.cfg", &[("Range", "bytes=0-9"), ("If-None-Match", "*")]).await;
    assert_eq!(refused.status, 403, "conditions apply only to documents");
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_template_is_sent_to_known_devices_only() {
    let app = TestApp::init().build().await;
    let place = "/resources/templates/provision";
    let target = format!("{place}/yealink/t46u/%7B$mac%7D.cfg");
    let file = std::fs::read(root().join("templates/yealink/t46u/{$mac}.cfg")).unwrap();
    let known = ask(&app, "GET", &target, &[AGENT]).await;
    assert_eq!((known.status, known.header("content-type")), (200, "application/octet-stream"));
    assert_eq!(known.body, file);
    let tag = known.header("etag");
    assert_eq!(ask(&app, "GET", &target, &[AGENT, ("If-None-Match", tag)]).await.status, 304);
    assert_eq!(ask(&app, "GET", &target, &[AGENT, ("Range", "bytes=-5")]).await.body, file[file.len() - 5..]);
    assert_eq!(ask(&app, "GET", &format!("{target}?mac=001565000046"), &[]).await.body, file);
    let stranger = ("User-Agent", "Yealink SIP-T46U 108.86.0.20 00:15:65:ff:ff:ff");
    for headers in [vec![], vec![stranger]] {
        assert_eq!(ask(&app, "GET", &target, &headers).await.status, 403, "{headers:?}");
    }
    for path in ["yealink/t46u/absent.cfg", "yealink/t46u", "", "..%2f..%2fCargo.toml", "%2e%2e/x", ".hidden/x"] {
        let answer = ask(&app, "GET", &format!("{place}/{path}"), &[AGENT]).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    for path in ["../../../../../../etc/passwd", "%2e%2e/%2e%2e/%2e%2e/%2e%2e/x"] {
        assert!(matches!(ask(&app, "GET", &format!("{place}/{path}"), &[AGENT]).await.status, 400 | 404), "{path}");
    }
}

#[test]
fn unsupported_template_engine_is_refused_and_logged() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    database::run_blocking(&demo_url(folder.path()), &setting::set("template_engine", "text", "twig"));
    assert_eq!(client::get(server.address, "localhost", PAGE).status, 500);
    server.until_logged(&["template_engine"]);
}
