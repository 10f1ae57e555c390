//! `dialplate explain`: each decision about a request, on rows and templates of each test's own.

mod command;
mod entry;
mod recorded;

pub use recorded::ask;

use dialplate::explain::{CheckVerdict, Explanation, Question, SettingUse};
use dialplate_tests::app::{TestApp, TestAppBuilder};
use dialplate_tests::corpus::hex;
use dialplate_tests::setting::{self, digest, set};
use serde_json::json;
use sha2::{Digest, Sha256};

const DEVICE: &str = "001565aabbcc";
const CLIENT: &str = "203.0.113.7";

/// A domain with a Yealink and a template that prints settings.
fn app() -> TestAppBuilder {
    TestApp::init()
        .with_template("yealink/t46u/{$mac}.cfg", "zone {$time_zone_text}\npassword {$admin_password}\n{$mac}\n")
        .with_device(DEVICE, "yealink/t46u")
}

fn question(what: &str) -> Question {
    Question { what: what.into(), host: Some("localhost".into()), client: Some(CLIENT.into()), ..Question::default() }
}

async fn explain(app: &TestApp, what: &str) -> Explanation {
    app.explain(&question(what)).await.unwrap()
}

fn used<'a>(explanation: &'a Explanation, check: &str, name: &str) -> &'a SettingUse {
    let part = explanation.checks.iter().find(|part| part.check == check).unwrap_or_else(|| panic!("{check}"));
    part.settings.iter().find(|used| used.name == name).unwrap_or_else(|| panic!("{name}"))
}

fn domain_setting(category: &str, name: &str, kind: &str, value: &str) -> String {
    format!(
        "insert into v_domain_settings (domain_setting_uuid, domain_uuid, domain_setting_category, \
         domain_setting_subcategory, domain_setting_name, domain_setting_value, domain_setting_enabled) \
         select '{}', domain_uuid, '{category}', '{name}', '{kind}', '{value}', true from v_domains limit 1;",
        uuid(name)
    )
}

/// A uuid that a name always gives.
fn uuid(name: &str) -> String {
    let hash = hex(&Sha256::digest(name));
    format!("{}-{}-4{}-8{}-{}", &hash[..8], &hash[8..12], &hash[13..16], &hash[17..20], &hash[20..32])
}

#[tokio::test(flavor = "multi_thread")]
async fn explained_answer_is_the_one_that_the_phone_gets() {
    let app = app().build().await;
    for target in
        ["/provision/001565aabbcc.cfg", "/provision/001565ffffff.cfg", "/nothing", "/provision/001565aabbcc.boot"]
    {
        let (explained, answer) = (explain(&app, target).await, app.get(target).await);
        assert_eq!(explained.result.status, answer.status, "{target}");
        if answer.status == 200 {
            let document = explained.document.unwrap();
            assert_eq!((document.bytes, document.sha256), (answer.body.len(), hex(&Sha256::digest(&answer.body))));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_that_read_the_url_is_named() {
    let app = app().build().await;
    for (target, kind, pattern, url_forms) in [
        ("/app/provision/index.php?mac=001565aabbcc", "page", None, None),
        ("/provision/001565aabbcc.cfg", "natural", Some("{mac}"), Some("fusionpbx")),
        ("/provision/00-15-65-aa-bb-cc.cfg", "natural", Some("{pairs}"), Some("phones")),
        ("/resources/templates/provision/yealink/t46u/{$mac}.cfg?mac=001565aabbcc", "template", None, None),
    ] {
        let rule = explain(&app, target).await.request.rule.unwrap();
        assert_eq!((rule.kind.as_str(), rule.url_forms.as_deref()), (kind, url_forms), "{target}");
        let pattern = pattern.map(str::to_owned);
        assert!(pattern.is_none_or(|part| rule.pattern.unwrap().contains(&part)), "{target}");
    }
    let explained = explain(&app, "/nothing/here").await;
    assert!(explained.request.rule.is_none() && explained.result.decided_by == "url");
}

#[tokio::test(flavor = "multi_thread")]
async fn part_that_names_the_device_is_told() {
    let app = TestApp::init().build().await;
    let named = async |what: &str, agent: &str| {
        let asked = Question { user_agent: Some(agent.into()), ..question(what) };
        app.explain(&asked).await.unwrap().device.unwrap()
    };
    for (what, parameter, place) in [
        ("/provision/001565000046.cfg", "mac", "path"),
        ("/provision/001565ffffff.cfg?mac=001565000046", "mac", "query"),
        ("/app/provision/?address=001565000046", "address", "query"),
        ("001565000046", "mac", "query"),
    ] {
        let device = named(what, "").await;
        assert_eq!(device.address.as_deref(), Some("001565000046"), "{what}");
        assert_eq!(
            (device.named_by.parameter.as_deref(), device.named_by.place.as_deref()),
            (Some(parameter), Some(place))
        );
        assert!(device.is_known && device.vendor.as_deref() == Some("yealink"));
    }
    let device = named("/provision/y000000000108.cfg", "Yealink SIP-T46U 108.86.0.20 00:15:65:00:00:46").await;
    assert_eq!((device.named_by.by.as_str(), device.named_by.plugin.as_deref()), ("user_agent", Some("yealink")));
    assert!(device.named_by.pattern.unwrap().to_lowercase().contains("yealink"));
    let device = named("/provision/7421_Extern.xml", "").await;
    assert_eq!((device.extension.as_deref(), device.named_by.parameter.as_deref()), (Some("7421"), Some("ext")));
    assert_eq!(named("/provision/", "").await.named_by.by, "nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn domain_is_that_of_the_host_or_of_the_device() {
    let app = app().with_sql(&set("http_domain_filter", "boolean", "true")).build().await;
    let at = async |host: &str| {
        let asked = Question { host: Some(host.into()), ..question(DEVICE) };
        let explained = app.explain(&asked).await.unwrap();
        (explained.domain.unwrap(), explained.result)
    };
    let (domain, _) = at("LOCALHOST:8080").await;
    assert_eq!((domain.name.as_deref(), domain.found_by.as_str()), (Some("localhost"), "host"));
    assert_eq!(domain.filter.unwrap().value, json!(true));
    let (domain, result) = at("other.example").await;
    assert_eq!((domain.name, domain.found_by.as_str(), domain.is_taken_elsewhere), (None, "none", true));
    assert_eq!((result.status, result.decided_by.as_str()), (403, "device_domain"));
    app.run_sql(&set("http_domain_filter", "boolean", "false")).await;
    let (domain, result) = at("other.example").await;
    assert_eq!((domain.name.as_deref(), domain.found_by.as_str(), result.status), (Some("localhost"), "device", 200));
    assert_eq!(
        domain.filter.unwrap(),
        SettingUse {
            category: "provision".into(),
            name: "http_domain_filter".into(),
            value: json!(false),
            layer: "default".into(),
        }
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn check_has_verdict_setting_and_layer() {
    let sql = set("cidr", "array", "203.0.113.0/24") + &domain_setting("provision", "password", "text", "s3cret");
    let app = app().with_sql(&sql).build().await;
    let explained = explain(&app, DEVICE).await;
    assert_eq!((explained.result.status, explained.result.decided_by.as_str()), (403, "password"));
    let verdicts: Vec<_> = explained.checks.iter().map(|part| (part.check.as_str(), part.verdict)).collect();
    assert_eq!(
        verdicts,
        [
            ("domain_networks", CheckVerdict::NotRequired),
            ("provisioning", CheckVerdict::Passed),
            ("networks", CheckVerdict::Passed),
            ("credentials", CheckVerdict::NotRequired),
            ("password", CheckVerdict::Refused),
            ("device", CheckVerdict::NotReached),
            ("device_domain", CheckVerdict::NotReached),
            ("device_enabled", CheckVerdict::NotReached),
        ]
    );
    let network = used(&explained, "networks", "cidr");
    assert_eq!((&network.value, network.layer.as_str()), (&json!(["203.0.113.0/24"]), "default"));
    let password = used(&explained, "password", "password");
    assert_eq!((&password.value, password.layer.as_str()), (&json!("(hidden)"), "domain"));
    assert_eq!(used(&explained, "domain_networks", "cidr").layer, "built-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn user_and_password_answer_a_digest_or_basic_challenge() {
    let app = app().with_sql(&digest()).build().await;
    for kind in ["digest", "basic"] {
        app.run_sql(&set("http_auth_type", "text", kind)).await;
        for (password, status) in [(None, 401), (Some("secret1"), 200), (Some("wrong"), 401)] {
            let user = password.map(|_| "phone".to_owned());
            let asked = Question { user, password: password.map(str::to_owned), ..question(DEVICE) };
            let explained = app.explain(&asked).await.unwrap();
            assert_eq!(explained.result.status, status, "{kind} {password:?}");
            assert_eq!(explained.request.credentials.map(|it| it.to_lowercase()), password.map(|_| kind.to_owned()));
            let text = serde_json::to_string(&explained.checks).unwrap();
            assert!(!text.contains("secret1") && text.contains("http_auth_username"), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_told_and_no_question_counts() {
    let proxy = ("trusted_proxies", "127.0.0.1");
    let app = app().with_config(proxy.0, proxy.1).with_config("guesses_per_network_max", "3").build().await;
    for _ in 0..9 {
        assert_eq!(explain(&app, "001565ffffff").await.result.decided_by, "device");
    }
    for number in 0..3 {
        let headers = [("Host", "localhost"), ("X-Forwarded-For", CLIENT)];
        app.send("GET", &format!("/provision/00156500000{number}.cfg"), &headers, b"").await;
    }
    let explained = explain(&app, "001565ffffff").await;
    assert_eq!((explained.result.status, explained.result.decided_by.as_str()), (429, "rate_limits"));
    let limits = explained.limits.unwrap();
    let network = limits.counts.iter().find(|count| count.kind == "failures_of_network").unwrap();
    assert_eq!((network.subject.as_str(), network.count, network.max), ("203.0.113.0/24", 3, 3));
    assert!(limits.reached.unwrap().contains("the client's network") && explained.result.retry_after_s.is_some());
    let asked = Question { client: Some("127.0.0.1".into()), ..question(DEVICE) };
    assert!(app.explain(&asked).await.unwrap().limits.unwrap().is_exempt, "it is on this machine");
}

#[tokio::test(flavor = "multi_thread")]
async fn template_is_found_on_the_search_path_with_overrides() {
    let app = TestApp::init()
        .with_file("custom/yealink/t46u/{$mac}.cfg", "custom {$mac}\n")
        .with_config("custom_templates", "@/custom")
        .with_template("yealink/t46u/{$mac}.cfg", "common\n")
        .with_template("yealink/t46u/y000000000108.cfg", "model\n")
        .with_device(DEVICE, "yealink/t46u")
        .build()
        .await;
    let explained = explain(&app, DEVICE).await;
    let template = explained.template.unwrap();
    let places: Vec<_> = template.folders.iter().map(|folder| folder.place.as_str()).collect();
    assert_eq!((template.named_by.as_str(), places), ("row", vec!["root 1", "custom"]));
    assert_eq!(
        (template.file.as_deref(), template.file_name.as_deref()),
        (Some("{$mac}.cfg"), Some("001565aabbcc.cfg"))
    );
    assert!(template.path.unwrap().ends_with("custom/yealink/t46u/{$mac}.cfg"));
    assert_eq!(template.sha256.unwrap(), hex(&Sha256::digest("custom {$mac}\n")));
    let asked = Question { file: Some("y000000000108.cfg".into()), ..question(DEVICE) };
    let template = app.explain(&asked).await.unwrap().template.unwrap();
    assert!(template.path.unwrap().ends_with("templates/yealink/t46u/y000000000108.cfg"));
}

#[tokio::test(flavor = "multi_thread")]
async fn template_dir_and_alternate_are_told() {
    let app = app()
        .with_file("elsewhere/yealink/t46u/{$mac}.cfg", "elsewhere\n")
        .with_template("yealink/t48u/{$mac}.cfg", "alternate\n")
        .with_device("001565aabbdd", "yealink/t48u")
        .build()
        .await;
    app.run_sql(
        "update v_devices set device_uuid_alternate = (select device_uuid from v_devices where device_address = \
         '001565aabbdd') where device_address = '001565aabbcc'",
    )
    .await;
    let explained = explain(&app, DEVICE).await;
    let template = explained.template.unwrap();
    assert_eq!((template.named_by.as_str(), template.named.as_str()), ("alternate", "yealink/t48u"));
    assert!(explained.device.unwrap().shows.is_some());
    let folder = app.path("elsewhere").display().to_string();
    app.run_sql(&domain_setting("provision", "template_dir", "text", &folder)).await;
    let template = explain(&app, "001565aabbdd").await.template.unwrap();
    assert_eq!(template.template_dir.unwrap().layer, "domain");
    app.run_sql("update v_devices set device_uuid_alternate = null").await;
    let explained = explain(&app, DEVICE).await;
    assert_eq!(explained.template.unwrap().folders[0].place, "template_dir");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_of_the_file_have_layers_and_hidden_secrets() {
    let sql = [
        setting::set("time_zone_text", "text", "default zone"),
        setting::set("unread", "text", "x"),
        setting::set("admin_password", "text", "s3cret"),
    ];
    let app = app().with_sql(&sql.concat()).build().await;
    let read = async || {
        let explained = explain(&app, DEVICE).await;
        assert!(!serde_json::to_string(&explained).unwrap().contains("s3cret"));
        let pair = |used: &SettingUse| (used.name.clone(), used.value.clone(), used.layer.clone());
        explained.settings.iter().map(pair).collect::<Vec<_>>()
    };
    let hidden = ("admin_password".to_owned(), json!("(hidden)"), "default".to_owned());
    let zone = |value: &str, layer: &str| ("time_zone_text".to_owned(), json!(value), layer.to_owned());
    assert_eq!(read().await, [hidden.clone(), zone("default zone", "default")]);
    app.run_sql(&domain_setting("provision", "time_zone_text", "text", "domain zone")).await;
    assert_eq!(read().await, [hidden.clone(), zone("domain zone", "domain")]);
    let profile = uuid("profile");
    app.run_sql(&format!(
        "insert into v_device_profiles (device_profile_uuid, device_profile_name) values ('{profile}', 'p'); \
         insert into v_device_profile_settings (device_profile_setting_uuid, device_profile_uuid, profile_setting_name, \
         profile_setting_value, profile_setting_enabled) values ('{}', '{profile}', 'time_zone_text', 'profile zone', true); \
         update v_devices set device_profile_uuid = '{profile}' where device_address = '{DEVICE}'",
        uuid("profile setting")
    ))
    .await;
    assert_eq!(read().await, [hidden.clone(), zone("profile zone", "profile")]);
    app.run_sql(&format!(
        "insert into v_device_settings (device_setting_uuid, device_uuid, domain_uuid, device_setting_subcategory, \
         device_setting_value, device_setting_enabled) select '{}', device_uuid, domain_uuid, 'time_zone_text', \
         'device zone', true from v_devices where device_address = '{DEVICE}'",
        uuid("device setting")
    ))
    .await;
    assert_eq!(read().await, [hidden, zone("device zone", "device")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn plugin_and_kept_document_are_told() {
    let app = app().build().await;
    let explained = explain(&app, DEVICE).await;
    let plugin = explained.plugin.unwrap();
    assert_eq!((plugin.name.as_str(), plugin.sha256.len(), plugin.is_old), ("yealink", 64, false));
    assert!(!plugin.version.is_empty() && plugin.file.ends_with(".wasm") && plugin.knows_reads);
    let from = async || explain(&app, DEVICE).await.document.unwrap();
    assert!(from().await.from == "rendered" && from().await.render_ms.is_some(), "explaining keeps nothing");
    app.get("/provision/001565aabbcc.cfg?mac=001565aabbcc").await;
    app.get(&format!("/app/provision/?mac={DEVICE}")).await;
    app.get(&format!("/app/provision/?mac={DEVICE}")).await;
    assert_eq!(from().await.from, "kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn new_device_is_explained_and_not_inserted() {
    let app = TestApp::init().with_sql(&set("auto_insert_enabled", "boolean", "true")).build().await;
    let agent = "Yealink SIP-T46U 108.86.0.20 00:15:65:ff:00:01";
    let asked = Question { user_agent: Some(agent.into()), ..question("001565ff0001") };
    let explained = app.explain(&asked).await.unwrap();
    assert!(explained.result.would_write[0].starts_with("insert device 001565ff0001"), "{:?}", explained.result);
    assert_eq!(explained.template.unwrap().named_by, "user_agent");
    assert_eq!(app.value("select count(*) from v_devices where device_address = '001565ff0001'").await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_file_template_and_engine_are_told() {
    let app = app().with_device("001565aabbdd", "yealink/none").build().await;
    for (what, status, by) in [
        ("/app/provision/?mac=001565aabbcc&file=nothing.cfg", 404, "file"),
        ("001565aabbdd", 404, "template_folder"),
        ("001565ffffff", 403, "device"),
    ] {
        let result = explain(&app, what).await.result;
        assert_eq!((result.status, result.decided_by.as_str()), (status, by), "{what}");
        assert!(result.text.is_some_and(|text| !text.is_empty()) && !result.reason.is_empty(), "{what}");
    }
    app.run_sql(&set("template_engine", "text", "twig")).await;
    assert_eq!(explain(&app, DEVICE).await.result.decided_by, "template_engine");
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_setting_is_remarked() {
    let app = app().with_sql(&set("cidr", "array", "127.0.0.1/33")).build().await;
    let explained = explain(&app, DEVICE).await;
    assert_eq!(explained.result.decided_by, "networks");
    assert!(explained.remarks.iter().any(|remark| remark.contains("127.0.0.1/33")), "{:?}", explained.remarks);
}
