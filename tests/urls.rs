//! URLs and template folders, through the built server. Uses `../shared/corpus`; skipped where it is absent.

use dialplate_tests::setting::digest;
use dialplate_tests::site::{HOST, Site, write};
use dialplate_tests::wait;

/// A Yealink T46U of fixture 1.
const YEALINK: &str = "001565be5fd7";
const YEALINK_AGENT: &str = "Yealink SIP-T46U 66.86.0.15 00:15:65:be:5f:d7";
const TEMPLATES: &[(&str, &str)] = &[
    ("templates/yealink/t46u/{$mac}.cfg", "default {$mac}"),
    ("templates/yealink/t46u/{$mac}.boot", "boot {$mac}"),
    ("templates/yealink/t46u/SEP{$mac}.cnf.xml", "sep {$mac}"),
    ("templates/yealink/t46u/site.cfg", "site {$mac}"),
    ("templates/yealink/t46u/cfggrp2614.xml", "model {$mac}"),
    ("templates/yealink/t46u/own.gif", "GIF{$mac}"),
    ("templates/logo.png", "PNG{$mac}"),
];

#[test]
fn url_without_rule_is_answered_if_device_has_the_file() {
    let Some(site) = Site::start("", TEMPLATES, &[]) else { return };
    for (target, says) in [
        ("/provision/001565be5fd7.cfg", "default 001565be5fd7"),
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
        assert_eq!(site.says(target, YEALINK_AGENT), says, "{target}");
    }
    assert_eq!(site.says("/provision/cfg.xml", "nobody"), "nginx 404");
}

#[test]
fn pictures_are_sent_as_they_are() {
    let Some(site) = Site::start("", TEMPLATES, &[("DIALPLATE_CUSTOM_TEMPLATES", "@/custom")]) else { return };
    let answer = site.get("/app/provision/logo.png", "nobody");
    assert_eq!((answer.status, answer.header("content-type"), &answer.body[..]), (200, "image/png", &b"PNG{$mac}"[..]));
    // The device's own is for the device.
    let answer = site.get("/provision/own.gif", YEALINK_AGENT);
    assert_eq!((answer.status, answer.header("content-type"), &answer.body[..]), (200, "image/gif", &b"GIF{$mac}"[..]));
    assert_eq!(site.says("/provision/own.gif", "nobody"), "nginx 404");
    assert_eq!(site.says(&format!("/provision/?mac={YEALINK}&file=own.gif"), "nobody"), "GIF{$mac}");
    assert_eq!(site.says("/provision/..%2ftemplates/logo.png", "nobody"), "nginx 404");
    write(&site.path("custom"), "logo.png", b"changed");
    assert_eq!(site.says("/provision/logo.png", "nobody"), "changed");
}

#[test]
fn url_forms_chooses_which_urls_are_known() {
    let Some(site) = Site::start("", TEMPLATES, &[("DIALPLATE_URL_FORMS", "fusionpbx")]) else { return };
    for (target, says) in [
        ("/provision/001565be5fd7.cfg", "default 001565be5fd7"),
        ("/provision/00-15-65-be-5f-d7.cfg", "nginx 404"),
        ("/provision/SEP001565BE5FD7.cnf.xml", "nginx 404"),
        ("/provision/logo.png", "nginx 404"),
    ] {
        assert_eq!(site.says(target, YEALINK_AGENT), says, "{target}");
    }
    let Some(site) = Site::start("", TEMPLATES, &[("DIALPLATE_URL_FORMS", "all")]) else { return };
    for target in ["/provision/001565be5fd7.boot", "/any/where/001565be5fd7.xml"] {
        assert!(site.says(target, YEALINK_AGENT).ends_with(" 001565be5fd7"), "{target}");
    }
}

#[test]
fn credentials_are_asked_for_at_a_url_without_a_rule_too() {
    let Some(site) = Site::start(&digest(), TEMPLATES, &[]) else { return };
    for address in ["00-15-65-be-5f-d7", "00-15-65-ff-ff-ff"] {
        assert_eq!(site.says(&format!("/provision/{address}.cfg"), YEALINK_AGENT), "401", "{address}");
    }
}

#[test]
fn custom_file_applies_wherever_its_folder_is() {
    let mut files = TEMPLATES.to_vec();
    files.extend([
        ("custom/yealink/t46u/site.cfg", "own site {$mac}"),
        ("custom/yealink/t46u/new.cfg", "own new {$mac}"),
        ("elsewhere/yealink/t46u/{$mac}.cfg", "elsewhere {$mac}"),
    ]);
    let settings = [("DIALPLATE_CUSTOM_TEMPLATES", "@/custom")];
    let says = |site: &Site, file: &str| site.says(&format!("/provision/?mac={YEALINK}&file={file}"), "");
    let Some(site) = Site::start("", &files, &settings) else { return };
    assert_eq!(says(&site, ""), format!("default {YEALINK}"));
    assert_eq!(says(&site, "site.cfg"), format!("own site {YEALINK}"));
    assert_eq!(says(&site, "new.cfg"), format!("own new {YEALINK}"));
    // A new file for one domain is seen without a restart.
    write(&site.path("custom"), &format!("{HOST}/yealink/t46u/site.cfg"), b"domain site {$mac}");
    let seen = || says(&site, "site.cfg") == format!("domain site {YEALINK}");
    wait::until(seen, || says(&site, "site.cfg"));
    assert_eq!(says(&site, "new.cfg"), format!("own new {YEALINK}"));

    // `template_dir` of a device's own settings.
    let sql = format!(
        "insert into v_device_settings (device_setting_uuid, device_uuid, device_setting_category, \
         device_setting_subcategory, device_setting_name, device_setting_value, device_setting_enabled) \
         select 'c0ffee00-0000-4000-8000-000000000001', device_uuid, 'provision', 'template_dir', 'text', '@/elsewhere', \
         true from v_devices where device_address = '{YEALINK}';"
    );
    let Some(site) = Site::start(&sql, &files, &settings) else { return };
    assert_eq!(says(&site, ""), format!("elsewhere {YEALINK}"));
    assert_eq!(says(&site, "site.cfg"), format!("own site {YEALINK}"));
    assert_eq!(says(&site, "cfggrp2614.xml"), "404", "the search path is replaced");
}
