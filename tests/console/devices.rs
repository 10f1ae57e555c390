//! The pages of devices.

use super::browser::{BASE, Browser, first_line, token};
use super::logins::add_user;
use super::pages::assert_safe;
use super::stage::{OTHER, PBX, Stage};
use dialplate_tests::client;
use dialplate_tests::server::Server;

const OWN: &str = "/devices/de000000-0000-4000-8000-000000000001";
const OTHERS: &str = "/devices/de000000-0000-4000-8000-000000000002";

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_searched_shown_and_compared() {
    let stage = Stage::new(&[("DIALPLATE_CONSOLE_EDIT", "true")]).await;
    for (server, url) in &stage.servers {
        let mut root = Browser::new(server.admin());
        root.log_in("root@pbx.example.net", "s3cret");
        devices_are_found(&mut root);
        device_is_shown(&mut root);
        file_is_compared_with_the_last_fetch(server, &mut root);
        text_is_tried_and_not_saved(server, &mut root);
        devices_of_other_domains_are_missing(server);
        super::device_edits::device_is_edited_by_its_form(server, url, &mut root).await;
        super::imports::sheet_is_previewed_and_imported(server, url, &mut root).await;
        super::row_edits::rows_are_edited_by_their_forms(server, url, &mut root).await;
    }
}

fn devices_are_found(root: &mut Browser) {
    let mut found = |query: &str| {
        let answer = root.get(&format!("/devices{query}"));
        assert_safe(query, &answer);
        let text = answer.text();
        ["001565aa0001", "001565aa0002"].map(|address| text.contains(&format!(">{address}</a>")))
    };
    for (query, expected) in [
        ("", [true, true]),
        ("?search=OTHER", [false, true]),
        ("?search=aa0001&domain=&vendor=&template=&state=&sort=&order=&page=", [true, false]),
        ("?search=%3Cscript%3E", [true, false]),
        ("?domain=other.example.net", [false, true]),
        ("?vendor=snom", [false, false]),
        ("?template=yealink/t46u&state=enabled&sort=label&order=descending", [true, true]),
        ("?state=disabled", [false, false]),
        ("?page=2", [false, false]),
    ] {
        assert_eq!(found(query), expected, "{query}");
    }
    for (query, name) in [("page=x", "page"), ("sort=x", "sort"), ("order=x", "order"), ("state=x", "state")] {
        let answer = root.get(&format!("/devices?{query}"));
        let text = answer.text();
        assert!(
            answer.status == 400 && text.contains(name) && text.contains("aria-label=\"Pages\""),
            "{query}: {text}"
        );
    }
    let page = root.get("/devices").text();
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && page.contains("2 devices"), "{page}");
}

fn device_is_shown(root: &mut Browser) {
    let answer = root.get(OWN);
    let text = answer.text();
    assert_safe(OWN, &answer);
    for part in
        ["pbx.example.net", "yealink/t46u", "{$mac}.cfg", "001565aa0001.cfg", "Settings, and the layer", "/resync\""]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(root.get("/devices/001565aa0001").text().matches("<h1>").count(), 1);
    for page in ["/devices/x", "/devices/de000000-0000-4000-8000-00000000ffff", "/devices/%27%20or%201=1"] {
        assert_eq!(root.get(page).status, 404, "{page}");
    }
    let explained = root.get(&format!("{OWN}/explain")).text();
    assert!(explained.contains("001565aa0001") && explained.contains("aria-label=\"Explanation\""), "{explained}");
}

fn file_is_compared_with_the_last_fetch(server: &Server, root: &mut Browser) {
    let file = format!("{OWN}/file?name=%7B%24mac%7D.cfg");
    let never = root.get(&file);
    assert!(
        never.status == 200 && never.text().contains("The journal knows no fetch of this file."),
        "{}",
        never.text()
    );
    let sent = client::get(server.address, PBX, "/provision/001565aa0001.cfg");
    assert_eq!(sent.status, 200);
    let line = first_line(root, "?device=001565aa0001&reason=sent");
    let now = root.get(&file).text();
    assert!(now.contains("The phone has this document since") && now.contains("aria-label=\"Document\""), "{now}");
    let explained = root.get(&format!("/journal/{line}/explain")).text();
    assert!(explained.contains("001565aa0001"), "{explained}");
    assert_eq!(root.get(&format!("{OWN}/file?name=none.cfg")).status, 422);
}

fn text_is_tried_and_not_saved(server: &Server, root: &mut Browser) {
    let page = format!("{OWN}/try");
    let form = root.get(&format!("{page}?name=%7B%24mac%7D.cfg"));
    assert!(form.status == 200 && form.text().contains("<textarea"), "{}", form.text());
    let token = token(&form, &page);
    let mut tried = |text: &str| {
        let answer = root.post(&page, &[("token", &token), ("name", "{$mac}.cfg"), ("text", text)]);
        (answer.status, answer.text())
    };
    let (status, changed) = tried("label {$label}\r\n</textarea><script>");
    assert!(status == 200 && changed.contains("The phone would get another document."), "{changed}");
    assert!(!changed.contains("<script>"), "{changed}");
    let (_, failed) = tried("{if}");
    assert!(failed.contains("The text fails:") && failed.contains("Line 1"), "{failed}");
    assert_eq!(root.post(&page, &[("token", "0"), ("name", "{$mac}.cfg"), ("text", "x")]).status, 403);
    let sent = client::get(server.address, PBX, "/provision/001565aa0001.cfg").text();
    assert!(!sent.contains("</textarea>"), "{sent}");
}

fn devices_of_other_domains_are_missing(server: &Server) {
    let mut tenant = Browser::new(server.admin());
    tenant.headers.push(("Host", OTHER.to_owned()));
    tenant.log_in("tenant", "s3cret");
    let page = tenant.get("/devices").text();
    assert!(page.contains(">001565aa0002</a>") && !page.contains("001565aa0001"), "{page}");
    assert!(!tenant.get("/devices?domain=pbx.example.net").text().contains("001565aa0001"));
    let own = tenant.get(OTHERS);
    assert_eq!(own.status, 200, "{}", own.text());
    let resync = token(&own, &format!("{OTHERS}/resync"));
    for page in [
        OWN.to_owned(),
        "/devices/001565aa0001".to_owned(),
        format!("{OWN}/file?name=%7B%24mac%7D.cfg"),
        format!("{OWN}/explain"),
        format!("{OWN}/try?name=%7B%24mac%7D.cfg"),
    ] {
        assert_eq!(tenant.get(&page).status, 404, "{page}");
    }
    // The token of one device's form serves no other device.
    assert_eq!(tenant.post(&format!("{OWN}/resync"), &[("token", &resync)]).status, 403);
}

#[test]
fn reader_asks_no_phone_and_sees_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[("DIALPLATE_CONSOLE_PATH", BASE)]);
    add_user(folder.path(), &["rita", "--role", "reader"], "s3cret");
    add_user(folder.path(), &["ada", "--role", "admin"], "s3cret");
    let (mut rita, mut ada) = (Browser::new(server.admin()), Browser::new(server.admin()));
    rita.log_in("rita", "s3cret");
    ada.log_in("ada", "s3cret");
    let device = "/devices/001565000046";
    let page = rita.get(device).text();
    assert!(!page.contains("<button type=\"submit\">Ask") && !page.contains("/try?"), "{page}");
    for browser in [&mut rita, &mut ada] {
        let file = browser.get(&format!("{device}/file?name=%7B%24mac%7D.cfg"));
        let sent = client::get(server.address, "localhost", "/provision/001565000046.cfg").text();
        let secret = sent.lines().find_map(|line| line.strip_prefix("account.1.password = ")).unwrap().trim();
        assert!(file.status == 200 && !secret.is_empty() && !file.text().contains(secret), "{}", file.text());
        assert!(!browser.get(device).text().contains(secret));
    }
    // The page of an administrator's form, with a reader's session.
    assert_eq!(rita.get(&format!("{device}/try?name=%7B%24mac%7D.cfg")).status, 200);
    let form = rita.get(&format!("{device}/try?name=%7B%24mac%7D.cfg"));
    let token_of_form = token(&form, &format!("{device}/try"));
    let fields = [("token", token_of_form.as_str()), ("name", "{$mac}.cfg"), ("text", "x")];
    assert_eq!(rita.post(&format!("{device}/try"), &fields).status, 403);
    super::device_edits::reader_has_no_form(&mut rita, &mut ada);
    // Without a switch, the phone cannot be asked, and the page says why.
    let uuid = ada.get("/devices").text();
    let uuid = uuid.split_once("001565000046</a>").and_then(|(before, _)| before.rsplit_once("/devices/")).unwrap().1;
    let page = format!("/devices/{}", uuid.trim_end_matches("\">"));
    let resync = token(&ada.get(&page), &format!("{page}/resync"));
    let asked = ada.post(&format!("{page}/resync"), &[("token", &resync)]);
    assert!([200, 503].contains(&asked.status) && asked.text().contains("<h1>"), "{}", asked.text());
}
