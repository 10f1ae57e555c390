//! Devices imported from a CSV file: a preview of each row, then exactly what it has shown.

use super::browser::{Browser, fields, fill};
use super::pages::assert_safe;
use super::stage::{OTHER, PBX};
use dialplate_tests::server::Server;
use dialplate_tests::{client, database};

const IMPORT: &str = "/devices/import";

/// A row to add, one to change, one that is stored like that, and a hostile text.
const SHEET: &str = "address,template,label,extension,domain\n\
    001565aa0a01,yealink/t46u,<b>New</b>,610,pbx.example.net\n\
    001565aa0001,,Changed,,pbx.example.net\n\
    001565aa0002,yealink/t46u,Other's phone,,other.example.net\n";

fn preview(browser: &mut Browser, text: &str, update: bool) -> client::Answer {
    let form = browser.get(IMPORT);
    assert_safe(IMPORT, &form);
    let mut sent = fields(&form, IMPORT);
    fill(&mut sent, "text", text);
    if !update {
        sent.retain(|(name, _)| name != "update");
    }
    browser.submit(IMPORT, &sent, "")
}

/// The outcome of a line in the preview, with its details.
fn outcome(page: &str, line: u32) -> String {
    let row = page.split("<tr>").find(|row| row.starts_with(&format!("<td>{line}</td>")));
    let row = row.unwrap_or_else(|| panic!("line {line}: {page}")).split("</tr>").next().unwrap();
    let cells = row.split("<td>").skip(3);
    let text = |cell: &str| cell.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    cells.map(text).collect::<Vec<String>>().join(" ").trim().to_owned()
}

/// The fields of the form that confirms a preview: the first one for this path.
fn confirmation(page: &client::Answer) -> Vec<(String, String)> {
    let sent = fields(page, IMPORT);
    assert!(sent.iter().any(|(name, text)| name == "digest" && text.len() == 64), "{}", page.text());
    sent
}

pub async fn sheet_is_previewed_and_imported(server: &Server, url: &str, root: &mut Browser) {
    let label = "select device_label from v_devices where device_address = '001565aa0001'";
    let before = database::value(url, label).await;
    refused_rows_say_why(root);
    let shown = preview(root, SHEET, true);
    assert_safe("preview", &shown);
    let text = shown.text();
    assert!(text.contains("1 added, 1 changed, 1 unchanged, 0 refused. Nothing is written yet."), "{text}");
    assert_eq!((outcome(&text, 2), outcome(&text, 3)), ("added".to_owned(), "changed label".to_owned()));
    assert_eq!(outcome(&text, 4), "unchanged");
    assert_eq!(database::value(url, label).await, before, "a preview writes nothing");
    // Another text than the one that was previewed, and an edit since then.
    let confirmed = confirmation(&shown);
    let mut other = confirmed.clone();
    fill(&mut other, "text", &SHEET.replace("Changed", "Other"));
    let stale = root.submit(IMPORT, &other, "");
    assert!(stale.status == 409 && stale.text().contains("has changed since the preview"), "{}", stale.text());
    database::run(url, "update v_devices set device_label = 'Changed' where device_address = '001565aa0001'").await;
    let stale = root.submit(IMPORT, &confirmed, "");
    assert!(stale.status == 409 && outcome(&stale.text(), 3) == "unchanged", "{}", stale.text());
    assert_ne!(client::get(server.address, PBX, "/provision/001565aa0a01.cfg").status, 200);
    // The form of that page has what it shows.
    let done = root.submit(IMPORT, &confirmation(&stale), "");
    assert_safe("import", &done);
    assert!(done.text().contains("1 added, 0 changed, 2 unchanged, 0 refused, with 1 new lines"), "{}", done.text());
    let file = client::get(server.address, PBX, "/provision/001565aa0a01.cfg");
    assert!(file.status == 200 && file.text().contains("610"), "{}", file.text());
    let again = preview(root, SHEET, true).text();
    assert!(again.contains("0 added, 0 changed, 3 unchanged") && !again.contains("Import these rows"), "{again}");
    let actions = root.get("/actions").text();
    assert!(actions.contains("<td>import</td>") && actions.contains("devices: 1 added"), "{actions}");
    file_is_uploaded(root);
    admin_imports_into_the_own_domain_alone(server);
}

fn refused_rows_say_why(root: &mut Browser) {
    let sheet = "address,template,label,domain\n\
        001565aa0a0x,yealink/t46u,a,pbx.example.net\n\
        001565aa0a02,yealink/nope,<script>,pbx.example.net\n\
        001565aa0001,yealink/t46u,b,other.example.net\n\
        001565aa0a03,yealink/t46u,c,pbx.example.net\n";
    let shown = preview(root, sheet, true);
    assert_safe("refused rows", &shown);
    let text = shown.text();
    assert!(
        text.contains("1 added, 0 changed, 0 unchanged, 3 refused") && !text.contains("Import these rows"),
        "{text}"
    );
    for (line, reason) in
        [(2, "is no hexadecimal digit"), (3, "there is no template"), (4, "exists already in pbx.example.net")]
    {
        let outcome = outcome(&text, line);
        assert!(outcome.starts_with("refused") && outcome.contains(reason), "{outcome}");
    }
    // The text stays in the form.
    assert!(fields(&shown, IMPORT).iter().any(|(name, text)| name == "text" && text == sheet), "{text}");
    let strict = preview(root, SHEET, false).text();
    assert!(strict.contains("2 refused") && outcome(&strict, 3).contains("exists already"), "{strict}");
    let unreadable = preview(root, "adress\nx", true);
    assert!(unreadable.status == 422 && unreadable.text().contains("did you mean address?"), "{}", unreadable.text());
    let large = preview(root, &"x".repeat((512 << 10) + 1), true);
    assert!(large.status == 413 && large.text().contains("more than 524288 bytes"), "{}", large.status);
}

/// A file as a browser sends it.
fn file_is_uploaded(root: &mut Browser) {
    let form = root.get(IMPORT);
    let token = fields(&form, IMPORT).into_iter().find(|(name, _)| name == "token").unwrap().1;
    let mut send = |token: &str, text: &[u8]| {
        let fields = [("token", token), ("text", ""), ("update", "true")];
        let fields = fields.map(|(name, value)| (name, "", value.as_bytes()));
        root.upload(IMPORT, &[&fields[..], &[("file", "phones.csv", text)]].concat())
    };
    let sheet = "\u{feff}".to_owned() + &SHEET.replace('\n', "\r\n");
    let shown = send(&token, sheet.as_bytes());
    assert!(shown.status == 200 && shown.text().contains("0 added, 0 changed, 3 unchanged"), "{}", shown.text());
    assert_eq!(send("0", sheet.as_bytes()).status, 403);
    let refused = send(&token, b"address,label\n001565\xfca0a09,");
    assert!(refused.status == 422 && refused.text().contains("CSV UTF-8"), "{}", refused.text());
}

fn admin_imports_into_the_own_domain_alone(server: &Server) {
    let mut tenant = Browser::new(server.admin());
    tenant.headers.push(("Host", OTHER.to_owned()));
    tenant.log_in("tenant", "s3cret");
    let text = preview(&mut tenant, SHEET, true).text();
    assert!(outcome(&text, 3).contains("there is no domain") && outcome(&text, 4) == "unchanged", "{text}");
}
