//! The demo: the embedded database, created at the first start, and its phones.

use dialplate_tests::app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn demo_yealink_gets_two_lines_and_its_keys() {
    let app = TestApp::init().build().await;
    let answer = app.get("/provision/001565000046.cfg").await;
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
    assert_eq!(app.get("/app/provision/?mac=00-15-65-00-00-46").await.body, answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn model_file_request_is_identified_by_user_agent() {
    let app = TestApp::init().build().await;
    let target = "/provision/y000000000108.cfg";
    let answer = app.get_as("Yealink SIP-T46U 108.86.0.20 00:15:65:00:00:46", target).await;
    assert_eq!(answer.status, 200);
    assert!(answer.text().starts_with("#!version:1.0.0.1\n"), "{}", answer.text());
    assert_eq!(app.get(target).await.status, 403, "the model's file without a User-Agent identifies no phone");
}

#[tokio::test(flavor = "multi_thread")]
async fn phone_book_lists_extensions_of_the_domain() {
    let app = TestApp::init().build().await;
    let text = app.get("/app/provision/?mac=001565000046&file=directory.xml").await.text();
    assert!(text.contains("<Name>Ada Lovelace</Name>") && text.contains("<Telephone>101</Telephone>"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_phone_and_absent_file_are_refused() {
    let app = TestApp::init().build().await;
    for (target, status) in [
        ("/provision/001565ffffff.cfg", 403),
        ("/app/provision/?mac=001565000046&file=nothing.cfg", 404),
        ("/app/provision/?mac=001565000046&file=../../../etc/passwd", 404),
        ("/nothing/at/all", 404),
    ] {
        let answer = app.get(target).await;
        assert_eq!(answer.status, status, "{target}");
    }
}
