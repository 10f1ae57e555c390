//! Full answers, partial answers, and answers to conditional requests.

use dialplate_tests::client::{self, Answer};
use dialplate_tests::server::{Server, root};
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

fn ask(server: &Server, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
    client::send(server.address, method, target, &[&[("Host", "127.0.0.1")], headers].concat(), b"")
}

#[test]
fn document_is_sent_whole_in_part_or_as_not_modified() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    for target in [PAGE, &format!("{PAGE}&file=%7B%24mac%7D.cfg&content_type=application%2Foctet-stream")] {
        let whole = ask(&server, "GET", target, &[]);
        let (tag, length) = (whole.header("etag").to_owned(), whole.body.len());
        assert_eq!((whole.status, whole.header("accept-ranges"), tag.len()), (200, "bytes", 34));
        assert_eq!(ask(&server, "GET", target, &[]).header("etag"), tag, "equal documents have equal tags");
        let part = ask(&server, "GET", target, &[("Range", "bytes=10-19"), ("If-Range", &tag)]);
        assert_eq!((part.status, part.body.as_slice()), (206, &whole.body[10..20]));
        assert_eq!(part.header("content-range"), format!("bytes 10-19/{length}"));
        let outside = ask(&server, "GET", target, &[("Range", "bytes=99999999-")]);
        assert_eq!((outside.status, outside.header("content-range")), (416, format!("bytes */{length}").as_str()));
        let known =
            ask(&server, "GET", target, &[("If-None-Match", &format!("\"x\", W/{tag}")), ("Range", "bytes=0-9")]);
        assert_eq!((known.status, known.body.len(), known.header("etag")), (304, 0, tag.as_str()));
        for answer in [&whole, &part, &outside, &known] {
            for (name, value) in SECURITY {
                assert_eq!(answer.header(name), value, "{name} of a {}", answer.status);
            }
        }
        let mut head = ask(&server, "HEAD", target, &[("Range", "bytes=0-9")]);
        assert!(head.status == 200 && head.body.is_empty());
        for headers in [&mut head.headers, &mut whole.headers.clone()] {
            headers.remove("date");
        }
        let mut expected = whole.headers.clone();
        expected.remove("date");
        assert_eq!(head.headers, expected, "HEAD and GET have the same headers");
        let other = ask(&server, "GET", target, &[("If-Match", "\"x\"")]);
        assert_eq!(other.status, 412);
    }
    let refused = ask(&server, "GET", "/provision/001565ffffff.cfg", &[("Range", "bytes=0-9"), ("If-None-Match", "*")]);
    assert_eq!(refused.status, 403, "conditions apply only to documents");
}

#[test]
fn raw_template_is_sent_to_known_devices_only() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    let place = "/resources/templates/provision";
    let target = format!("{place}/yealink/t46u/%7B$mac%7D.cfg");
    let file = std::fs::read(root().join("templates/yealink/t46u/{$mac}.cfg")).unwrap();
    let known = ask(&server, "GET", &target, &[AGENT]);
    assert_eq!((known.status, known.header("content-type")), (200, "application/octet-stream"));
    assert_eq!(known.body, file);
    let tag = known.header("etag");
    assert_eq!(ask(&server, "GET", &target, &[AGENT, ("If-None-Match", tag)]).status, 304);
    assert_eq!(ask(&server, "GET", &target, &[AGENT, ("Range", "bytes=-5")]).body, file[file.len() - 5..]);
    assert_eq!(ask(&server, "GET", &format!("{target}?mac=001565000046"), &[]).body, file);
    let stranger = ("User-Agent", "Yealink SIP-T46U 108.86.0.20 00:15:65:ff:ff:ff");
    for headers in [vec![], vec![stranger]] {
        assert_eq!(ask(&server, "GET", &target, &headers).status, 403, "{headers:?}");
    }
    for path in ["yealink/t46u/absent.cfg", "yealink/t46u", "", "..%2f..%2fCargo.toml", "%2e%2e/x", ".hidden/x"] {
        let answer = ask(&server, "GET", &format!("{place}/{path}"), &[AGENT]);
        assert_eq!(answer.status, 404, "{path}");
    }
    for path in ["../../../../../../etc/passwd", "%2e%2e/%2e%2e/%2e%2e/%2e%2e/x"] {
        assert!(matches!(ask(&server, "GET", &format!("{place}/{path}"), &[AGENT]).status, 400 | 404), "{path}");
    }
}

#[test]
fn unsupported_template_engine_is_refused_and_logged() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    super::proxied::execute(folder.path(), &setting::set("template_engine", "text", "twig"));
    assert_eq!(ask(&server, "GET", PAGE, &[]).status, 500);
    server.until_logged(&["template_engine"]);
}
