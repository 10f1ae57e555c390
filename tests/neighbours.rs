//! A template that makes its renders fail is refused alone: other templates, vendors and domains of the same plugin are
//! served as before.

use dialplate_tests::app::{TestApp, TestAppBuilder};

/// Three kinds of failure, each with a limit that it exceeds.
const HOSTILE: [(&str, &str, &str); 3] = [
    ("output_bytes_max", "100000", "{section name=i loop=9000}{'x'|str_repeat:100}{/section}"),
    ("render_memory_bytes_max", "4000000", "{for $i=1 to 200}{$big[]='x'|str_repeat:100000}{/for}"),
    ("render_timeout_ms", "400", "{for $i=1 to 1900000}{$a=\"$i $i\"|upper|md5}{/for}"),
];

const FAILURES_MAX: usize = 3;
const OTHER_DOMAIN: &str = "other.example";

/// A vendor that the plugin `generic` serves with all others has three hostile folders and one that works.
fn app(key: &'static str, max: &str, hostile: &str) -> TestAppBuilder {
    let device = |number: u32| format!("02000000000{number}");
    let other = "insert into v_domains (domain_uuid, domain_name, domain_enabled) values
            ('d0000000-0000-4000-8000-000000000002', 'other.example', true);
        insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
        values ('de51ce00-0000-4000-8000-000000000099', 'd0000000-0000-4000-8000-000000000002', '020000000009', 'snom',
            'snom/m1', true)";
    let in_localhost = format!("{{if $domain_name == 'localhost'}}{hostile}{{/if}}fine");
    let mut app = TestApp::init().with_config("failures_max", &FAILURES_MAX.to_string()).with_config(key, max);
    for folder in ["snom/m1", "snom/m2", "snom/m3"] {
        app = app.with_template(&format!("{folder}/{{$mac}}.cfg"), &in_localhost);
    }
    app.with_template("snom/m4/{$mac}.cfg", "fine")
        .with_template("fanvil/x1/{$mac}.cfg", "fine")
        .with_device(&device(1), "snom/m1")
        .with_device(&device(2), "snom/m2")
        .with_device(&device(3), "snom/m3")
        .with_device(&device(4), "snom/m4")
        .with_device(&device(5), "fanvil/x1")
        .with_sql(other)
}

/// Status and Retry-After of a device's file.
async fn ask(app: &TestApp, number: u32, host: &str) -> (u16, String) {
    let target = format!("/app/provision/?mac=02000000000{number}");
    let answer = app.send("GET", &target, &[("Host", host)], b"").await;
    (answer.status, answer.header("retry-after").to_owned())
}

async fn is_served(app: &TestApp, number: u32, host: &str) -> bool {
    ask(app, number, host).await.0 == 200
}

#[tokio::test]
async fn failing_template_is_refused_for_its_own_domain_alone() {
    for (key, max, hostile) in HOSTILE {
        let app = app(key, max, hostile).build().await;
        for _ in 0..FAILURES_MAX {
            assert_eq!(ask(&app, 1, "localhost").await.0, 500, "{key}");
        }
        let (status, retry_after) = ask(&app, 1, "localhost").await;
        assert!(status == 503 && retry_after.parse::<u32>().is_ok(), "{key}: {status} {retry_after}");
        assert!(is_served(&app, 4, "localhost").await, "{key}: the vendor's other template");
        assert!(is_served(&app, 5, "localhost").await, "{key}: another vendor");
        assert!(is_served(&app, 9, OTHER_DOMAIN).await, "{key}: the same template in another domain");
    }
}

#[tokio::test]
async fn several_failing_templates_leave_others_served() {
    let (key, max, hostile) = HOSTILE[0];
    let app = app(key, max, hostile).build().await;
    for device in [1, 2, 3] {
        for _ in 0..FAILURES_MAX {
            assert_eq!(ask(&app, device, "localhost").await.0, 500);
        }
    }
    for device in [1, 2, 3] {
        assert_eq!(ask(&app, device, "localhost").await.0, 503);
    }
    assert!(is_served(&app, 5, "localhost").await, "another vendor");
    assert!(is_served(&app, 4, "localhost").await, "the vendor's other template");
    assert!(is_served(&app, 9, OTHER_DOMAIN).await, "the same template in another domain");
}
