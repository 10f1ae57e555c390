//! The demo: the embedded database, created at the first start, and its phones.

use dialplate_tests::app::TestApp;
use dialplate_tests::server::root;
use std::collections::BTreeMap;

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

#[tokio::test(flavor = "multi_thread")]
async fn every_demo_phone_gets_every_file_of_its_template() {
    let app = TestApp::init().build().await;
    let phones =
        "select group_concat(device_address || ' ' || device_vendor || ' ' || device_template, ';') from v_devices";
    let phones = app.value(phones).await;
    let mut by_vendor: BTreeMap<&str, usize> = BTreeMap::new();
    for phone in phones.split(';') {
        let [address, vendor, template] = phone.split(' ').collect::<Vec<_>>()[..] else { panic!("{phone}") };
        *by_vendor.entry(vendor).or_default() += 1;
        let natural =
            app.get(&format!("/provision/{address}.{}", if vendor == "yealink" { "cfg" } else { "xml" })).await;
        assert_eq!(natural.status, 200, "{phone}");
        let entries = std::fs::read_dir(root().join("templates").join(template)).unwrap().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        // Parts that files include have no extension.
        for file in names.filter(|name| name.contains('.')) {
            let encoded = file.replace('{', "%7B").replace('$', "%24").replace('}', "%7D");
            let answer = app.get(&format!("/app/provision/?mac={address}&file={encoded}")).await;
            assert_eq!(answer.status, 200, "{file} of {phone}");
        }
    }
    let vendors = ["cisco", "grandstream", "polycom", "yealink", "zoiper"].map(|vendor| (vendor, 2));
    assert_eq!(by_vendor, BTreeMap::from(vendors), "two phones of each vendor");
}
