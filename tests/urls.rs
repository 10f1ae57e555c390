//! URLs, template folders and custom files.

use dialplate_tests::app::{TestApp, TestAppBuilder};
use dialplate_tests::setting::digest;
use dialplate_tests::site::{HOST, Site, write};
use dialplate_tests::wait;

const YEALINK: &str = "001565be5fd7";
const YEALINK_AGENT: &str = "Yealink SIP-T46U 66.86.0.15 00:15:65:be:5f:d7";

/// A builder of a server with a Yealink T46U and these templates.
fn yealink() -> TestAppBuilder {
    TestApp::init()
        .with_device(YEALINK, "yealink/t46u")
        .with_template("yealink/t46u/{$mac}.cfg", "default {$mac}")
        .with_template("yealink/t46u/{$mac}.boot", "boot {$mac}")
        .with_template("yealink/t46u/SEP{$mac}.cnf.xml", "sep {$mac}")
        .with_template("yealink/t46u/site.cfg", "site {$mac}")
        .with_template("yealink/t46u/cfggrp2614.xml", "model {$mac}")
        .with_template("yealink/t46u/own.gif", "GIF{$mac}")
        .with_template("logo.png", "PNG{$mac}")
}

/// What [`dialplate_tests::client::Answer::says`] of the answer to this User-Agent.
async fn says(app: &TestApp, target: &str, agent: &str) -> String {
    app.get_as(agent, target).await.says()
}

#[tokio::test(flavor = "multi_thread")]
async fn url_without_rule_is_answered_if_device_has_the_file() {
    let app = yealink().build().await;
    for (target, expected) in [
        ("/provision/001565be5fd7.cfg", "default 001565be5fd7"),
        ("/app/provision?mac=001565be5fd7", "default 001565be5fd7"),
        ("/app/provision?mac=001565be5fd7&file=site.cfg", "site 001565be5fd7"),
        ("/app/provision?mac=001565ffffff", "nginx 404"),
        ("/app/provision", "default 001565be5fd7"),
        ("/provision/00:15:65:be:5f:d7.cfg", "default 001565be5fd7"),
        ("/provision/00-15-65-BE-5F-D7.CFG", "default 001565be5fd7"),
        ("/provision/yealink/001565be5fd7.cfg", "default 001565be5fd7"),
        ("/provisioning/yealink/001565be5fd7.cfg", "default 001565be5fd7"),
        ("/001565be5fd7.cfg", "default 001565be5fd7"),
        ("/provision/snomD785-001565be5fd7.xml", "default 001565be5fd7"),
        ("/provision/gs_cfg001565be5fd7_cfg001", "default 001565be5fd7"),
        ("/provision/SEP001565BE5FD7.cnf.xml", "sep 001565be5fd7"),
        ("/provision/SIP001565BE5FD7.cnf", "nginx 404"),
        ("/provision/001565be5fd7-site.cfg", "site 001565be5fd7"),
        ("/provision/001565be5fd7-web.cfg", "nginx 404"),
        ("/provision/site.cfg", "site 001565be5fd7"),
        ("/provision/cfggrp2614.xml", "model 001565be5fd7"),
        ("/provision/cfg.xml", "default 001565be5fd7"),
        ("/provision/cfg.xml?mac=001565be5fd7&file=site.cfg", "site 001565be5fd7"),
        ("/provision/001565be5fd7.boot", "nginx 404"),
        ("/provision/001565ffffff.cfg", "403"),
        ("/provision/00-15-65-ff-ff-ff.cfg", "nginx 404"),
        ("/provision/SEP001565FFFFFF.cnf.xml", "nginx 404"),
        ("/provision/001565be5fd7.cfg?file=nothing.cfg", "404"),
    ] {
        assert_eq!(says(&app, target, YEALINK_AGENT).await, expected, "{target}");
    }
    assert_eq!(says(&app, "/provision/cfg.xml", "nobody").await, "nginx 404");
}

#[tokio::test(flavor = "multi_thread")]
async fn picture_is_sent_unrendered_and_device_picture_to_it_only() {
    let app = yealink().with_file("custom/own.txt", "").with_config("custom_templates", "@/custom").build().await;
    let answer = app.get_as("nobody", "/app/provision/logo.png").await;
    assert_eq!((answer.header("content-type"), answer.says().as_str()), ("image/png", "PNG{$mac}"));
    let answer = app.get_as(YEALINK_AGENT, "/provision/own.gif").await;
    assert_eq!((answer.header("content-type"), answer.says().as_str()), ("image/gif", "GIF{$mac}"));
    assert_eq!(says(&app, "/provision/own.gif", "nobody").await, "nginx 404");
    assert_eq!(says(&app, &format!("/provision/?mac={YEALINK}&file=own.gif"), "nobody").await, "GIF{$mac}");
    assert_eq!(says(&app, "/provision/..%2ftemplates/logo.png", "nobody").await, "nginx 404");
    write(&app.path("custom"), "logo.png", b"changed");
    assert_eq!(says(&app, "/provision/logo.png", "nobody").await, "changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn url_forms_chooses_which_urls_are_known() {
    let app = yealink().with_config("url_forms", "fusionpbx").build().await;
    for (target, expected) in [
        ("/provision/001565be5fd7.cfg", "default 001565be5fd7"),
        ("/provision/00-15-65-be-5f-d7.cfg", "nginx 404"),
        ("/provision/SEP001565BE5FD7.cnf.xml", "nginx 404"),
        ("/provision/logo.png", "nginx 404"),
    ] {
        assert_eq!(says(&app, target, YEALINK_AGENT).await, expected, "{target}");
    }
    let app = yealink().with_config("url_forms", "all").build().await;
    for target in ["/provision/001565be5fd7.boot", "/any/where/001565be5fd7.xml"] {
        assert!(says(&app, target, YEALINK_AGENT).await.ends_with(" 001565be5fd7"), "{target}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn url_without_rule_asks_for_credentials_first() {
    let app = yealink().with_sql(&digest()).build().await;
    for address in ["00-15-65-be-5f-d7", "00-15-65-ff-ff-ff"] {
        assert_eq!(says(&app, &format!("/provision/{address}.cfg"), YEALINK_AGENT).await, "401", "{address}");
    }
}

/// A builder with a custom folder and a further template folder.
fn with_custom_files() -> TestAppBuilder {
    yealink()
        .with_file("custom/yealink/t46u/site.cfg", "own site {$mac}")
        .with_file("custom/yealink/t46u/new.cfg", "own new {$mac}")
        .with_file("elsewhere/yealink/t46u/{$mac}.cfg", "elsewhere {$mac}")
        .with_config("custom_templates", "@/custom")
}

#[tokio::test(flavor = "multi_thread")]
async fn custom_file_replaces_one_template() {
    let app = with_custom_files().build().await;
    let file = async |file: &str| says(&app, &format!("/provision/?mac={YEALINK}&file={file}"), "").await;
    assert_eq!(file("").await, "default 001565be5fd7");
    assert_eq!(file("site.cfg").await, "own site 001565be5fd7");
    assert_eq!(file("new.cfg").await, "own new 001565be5fd7");
}

/// Sets the device's `template_dir` to `elsewhere`.
fn template_dir() -> String {
    format!(
        "insert into v_device_settings (device_setting_uuid, device_uuid, device_setting_category, \
         device_setting_subcategory, device_setting_name, device_setting_value, device_setting_enabled) \
         select 'c0ffee00-0000-4000-8000-000000000001', device_uuid, 'provision', 'template_dir', 'text', '@/elsewhere', \
         true from v_devices where device_address = '{YEALINK}'"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn device_setting_template_dir_replaces_the_search_path() {
    let app = with_custom_files().with_sql(&template_dir()).build().await;
    let file = async |file: &str| says(&app, &format!("/provision/?mac={YEALINK}&file={file}"), "").await;
    assert_eq!(file("").await, "elsewhere 001565be5fd7");
    assert_eq!(file("site.cfg").await, "own site 001565be5fd7");
    assert_eq!(file("cfggrp2614.xml").await, "404");
}

#[tokio::test(flavor = "multi_thread")]
async fn template_dir_has_the_files_that_its_templates_include() {
    let app = with_custom_files()
        .with_sql(&template_dir())
        .with_file("elsewhere/yealink/t46u/parts.cfg", "{include '../parts/head'}{include '../../all.inc'}")
        .with_file("elsewhere/yealink/parts/head", "head {include './line'}")
        .with_file("elsewhere/yealink/parts/line", "line ")
        .with_file("elsewhere/all.inc", "root {$mac}")
        .with_file("custom/yealink/parts/line", "own line ")
        .with_file("elsewhere/yealink/t46u/computed.cfg", "{include \"../lang/{$lang|default:'en'}.inc\"}")
        .with_file("elsewhere/yealink/lang/en.inc", "english")
        .with_file("elsewhere/other.example/yealink/t46u/x", "foreign")
        .with_file("elsewhere/yealink/t46u/foreign.cfg", "{include '../../other.example/yealink/t46u/x'}")
        .with_file("elsewhere/yealink/t46u/far.cfg", "{include '../../../custom/yealink/parts/line'}")
        .build()
        .await;
    let file = async |file: &str| says(&app, &format!("/provision/?mac={YEALINK}&file={file}"), "").await;
    assert_eq!(file("parts.cfg").await, "head own line root 001565be5fd7");
    assert_eq!(file("computed.cfg").await, "english");
    assert_eq!(file("foreign.cfg").await, "500");
    assert_eq!(file("far.cfg").await, "500");
}

/// Uses the recorded database; skipped without `../shared/corpus`.
#[test]
fn new_custom_file_for_one_domain_is_seen_without_restart() {
    let files = [
        ("templates/yealink/t46u/site.cfg", "site {$mac}"),
        ("custom/yealink/t46u/site.cfg", "own site {$mac}"),
        ("custom/yealink/t46u/new.cfg", "own new {$mac}"),
    ];
    let Some(site) = Site::start("", &files, &[("DIALPLATE_CUSTOM_TEMPLATES", "@/custom")]) else { return };
    let says = |file: &str| site.says(&format!("/provision/?mac={YEALINK}&file={file}"), "");
    assert_eq!(says("site.cfg"), "own site 001565be5fd7");
    write(&site.path("custom"), &format!("{HOST}/yealink/t46u/site.cfg"), b"domain site {$mac}");
    wait::until(|| says("site.cfg") == "domain site 001565be5fd7", || says("site.cfg"));
    assert_eq!(says("new.cfg"), "own new 001565be5fd7");
}
