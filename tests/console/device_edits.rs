//! Devices edited by forms, as a browser without scripts sends them.

use super::browser::{Browser, fields, fill, token};
use super::pages::{FUSIONPBX_PAGE, assert_safe};
use super::stage::PBX;
use dialplate_tests::server::Server;
use dialplate_tests::{client, database};

const NEW: &str = "/devices/new";
const ADDRESS: &str = "001565aa00ed";

/// Adds a device, changes it, meets somebody else's change, disables it and deletes it.
pub async fn device_is_edited_by_its_form(server: &Server, url: &str, root: &mut Browser) {
    let extension = "insert into v_extensions (extension_uuid, domain_uuid, extension, password, enabled) values \
        ('e0000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-0000000000a1', '701', 'of-extension', true)";
    database::run(url, extension).await;
    let page = device_is_added(server, root);
    wrong_values_stand_beside_their_fields(root, &page);
    rows_are_changed_moved_and_removed(server, root, &page);
    other_edit_is_not_lost(url, root, &page).await;
    foreign_forms_change_nothing(root, &page);
    let actions = root.get("/actions").text();
    for part in
        ["add device 001565aa00ed --template", "set line 1 --label --password", "remove line 2", "add key line 1"]
    {
        assert!(actions.contains(part), "{part}: {actions}");
    }
    assert!(!actions.contains("t1ped") && !server.log().contains("t1ped"), "{actions}");
    device_is_disabled_and_deleted(server, root, &page);
}

fn device_is_added(server: &Server, root: &mut Browser) -> String {
    assert!(root.get("/devices").text().contains("/devices/new\""));
    let domains = root.get(NEW).text();
    assert!(
        domains.contains("<option value=\"pbx.example.net\">") && domains.contains("other.example.net"),
        "{domains}"
    );
    let form = root.get(&format!("{NEW}?domain={PBX}"));
    assert_safe(NEW, &form);
    // Every control has a label, and the column's name stands in it.
    let mut sent = fields(&form, NEW);
    for (name, column) in [("d.label", "device_label"), ("d.profile", "device_profile_uuid"), ("l0.user-id", "user_id")]
    {
        let text = form.text();
        let label = text.split_once(&format!("<label for=\"{name}\">")).unwrap().1.split("</label>").next().unwrap();
        assert!(label.contains(&format!("<code>{column}</code>")), "{label}");
    }
    // Another line and a key, before anything is saved.
    fill(&mut sent, "d.ADDRESS", "00:15:65:aa:00:ed");
    fill(&mut sent, "d.template", "yealink/t46u");
    fill(&mut sent, "l0.extension", "701");
    let more = root.submit(NEW, &sent, "add-line");
    assert_eq!(more.status, 200, "{}", more.text());
    let more = root.submit(NEW, &fields(&more, NEW), "add-key line");
    let mut sent = fields(&more, NEW);
    for (name, text) in [
        ("l1.user-id", "702<\"&>"),
        ("l1.password", "t1ped"),
        ("l1.LINE", "2"),
        ("k0.type", "16"),
        ("k0.value", "<script>alert(3)</script>"),
        ("k0.label", "Boss"),
    ] {
        fill(&mut sent, name, text);
    }
    let saved = root.submit(NEW, &sent, "save");
    assert_eq!(saved.status, 303, "{}", saved.text());
    let page = saved.header("location").strip_prefix("/console").unwrap().split('?').next().unwrap().to_owned();
    let shown = root.get(&format!("{page}?edit=saved"));
    assert_safe(&page, &shown);
    assert!(shown.text().contains("Saved.") && shown.text().contains("701"), "{}", shown.text());
    let file = client::get(server.address, PBX, &format!("/provision/{ADDRESS}.cfg")).text();
    for part in ["of-extension", "t1ped", "702<", "<script>alert(3)</script>"] {
        assert!(file.contains(part), "{part}: {file}");
    }
    page
}

fn wrong_values_stand_beside_their_fields(root: &mut Browser, page: &str) {
    let edit = format!("{page}/edit");
    let form = root.get(&edit);
    assert_safe(&edit, &form);
    assert!(!form.text().contains("of-extension") && !form.text().contains("t1ped"), "stored passwords are not shown");
    let form = root.submit(&edit, &fields(&form, &edit), "add-key memory");
    let mut sent = fields(&form, &edit);
    for (name, text) in [
        ("d.label", "typed <label>"),
        ("d.template", "yealink/t46"),
        ("l0.port", "99999"),
        ("l1.password", "typed-password"),
        ("k1.value", "*8"),
        ("k1.KEY", "x"),
    ] {
        fill(&mut sent, name, text);
    }
    let refused = root.submit(&edit, &sent, "save");
    assert_safe("refused edit", &refused);
    let text = refused.text();
    assert!(refused.status == 422 && text.contains("4 values are wrong. Nothing was saved."), "{text}");
    for (id, reason) in [
        ("d.template", "did you mean yealink/t46"),
        ("l0.port", "write a whole number from 1 to 65535"),
        ("k1.KEY", "write a whole number from 0 to 999"),
        ("k1.type", "name what the key does"),
    ] {
        let fault = text.split_once(&format!("id=\"{id}-fault\">")).unwrap_or_else(|| panic!("{id}: {text}")).1;
        assert!(fault.split("</p>").next().unwrap().contains(reason), "{id}: {fault}");
    }
    // Nothing that was typed is lost, and the version is the same.
    assert_eq!(fields(&refused, &edit), sent);
    fill(&mut sent, "d.ADDRESS", "001565aa0001");
    for (name, text) in [("d.template", "yealink/t46u"), ("l0.port", "5060"), ("k1.KEY", "1"), ("k1.value", "")] {
        fill(&mut sent, name, text);
    }
    let taken = root.submit(&edit, &sent, "save").text();
    assert!(taken.contains("device 001565aa0001 exists already in pbx.example.net"), "{taken}");
}

fn rows_are_changed_moved_and_removed(server: &Server, root: &mut Browser, page: &str) {
    let edit = format!("{page}/edit");
    let form = root.get(&edit);
    let same = root.submit(&edit, &fields(&form, &edit), "save");
    assert_eq!(same.header("location"), format!("/console{page}?edit=same"), "{}", same.text());
    let mut sent = fields(&form, &edit);
    fill(&mut sent, "l0.label", "First");
    fill(&mut sent, "l0.password", "new-secret");
    fill(&mut sent, "k0.KEY", "3");
    sent.push(("l1.remove".to_owned(), "true".to_owned()));
    let saved = root.submit(&edit, &sent, "save");
    assert_eq!(saved.status, 303, "{}", saved.text());
    let file = client::get(server.address, PBX, &format!("/provision/{ADDRESS}.cfg")).text();
    assert!(file.contains("new-secret") && file.contains("First") && !file.contains("702<"), "{file}");
    assert!(file.contains("linekey.3.value = <script>"), "{file}");
    // Two keys in one place are refused.
    let form = root.get(&edit);
    let form = root.submit(&edit, &fields(&form, &edit), "add-key line");
    let mut sent = fields(&form, &edit);
    assert!(sent.contains(&("k1.KEY".to_owned(), "4".to_owned())), "{sent:?}");
    fill(&mut sent, "k1.KEY", "3");
    fill(&mut sent, "k1.type", "16");
    let refused = root.submit(&edit, &sent, "save");
    assert!(refused.status == 422 && refused.text().contains("key line 3 exists already"), "{}", refused.text());
}

async fn other_edit_is_not_lost(url: &str, root: &mut Browser, page: &str) {
    let edit = format!("{page}/edit");
    let form = root.get(&edit);
    let mut sent = fields(&form, &edit);
    fill(&mut sent, "d.label", "mine <b>");
    database::run(url, &format!("update v_devices set device_label = 'theirs <i>' where device_address = '{ADDRESS}'"))
        .await;
    let conflict = root.submit(&edit, &sent, "save");
    assert_safe("conflict", &conflict);
    let text = conflict.text();
    assert!(conflict.status == 409 && text.contains("Somebody else has changed this device"), "{text}");
    assert!(text.contains("<td>Label</td><td>mine &lt;b&gt;</td><td>theirs &lt;i&gt;</td>"), "{text}");
    let label = format!("select device_label from v_devices where device_address = '{ADDRESS}'");
    assert_eq!(database::value(url, &label).await, "theirs <i>");
    // The form of that page builds on the new version.
    assert_eq!(root.submit(&edit, &fields(&conflict, &edit), "save").status, 303);
    assert_eq!(database::value(url, &label).await, "mine <b>");
}

fn foreign_forms_change_nothing(root: &mut Browser, page: &str) {
    let edit = format!("{page}/edit");
    let mut sent = fields(&root.get(&edit), &edit);
    fill(&mut sent, "d.label", "forged");
    root.headers.push(("Sec-Fetch-Site", "cross-site".to_owned()));
    assert_eq!(root.submit(&edit, &sent, "save").status, 403);
    root.headers.pop();
    fill(&mut sent, "token", "0");
    assert_eq!(root.submit(&edit, &sent, "save").status, 403);
    for action in ["enable", "delete"] {
        assert_eq!(root.post(&format!("{page}/{action}"), &[("token", "0"), ("value", "false")]).status, 403);
    }
    assert!(!root.get(page).text().contains("forged"));
}

fn device_is_disabled_and_deleted(server: &Server, root: &mut Browser, page: &str) {
    let enable = format!("{page}/enable");
    let fetch = || client::get(server.address, PBX, &format!("/provision/{ADDRESS}.cfg")).status;
    for (button, status) in [("Disable the device", 404), ("Enable the device", 200)] {
        let shown = root.get(page);
        assert!(shown.text().contains(button), "{}", shown.text());
        assert_eq!(root.submit(&enable, &fields(&shown, &enable), "").status, 303);
        let got = fetch();
        assert_eq!(got == 200, status == 200, "{button}: {got}");
    }
    let delete = format!("{page}/delete");
    let form = root.get(&delete);
    assert!(form.text().contains("Its 1 lines, 1 keys"), "{}", form.text());
    assert_eq!(root.submit(&delete, &fields(&form, &delete), "").status, 303);
    assert_eq!(root.get(page).status, 404);
}

/// The server has a database of its own, so an administrator edits it.
pub fn reader_has_no_form(rita: &mut Browser, ada: &mut Browser) {
    let device = "/devices/001565000046";
    let own = rita.get(device).text();
    assert!(!own.contains("/edit\"") && !own.contains("Disable") && !rita.get("/devices").text().contains(NEW));
    for page in [format!("{device}/edit"), format!("{device}/delete"), NEW.to_owned(), "/devices/import".to_owned()] {
        assert_eq!(rita.get(&page).status, 403, "{page}");
        assert_eq!(ada.get(&page).status, 200, "{page}");
    }
    for list in ["/domains", "/extensions", "/settings"] {
        let text = rita.get(list).text();
        assert!(text.contains("role=\"status\"") && !text.contains("/edit?") && !text.contains("/new"), "{text}");
        assert_eq!(rita.get(&format!("{list}/new")).status, 403, "{list}");
        assert_eq!(ada.get(&format!("{list}/new")).status, 200, "{list}");
    }
    // The tokens of a reader's own forms serve no edit.
    let logout = token(&rita.get("/"), "/logout");
    for page in [format!("{device}/edit"), format!("{device}/delete"), format!("{device}/enable"), NEW.to_owned()] {
        assert_eq!(rita.post(&page, &[("token", &logout)]).status, 403, "{page}");
    }
}

/// A database of FusionPBX's, and no `console_edit`.
pub fn edits_of_fusionpbx_are_off(root: &mut Browser) {
    let device = "/devices/001565aa0001";
    let text = root.get(device).text();
    assert!(text.contains("console_edit = true") && !text.contains("/edit\""), "{text}");
    assert!(text.contains(&format!("href=\"{FUSIONPBX_PAGE}")), "{text}");
    assert!(!root.get("/devices").text().contains(NEW));
    for page in [format!("{device}/edit"), format!("{device}/delete"), NEW.to_owned()] {
        assert_eq!(root.get(&page).status, 403, "{page}");
    }
    for list in ["/domains", "/extensions", "/settings"] {
        let text = root.get(list).text();
        assert!(text.contains("console_edit = true") && !text.contains("/edit?") && !text.contains("/new"), "{text}");
        assert_eq!(root.get(&format!("{list}/new")).status, 403, "{list}");
    }
    for (list, page) in [
        ("/devices", "/app/devices/devices.php\""),
        ("/domains", "/core/domains/domains.php\""),
        ("/domains", "/core/domains/domain_edit.php?id="),
        ("/extensions", "/app/extensions/extensions.php\""),
        ("/settings", "/core/default_settings/default_setting_edit.php?id="),
    ] {
        let text = root.get(list).text();
        assert!(text.contains(&format!("href=\"http://127.0.0.1:9{page}")), "{list}: {page}: {text}");
    }
}
