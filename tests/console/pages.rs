//! What every page has and lacks.

use super::browser::{BASE, Browser};
use super::stage::Stage;
use dialplate_tests::client::Answer;
use dialplate_tests::server::Server;

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The pages that every user has.
const PAGES: [&str; 1] = ["/"];

#[track_caller]
fn assert_safe(page: &str, answer: &Answer) {
    let text = answer.text();
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
    let stage = Stage::new(&[]).await;
    for (server, _) in &stage.servers {
        let mut browser = Browser::new(server.admin());
        assert_safe("login", &browser.get("/login"));
        assert_safe("refused login", &browser.log_in("root", "wrong"));
        every_page_needs_a_session(server);
        browser.log_in("root", "s3cret");
        for page in PAGES {
            let answer = browser.get(page);
            assert_eq!(answer.status, 200, "{page}: {}", answer.text());
            assert_safe(page, &answer);
            assets_are_served(&mut browser, &answer);
        }
    }
}

fn every_page_needs_a_session(server: &Server) {
    let mut browser = Browser::new(server.admin());
    for page in PAGES {
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
