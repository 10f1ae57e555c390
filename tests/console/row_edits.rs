//! Domains, extensions and settings, edited by forms.

use super::browser::{Browser, fields, fill};
use super::pages::assert_safe;
use super::stage::{OTHER, PBX};
use dialplate_tests::server::Server;
use dialplate_tests::{client, database};

/// Sends the form of a page with these texts.
fn send(browser: &mut Browser, page: &str, texts: &[(&str, &str)]) -> client::Answer {
    let form = browser.get(page);
    assert_safe(page, &form);
    assert_eq!(form.status, 200, "{}", form.text());
    let action = page.replace('&', "&amp;");
    let mut sent = fields(&form, &action);
    for (name, text) in texts {
        fill(&mut sent, name, text);
    }
    browser.submit(page, &sent, "")
}

/// The link of a list's row that leads to this page of the row.
fn link(browser: &mut Browser, list: &str, row: &str, page: &str) -> String {
    let text = browser.get(list).text();
    let row = text.split("<tr>").find(|line| line.contains(row)).unwrap_or_else(|| panic!("{row}: {text}"));
    let link = row.split("href=\"/console").find(|link| link.split('"').next().unwrap().contains(page));
    link.unwrap_or_else(|| panic!("{row}")).split('"').next().unwrap().replace("&amp;", "&")
}

pub async fn rows_are_edited_by_their_forms(server: &Server, url: &str, root: &mut Browser) {
    domain_is_added_changed_and_deleted(root);
    extension_is_edited(root);
    setting_is_found_explained_and_edited(server, root);
    other_edit_of_a_row_is_not_lost(url, root).await;
    secrets_are_not_shown(url, root).await;
    admin_of_a_domain_edits_its_extensions_alone(server);
    let actions = root.get("/actions").text();
    for part in
        ["domain new.example.net --description", "extension 801 --name --password", "setting provision cidr --value"]
    {
        assert!(actions.contains(part), "{part}: {actions}");
    }
}

fn domain_is_added_changed_and_deleted(root: &mut Browser) {
    let wrong = send(root, "/domains/new", &[("d.NAME", "a_b"), ("d.description", "kept <text>")]);
    assert!(wrong.status == 422 && wrong.text().contains("write a host name such as"), "{}", wrong.text());
    assert!(wrong.text().contains("id=\"d.NAME-fault\"") && wrong.text().contains("value=\"kept &lt;text&gt;\""));
    let added = send(root, "/domains/new", &[("d.NAME", "new.example.net"), ("d.description", "<b>New</b>")]);
    assert_eq!((added.status, added.header("location")), (303, "/console/domains?edit=saved"), "{}", added.text());
    let list = root.get("/domains?edit=saved");
    assert_safe("/domains", &list);
    assert!(list.text().contains("Saved.") && list.text().contains("&lt;b&gt;New&lt;/b&gt;"), "{}", list.text());
    assert!(!root.get("/domains?search=new.ex").text().contains("<td>pbx.example.net</td>"));
    let edit = link(root, "/domains", "new.example.net", "/edit");
    assert_eq!(send(root, &edit, &[]).header("location"), "/console/domains?edit=same");
    assert_eq!(send(root, &edit, &[("d.enabled", "false")]).status, 303);
    // A domain in use is not deleted by one button.
    let used = link(root, "/domains", PBX, "/delete");
    let refused = send(root, &used, &[]);
    assert!(refused.status == 409 && refused.text().contains("remove them first"), "{}", refused.text());
    let delete = link(root, "/domains", "new.example.net", "/delete");
    assert_eq!(send(root, &delete, &[]).header("location"), "/console/domains?edit=deleted");
    assert!(!root.get("/domains").text().contains("new.example.net"));
}

fn extension_is_edited(root: &mut Browser) {
    let new = format!("/extensions/new?domain={PBX}");
    let wrong = send(root, &new, &[("d.NUMBER", "8 01"), ("d.name", "Ada"), ("d.timeout", "0"), ("d.user", "nobody")]);
    let text = wrong.text();
    assert!(wrong.status == 422 && text.contains("is not allowed here") && text.contains("value=\"Ada\""), "{text}");
    let wrong = send(root, &new, &[("d.NUMBER", "801"), ("d.timeout", "0"), ("d.enabled", "true")]).text();
    assert!(wrong.contains("id=\"d.timeout-fault\">write a whole number from 1 to 3600"), "{wrong}");
    let added = send(root, &new, &[("d.NUMBER", "801"), ("d.name", "Ada")]);
    assert!(added.status == 200 && added.text().contains("shows it this once"), "{}", added.text());
    let list = format!("/extensions?domain={PBX}");
    let edit = link(root, &list, "<td>801</td>", "/edit");
    assert!(send(root, &edit, &[("d.name", "Ada L."), ("password", "typed-9")]).status == 303);
    let shown = root.get(&edit).text();
    assert!(shown.contains("value=\"Ada L.\"") && !shown.contains("typed-9"), "{shown}");
    let taken = send(root, &new, &[("d.NUMBER", "801")]).text();
    assert!(
        taken.contains("extension &quot;801&quot; exists already") || taken.contains("801 exists already"),
        "{taken}"
    );
    let delete = link(root, &list, "<td>801</td>", "/delete");
    assert_eq!(send(root, &delete, &[]).status, 303);
}

fn setting_is_found_explained_and_edited(server: &Server, root: &mut Browser) {
    // What is known about settings is found by a part of its meaning.
    let found = root.get("/settings?search=where+phones+get+the+time").text();
    assert!(found.contains("ntp_server_primary") && found.contains("Where phones get the time"), "{found}");
    let new = "/settings/new?category=provision&name=ntp_server_primary";
    let help = root.get(new).text();
    assert!(help.contains("</code>: Where phones get the time."), "{help}");
    let saved = send(
        root,
        "/settings/new",
        &[("d.CATEGORY", "provision"), ("d.NAME", "ntp_server_primary"), ("d.value", "ntp.default")],
    );
    assert_eq!(saved.status, 303, "{}", saved.text());
    let of_domain = format!("/settings/new?domain={PBX}");
    let names = [("d.CATEGORY", "provision"), ("d.NAME", "ntp_server_primary"), ("d.value", "ntp.domain")];
    assert_eq!(send(root, &of_domain, &names).status, 303);
    // A device's settings have no category.
    let of_device = "/settings/new?device=001565aa0001";
    let form = root.get(of_device).text();
    assert!(!form.contains("d.CATEGORY") && !form.contains("d.order"), "{form}");
    assert_eq!(send(root, of_device, &[("d.NAME", "ntp_server_primary"), ("d.value", "ntp.device")]).status, 303);
    let ntp = |_: ()| client::get(server.address, PBX, "/provision/001565aa0001.cfg").text();
    assert!(ntp(()).contains("ntp.device"));
    let list = root.get("/settings?device=001565aa0001");
    assert!(list.text().contains("<td>ntp.device</td>") && !list.text().contains("<td>ntp.domain</td>"));
    let delete = link(root, "/settings?device=001565aa0001", "ntp.device", "/delete");
    assert_eq!(send(root, &delete, &[]).status, 303);
    assert!(ntp(()).contains("ntp.domain"));
    // Of the values of a list, one is changed.
    for value in ["127.0.0.0/8", "192.0.2.0/24"] {
        let names = [("d.CATEGORY", "provision"), ("d.NAME", "cidr"), ("d.value", value)];
        assert_eq!(send(root, "/settings/new", &names).status, 303);
    }
    let edit = link(root, "/settings?search=cidr", "192.0.2.0/24", "/edit");
    let wrong = send(root, &edit, &[("d.value", "all")]);
    assert!(wrong.status == 422 && wrong.text().contains("write a network or an address"), "{}", wrong.text());
    assert_eq!(send(root, &edit, &[("d.value", "198.51.100.0/24")]).status, 303);
    let list = root.get("/settings?search=cidr").text();
    assert!(list.contains("198.51.100.0/24") && list.contains("127.0.0.0/8") && !list.contains("192.0.2.0/24"));
}

async fn other_edit_of_a_row_is_not_lost(url: &str, root: &mut Browser) {
    let list = format!("/settings?domain={PBX}");
    let edit = link(root, &list, "ntp.domain", "/edit");
    let mut sent = fields(&root.get(&edit), &edit.replace('&', "&amp;"));
    fill(&mut sent, "d.value", "mine.example");
    database::run(url, "update v_domain_settings set domain_setting_value = 'theirs.example'").await;
    let conflict = root.submit(&edit, &sent, "");
    assert_safe("conflict", &conflict);
    let text = conflict.text();
    assert!(conflict.status == 409 && text.contains("<td>mine.example</td><td>theirs.example</td>"), "{text}");
    let again = fields(&conflict, &edit.replace('&', "&amp;"));
    assert_eq!(root.submit(&edit, &again, "").status, 303);
    assert!(root.get(&list).text().contains("<td>mine.example</td>"));
}

async fn secrets_are_not_shown(url: &str, root: &mut Browser) {
    let names = [("d.CATEGORY", "provision"), ("d.NAME", "admin_password"), ("d.value", "s3cret-value")];
    assert_eq!(send(root, "/settings/new", &names).status, 303);
    let edit = link(root, "/settings", "admin_password", "/edit");
    let pages = root.get(&edit).text() + &root.get("/settings").text() + &root.get("/actions").text();
    assert!(!pages.contains("s3cret-value") && pages.contains("The value is a secret"), "{pages}");
    // An empty value keeps the stored one.
    assert_eq!(send(root, &edit, &[("d.description", "changed")]).status, 303);
    let value =
        "select default_setting_value from v_default_settings where default_setting_subcategory = 'admin_password'";
    assert_eq!(database::value(url, value).await, "s3cret-value");
}

fn admin_of_a_domain_edits_its_extensions_alone(server: &Server) {
    let mut tenant = Browser::new(server.admin());
    tenant.headers.push(("Host", OTHER.to_owned()));
    tenant.log_in("tenant", "s3cret");
    for page in ["/domains", "/domains/new", "/settings", "/settings/new?device=001565aa0002"] {
        assert_eq!(tenant.get(page).status, 403, "{page}");
    }
    assert_eq!(tenant.get(&format!("/extensions?domain={PBX}")).status, 404);
    assert_eq!(tenant.get(&format!("/devices/new?domain={PBX}")).status, 404);
    let own = tenant.get("/extensions");
    assert!(own.status == 200 && own.text().contains("Extensions of other.example.net"), "{}", own.text());
    let added = send(&mut tenant, &format!("/extensions/new?domain={OTHER}"), &[("d.NUMBER", "901")]);
    assert_eq!(added.status, 200, "{}", added.text());
}
