//! The demo: the embedded database, created at the first start, and its phones.

use dialplate_tests::server::Server;

fn start(folder: &std::path::Path) -> Server {
    Server::demo(folder, &[])
}

#[test]
fn demo_yealink_gets_two_lines_and_its_keys() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let answer = server.get("127.0.0.1", "/provision/001565000046.cfg");
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/plain;charset=UTF-8"));
    let text = answer.text();
    assert!(text.starts_with("#!version:1.0.0.1\n"), "{text}");
    for line in [
        "account.1.enable = 1",
        "account.1.user_name = 101",
        "account.1.password = demo-101",
        "account.1.sip_server.1.address = localhost",
        "account.2.user_name = 102",
        "account.3.enable = 0",
        "linekey.3.type = 16",
        "linekey.3.value = 103",
        "linekey.3.label = Grace",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    assert_eq!(server.get("127.0.0.1", "/app/provision/?mac=00-15-65-00-00-46").body, answer.body);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn model_file_request_is_identified_by_user_agent() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let agent = [("Host", "127.0.0.1"), ("User-Agent", "Yealink SIP-T46U 108.86.0.20 00:15:65:00:00:46")];
    let target = "/provision/y000000000108.cfg";
    let answer = dialplate_tests::client::send(server.address, "GET", target, &agent, b"");
    assert_eq!(answer.status, 200);
    assert!(answer.text().starts_with("#!version:1.0.0.1\n"), "{}", answer.text());
    assert_eq!(
        server.get("127.0.0.1", target).status,
        403,
        "the model's file without a User-Agent identifies no phone"
    );
}

#[test]
fn phone_book_lists_extensions_of_the_domain() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let text = server.get("127.0.0.1", "/app/provision/?mac=001565000046&file=directory.xml").text();
    assert!(text.contains("<Name>Ada Lovelace</Name>") && text.contains("<Telephone>101</Telephone>"), "{text}");
}

#[test]
fn unknown_phone_and_absent_file_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    for (target, status) in [
        ("/provision/001565ffffff.cfg", 403),
        ("/app/provision/?mac=001565000046&file=nothing.cfg", 404),
        ("/app/provision/?mac=001565000046&file=../../../etc/passwd", 404),
        ("/nothing/at/all", 404),
    ] {
        let answer = server.get("127.0.0.1", target);
        assert_eq!(answer.status, status, "{target}");
    }
}
