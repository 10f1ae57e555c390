//! What every page has and lacks.

use super::browser::{BASE, Browser, first_line, token};
use super::stage::{OTHER, PBX, Stage};
use dialplate_tests::client::{self, Answer};
use dialplate_tests::server::Server;

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The pages that every user has.
const PAGES: [&str; 6] = ["/", "/devices", "/extensions", "/journal", "/actions", "/templates"];

/// The pages that show the whole server.
const OF_SERVER: [&str; 3] = ["/plugins", "/domains", "/settings"];

/// Nothing listens there.
const FUSIONPBX: &str = "http://127.0.0.1:9";
pub const FUSIONPBX_PAGE: &str = "http://127.0.0.1:9/app/devices/device_edit.php?id=";

#[track_caller]
pub fn assert_safe(page: &str, answer: &Answer) {
    // A link to FusionPBX's page loads nothing.
    let text = answer.text().replace(&format!("href=\"{FUSIONPBX}/"), "href=\"");
    assert_eq!(answer.header("content-security-policy"), POLICY, "{page}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{page}");
    assert_eq!(answer.header("cache-control"), "no-store", "{page}");
    // Nothing that the policy would forbid, and nothing from elsewhere.
    for part in [
        "<style",
        "style=\"",
        " onclick",
        " onload",
        "javascript:",
        "http://",
        "https://",
        "//cdn",
        "<script>",
        "<iframe",
    ] {
        assert!(!text.contains(part), "{page} has {part}: {text}");
    }
    for link in text.split(['"']).skip(1).step_by(2).filter(|value| value.starts_with('/')) {
        assert!(link.starts_with(BASE), "{page} leads to {link}");
    }
    assert!(
        text.contains("<html lang=\"en\">") && text.contains("<h1>") && text.contains("name=\"viewport\""),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_complete_and_from_the_server_alone() {
    let stage = Stage::new(&[("DIALPLATE_FUSIONPBX_URL", FUSIONPBX)]).await;
    for (server, _) in &stage.servers {
        let mut browser = Browser::new(server.admin());
        assert_safe("login", &browser.get("/login"));
        assert_safe("refused login", &browser.log_in("root", "wrong"));
        every_page_needs_a_session(server);
        browser.log_in("root", "s3cret");
        for page in PAGES.into_iter().chain(OF_SERVER) {
            let answer = browser.get(page);
            assert_eq!(answer.status, 200, "{page}: {}", answer.text());
            assert_safe(page, &answer);
            assets_are_served(&mut browser, &answer);
        }
        hostile_texts_are_text(server, &mut browser);
        journal_is_filtered(server, &mut browser);
        one_domain_is_seen_alone(server);
        plugins_are_listed_and_reloaded(&mut browser);
        super::device_edits::edits_of_fusionpbx_are_off(&mut browser);
        fusionpbx_is_asked(&mut browser);
        wrong_addresses_have_the_navigation(server, &mut browser);
    }
}

fn wrong_addresses_have_the_navigation(server: &Server, browser: &mut Browser) {
    for (page, status, said) in [
        ("/nothing", 404, "no page at this address"),
        ("/devices/001565aa0001/nothing", 404, "no page at this address"),
        ("/journal/abc", 404, "no page at this address"),
        ("/plugins/reload", 405, "Open the page again"),
        ("/devices/001565aa0001/resync", 405, "Open the page again"),
        ("/devices?page=1&page=2", 400, "duplicate field"),
        ("/devices?page=x", 400, "page: write a number"),
        ("/devices?state=lost", 400, "state: unknown variant"),
        ("/devices?order=up", 400, "order: write"),
        ("/extensions?page=0", 400, "page: write a number"),
        ("/actions?before=x", 400, "wrong parameter"),
    ] {
        let answer = browser.get(page);
        assert_eq!(answer.status, status, "{page}: {}", answer.text());
        assert_safe(page, &answer);
        let text = answer.text();
        assert!(text.contains(said) && text.contains("aria-label=\"Pages\""), "{page}: {text}");
    }
    let answer = Browser::new(server.admin()).get("/nothing");
    assert_eq!((answer.status, answer.header("location")), (303, "/console/login"));
}

fn fusionpbx_is_asked(browser: &mut Browser) {
    let path = "/devices/001565aa0001/fusionpbx";
    let page = browser.get("/devices/001565aa0001/file?name=%7B%24mac%7D.cfg");
    let fields = [("token", &*token(&page, path)), ("name", "{$mac}.cfg")];
    let answer = browser.post(path, &fields);
    assert_safe("fusionpbx", &Answer { body: answer.text().replace("http://127.0.0.1:9", "").into(), ..answer });
    assert_eq!(browser.post(path, &[("token", "0"), ("name", "{$mac}.cfg")]).status, 403);
    let said = browser.post(path, &fields).text();
    assert!(said.contains("cannot reach http://127.0.0.1:9") && said.contains("<dt>Host</dt>"), "{said}");
}

fn every_page_needs_a_session(server: &Server) {
    let mut browser = Browser::new(server.admin());
    for page in PAGES.into_iter().chain(OF_SERVER) {
        let answer = browser.get(page);
        assert_eq!((answer.status, answer.header("location")), (303, "/console/login"), "{page}");
        assert!(answer.body.is_empty() && answer.header("content-security-policy") == POLICY, "{page}");
        browser.headers = vec![("X-Dialplate-Refresh", "1".to_owned())];
        assert_eq!(browser.get(page).status, 401, "{page}");
        browser.headers.clear();
    }
}

fn assets_are_served(browser: &mut Browser, page: &Answer) {
    let text = page.text();
    let links = text.split('"').filter_map(|value| value.strip_prefix(BASE)).filter(|link| link.contains('?'));
    let assets: Vec<_> = links.filter(|link| [".css?", ".js?", ".svg?"].iter().any(|end| link.contains(end))).collect();
    assert_eq!(assets.len(), 3, "{text}");
    for link in assets {
        let asset = browser.get(link);
        assert_eq!((asset.status, asset.header("x-content-type-options")), (200, "nosniff"), "{link}");
        assert!(asset.header("cache-control").contains("immutable"), "{link}");
        let text = asset.text();
        assert!(!text.contains("url(") && !text.contains("@import") && !text.contains("//www") || link.contains("svg"));
    }
}

fn hostile_texts_are_text(server: &Server, browser: &mut Browser) {
    let agent = "<img src=x onerror=alert(1)>\"'";
    let headers = [("Host", PBX), ("User-Agent", agent)];
    let target = "/provision/001565aaffff.cfg?name=%3Cscript%3Ealert(2)%3C/script%3E";
    client::exchange(server.address, &client::request("GET", target, &headers, b""));
    let overview = browser.get("/").text();
    assert!(overview.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{overview}");
    let id = first_line(browser, "?device=001565aaffff");
    for page in ["/", "/journal", "/journal?device=%3Cscript%3E&domain=%22%3E%3Cscript%3E", &format!("/journal/{id}")] {
        let answer = browser.get(page);
        assert_safe(page, &answer);
        assert!(!answer.text().contains("<img") && !answer.text().contains("<script>"), "{}", answer.text());
    }
    let line = browser.get(&format!("/journal/{id}")).text();
    assert!(line.contains("&lt;img src=x onerror=alert(1)&gt;&quot;"), "{line}");
}

fn journal_is_filtered(server: &Server, browser: &mut Browser) {
    for (host, address) in [(PBX, "001565aa0001"), (OTHER, "001565aa0002")] {
        client::get(server.address, host, &format!("/provision/{address}.cfg"));
        first_line(browser, &format!("?device={address}"));
    }
    let shown = |browser: &mut Browser, query: &str| {
        let text = browser.get(&format!("/journal{query}")).text();
        ["001565aa0001", "001565aa0002"].map(|address| text.contains(&format!("<td>{address}</td>")))
    };
    for (query, expected) in [
        ("?device=00:15:65:AA:00:01", [true, false]),
        ("?domain=other.example.net", [false, true]),
        ("?status=2xx&since=1h", [true, true]),
        ("?status=404", [false, false]),
        ("?reason=sent&device=&domain=&status=&since=", [true, true]),
        ("?before=1", [false, false]),
    ] {
        assert_eq!(shown(browser, query), expected, "{query}");
    }
    for (query, error) in [
        ("?status=ok", "is no status; write for instance 404"),
        ("?since=soon", "is no time; write for instance"),
        ("?reason=x", "there is no reason"),
        ("?device=xyz", "is no address or uuid"),
        ("?before=x", "is no number of a line"),
    ] {
        let text = browser.get(&format!("/journal{query}")).text();
        assert!(text.contains("role=\"alert\"") && text.contains(error), "{query}: {text}");
    }
    let id = first_line(browser, "?device=001565aa0001");
    let line = browser.get(&format!("/journal/{id}"));
    assert!(line.text().contains("The phone got its file.") && line.text().contains("yealink"), "{}", line.text());
    assert_eq!((browser.get("/journal/999999").status, browser.get("/journal/x").status), (404, 404));
}

fn one_domain_is_seen_alone(server: &Server) {
    let (mut root, mut tenant) = (Browser::new(server.admin()), Browser::new(server.admin()));
    root.log_in("root", "s3cret");
    tenant.log_in("tenant", "s3cret");
    let foreign = first_line(&mut root, "?device=001565aa0001");
    assert_eq!(tenant.get(&format!("/journal/{foreign}")).status, 404);
    let own = first_line(&mut root, "?device=001565aa0002");
    assert_eq!(tenant.get(&format!("/journal/{own}")).status, 200);
    for page in ["/journal", "/journal?domain=pbx.example.net", "/journal?device=001565aa0001", "/"] {
        let text = tenant.get(page).text();
        let foreign = ["001565aa0001</td>", "pbx.example.net</td>", "alert(1)", "root"];
        assert!(foreign.iter().all(|part| !text.contains(part)), "{page}: {text}");
    }
    assert!(tenant.get("/devices").text().contains("Other's phone"));
    for page in OF_SERVER {
        assert_eq!(tenant.get(page).status, 403, "{page}");
    }
    let token = token(&tenant.get("/"), "/logout");
    assert_eq!(tenant.post("/plugins/reload", &[("token", &token)]).status, 403);
}

fn plugins_are_listed_and_reloaded(browser: &mut Browser) {
    let page = browser.get("/plugins");
    let text = page.text();
    for part in ["yealink", "generic", "SHA-256", "Signature", "Serves"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let reload = token(&page, "/plugins/reload");
    assert_eq!(browser.post("/plugins/reload", &[("token", "0")]).status, 403);
    let answer = browser.post("/plugins/reload", &[("token", &reload)]);
    assert!(answer.status == 200 && answer.text().contains("Reloaded."), "{}", answer.text());
    assert_safe("reload", &answer);
    let actions = browser.get("/actions").text();
    assert!(actions.contains("<td>reload</td>") && actions.contains("<td>root</td>"), "{actions}");
    assert!(browser.get("/templates").text().contains("yealink/t46u"));
    let file = "folder=yealink/t46u&file=%7B%24mac%7D.cfg";
    let page = browser.get(&format!("/templates/text?{file}"));
    assert!(page.text().contains("name=\"other_folder\""), "{}", page.text());
    for (other, part) in
        [("", "Both texts are the same."), ("&other_folder=polycom/vvx450", "aria-label=\"Difference\"")]
    {
        let compared = browser.get(&format!("/templates/compare?{file}{other}"));
        assert!(compared.status == 200 && compared.text().contains(part), "{}", compared.text());
        assert_safe("compare", &compared);
    }
    assert_eq!(browser.get(&format!("/templates/compare?{file}&other_folder=none")).status, 404);
}

#[test]
fn reader_looks_and_does_not_act() {
    let folder = tempfile::tempdir().unwrap();
    let templates = folder.path().join("templates");
    std::fs::create_dir_all(templates.join("yealink/x")).unwrap();
    std::fs::write(templates.join("yealink/x/{$mac}.cfg"), "{if}<script>").unwrap();
    let templates = templates.display().to_string();
    let own = dialplate_tests::server::root().join("templates").display().to_string();
    let both = format!("{own}:{templates}");
    let settings = [("DIALPLATE_CONSOLE_PATH", BASE), ("DIALPLATE_TEMPLATES", both.as_str())];
    let server = Server::demo(folder.path(), &settings);
    super::logins::add_user(folder.path(), &["rita", "--role", "reader"], "s3cret");
    let mut browser = Browser::new(server.admin());
    browser.log_in("rita", "s3cret");
    let plugins = browser.get("/plugins");
    assert!(plugins.status == 200 && !plugins.text().contains("/plugins/reload"), "{}", plugins.text());
    let faults = browser.get("/templates");
    assert_safe("faults", &faults);
    assert!(faults.text().contains("yealink/x"), "{}", faults.text());
    // The journal is off, and its page says what to do.
    let journal = browser.get("/journal").text();
    assert!(journal.contains("The journal is off; set journal to a file"), "{journal}");
}
