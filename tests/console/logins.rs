//! Logins and sessions.

use super::browser::{BASE, Browser, token};
use super::stage::{OTHER, PBX, Stage};
use dialplate_tests::client::{self, Answer};
use dialplate_tests::database;
use dialplate_tests::server::{Server, command};
use dialplate_tests::wait;
use std::io::Write;
use std::process::Stdio;

fn is_in(answer: &Answer) -> bool {
    answer.status == 303 && answer.header("location") == "/console/"
}

#[track_caller]
fn assert_refused(answer: &Answer, browser: &Browser) {
    let text = answer.text();
    assert_eq!(answer.status, 403, "{text}");
    assert!(text.contains("User or password is wrong, or the user may not log in here."), "{text}");
    assert!(!browser.cookies.contains_key("dialplate_session"), "{:?}", browser.cookies);
}

/// One server for each database, which all of these look at, because a start costs more than they do.
#[tokio::test(flavor = "multi_thread")]
async fn fusionpbx_users_log_in_by_their_groups() {
    let stage = Stage::new(&[("DIALPLATE_GUESSES_PER_NETWORK_MAX", "0")]).await;
    for (at, (server, url)) in stage.servers.iter().enumerate() {
        admitted_users_see_their_domains(server);
        refused_users_are_told_the_same(server);
        forms_of_others_are_refused(server);
        sessions_need_their_cookie(server);
        every_action_has_a_line(server, &stage.journal(at));
        changed_users_are_logged_out(server, url).await;
    }
}

fn admitted_users_see_their_domains(server: &Server) {
    for (user, password, host, rights) in [
        ("root", "s3cret", "127.0.0.1", "(administrator)"),
        ("ROOT@PBX.example.net", "s3cret", "127.0.0.1", "(administrator)"),
        ("old", "old&pass", PBX, "(administrator)"),
        ("tenant", "s3cret", OTHER, "(administrator of other.example.net)"),
        ("tenant@other.example.net", "s3cret", PBX, "(administrator of other.example.net)"),
        ("twin", "first", PBX, "(administrator)"),
        ("twin", "second", OTHER, "(administrator of other.example.net)"),
        ("twin@other.example.net", "second", PBX, "(administrator of other.example.net)"),
        ("<b>Zoë & \"X\"</b>", "p&ss w\"örd<'>+%", PBX, "&lt;b&gt;Zoë &amp; &quot;X&quot;&lt;/b&gt;"),
    ] {
        let mut browser = Browser::new(server.admin());
        browser.headers.push(("Host", host.to_owned()));
        let answer = browser.log_in(user, password);
        assert!(is_in(&answer), "{user}: {} {}", answer.status, answer.text());
        let page = browser.get("/");
        assert!(page.status == 200 && page.text().contains(rights), "{user}: {}", page.text());
        assert!(!page.text().contains("<b>Zo"), "{}", page.text());
    }
}

fn refused_users_are_told_the_same(server: &Server) {
    let mut bodies = Vec::new();
    for (user, password) in [
        ("root", "wrong"),
        ("root", ""),
        ("", ""),
        ("nobody", "s3cret"),
        ("nobody\0", "s3cret"),
        ("' or 1=1 --", "s3cret"),
        ("root@other.example.net", "s3cret"),
        ("gone", "s3cret"),
        ("person", "s3cret"),
        ("forger", "s3cret"),
        ("bare", "s3cret"),
        ("coded", "s3cret"),
        // The MD5 of a password is none.
        ("old", "5a1d1e7a5ae7f4bb4ed26c1a1a1a1a1a"),
        // Two users have this name, and the host is no domain.
        ("twin", "first"),
    ] {
        let mut browser = Browser::new(server.admin());
        let answer = browser.log_in(user, password);
        assert_refused(&answer, &browser);
        bodies.push(answer.text().split("name=\"token\"").next().unwrap().to_owned());
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
}

fn forms_of_others_are_refused(server: &Server) {
    let fields = |token: &str| [("token", token.to_owned()), ("user", "root".into()), ("password", "s3cret".into())];
    let send = |browser: &mut Browser, token: &str| {
        let fields = fields(token);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post("/login", &fields)
    };
    let mut own = Browser::new(server.admin());
    let own_token = token(&own.get("/login"), "/login");
    // A token without the cookie of its browser, and one of another browser.
    let mut other = Browser::new(server.admin());
    assert_eq!(send(&mut other, &own_token).status, 403);
    other.get("/login");
    assert_eq!(send(&mut other, &own_token).status, 403);
    for (name, value) in [
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ] {
        own.headers = vec![(name, value.to_owned())];
        let answer = send(&mut own, &own_token);
        assert!(answer.status == 403 && !own.cookies.contains_key("dialplate_session"), "{name}: {value}");
    }
    own.headers = vec![("Origin", format!("http://{}", server.admin()))];
    assert!(is_in(&send(&mut own, &own_token)));
    // The same for a form of a session.
    let page = own.get("/");
    let logout = token(&page, "/logout");
    for (headers, token) in [
        (vec![("Origin", "https://evil.example".to_owned())], logout.as_str()),
        (vec![("Sec-Fetch-Site", "cross-site".to_owned())], &logout),
        (vec![], ""),
        (vec![], &own_token),
    ] {
        own.headers = headers;
        assert_eq!(own.post("/logout", &[("token", token)]).status, 403);
        assert_eq!(own.get("/").status, 200, "the session goes on");
    }
    assert_eq!(own.post("/logout", &[("token", &logout)]).header("location"), "/console/login");
}

fn sessions_need_their_cookie(server: &Server) {
    let mut browser = Browser::new(server.admin());
    assert!(is_in(&browser.log_in("root", "s3cret")));
    let cookie = browser.set.iter().find(|cookie| cookie.starts_with("dialplate_session=")).unwrap().clone();
    assert!(cookie.ends_with("; Path=/console; HttpOnly; SameSite=Strict"), "{cookie}");
    assert_eq!(browser.cookies["dialplate_session"].len(), 64);
    let id = browser.cookies["dialplate_session"].clone();
    for forged in ["0".repeat(64), String::from("x"), id.to_uppercase(), format!("{id}; dialplate_session={id}")] {
        browser.cookies.insert("dialplate_session".into(), forged.clone());
        for page in ["/", "/logout"] {
            let answer = if page == "/" { browser.get(page) } else { browser.post(page, &[]) };
            assert_eq!((answer.status, answer.header("location")), (303, "/console/login"), "{forged}");
        }
    }
    browser.cookies.insert("dialplate_session".into(), id.clone());
    assert_eq!(browser.get("").header("location"), "/console/");
    let page = browser.get("/");
    assert_eq!(page.status, 200);
    let logout = token(&page, "/logout");
    assert_eq!(browser.post("/logout", &[("token", &logout)]).status, 303);
    // The cookie is worthless after the logout.
    browser.cookies.insert("dialplate_session".into(), id);
    assert_eq!(browser.get("/").status, 303);
}

fn every_action_has_a_line(server: &Server, journal: &str) {
    let mut browser = Browser::new(server.admin());
    browser.headers.push(("User-Agent", "audited".to_owned()));
    browser.log_in("root", "my other password");
    browser.log_in("my password in the wrong field", "x");
    browser.log_in("root", "s3cret");
    let logout = token(&browser.get("/"), "/logout");
    browser.post("/logout", &[("token", &logout)]);
    let lines = || {
        let shown = command("journal", &[("DIALPLATE_JOURNAL", journal)]).arg("--json").output().unwrap();
        let text = String::from_utf8(shown.stdout).unwrap();
        let entry = |line: &str| serde_json::from_str::<serde_json::Value>(line).ok();
        let entries = text.lines().filter_map(entry).filter(|entry| entry["user_agent"] == "audited");
        let line = |entry: serde_json::Value| {
            ["reason", "status", "target", "domain"].map(|name| entry[name].to_string().replace('"', "")).join(" ")
        };
        entries.map(line).collect::<Vec<_>>()
    };
    let expected = [
        "console_refused 403 /console/login?name=root pbx.example.net",
        "console_refused 403 /console/login?name= ",
        "console_login 303 /console/login?name=root pbx.example.net",
        "console_logout 303 /console/logout?name=root ",
    ];
    wait::until(|| lines().len() == expected.len(), || format!("{:?}", lines()));
    assert_eq!(lines(), expected);
    let log = server.log();
    assert!(!log.contains("my other password") && !log.contains("my password in the wrong field"), "{log}");
    assert!(log.contains("the user is in none of the groups") && log.contains("the user is disabled"), "{log}");
}

/// The server looks at a user's row again after some seconds.
async fn changed_users_are_logged_out(server: &Server, url: &str) {
    let mut browsers: Vec<_> = ["old", "twin@pbx.example.net", "root"].map(|_| Browser::new(server.admin())).into();
    for (browser, (user, password)) in
        browsers.iter_mut().zip([("old", "old&pass"), ("twin@pbx.example.net", "first"), ("root", "s3cret")])
    {
        assert!(is_in(&browser.log_in(user, password)), "{user}");
    }
    let change = "update v_users set user_enabled = false where username = 'old'; \
        delete from v_user_groups where user_uuid in (select user_uuid from v_users where username = 'twin' and password is not null);";
    database::run(url, change).await;
    let (changed, same) = browsers.split_at_mut(2);
    wait::until(|| changed.iter_mut().all(|browser| browser.get("/").status == 303), || "logged out".to_owned());
    assert_eq!(same[0].get("/").status, 200);
}

#[test]
fn failed_logins_reach_the_limit_of_the_client() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("DIALPLATE_CONSOLE_PATH", BASE),
        ("DIALPLATE_GUESSES_PER_NETWORK_MAX", "3"),
        ("DIALPLATE_TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let server = Server::demo(folder.path(), &settings);
    add_user(folder.path(), &["ada", "--role", "admin"], "s3cret");
    let from = |address: &str| {
        let mut browser = Browser::new(server.admin());
        browser.headers.push(("X-Forwarded-For", address.to_owned()));
        browser
    };
    for _ in 0..3 {
        assert_eq!(from("192.0.2.1").log_in("ada", "wrong").status, 403);
    }
    let limited = from("192.0.2.1").log_in("ada", "s3cret");
    assert!(limited.status == 429 && limited.header("retry-after").parse::<u32>().is_ok_and(|wait| wait > 0));
    assert!(is_in(&from("198.51.100.1").log_in("ada", "s3cret")), "another network is not limited");
    let listed = client::get(server.admin(), "localhost", "/limits").text();
    assert!(listed.contains("192.0.2.0/24"), "{listed}");
    let cleared = client::send(
        server.admin(),
        "DELETE",
        "/limits?subject=192.0.2.0/24",
        &[("Host", "localhost"), ("X-Dialplate-Caller", "test")],
        b"",
    );
    assert_eq!(cleared.status, 200);
    assert!(is_in(&from("192.0.2.1").log_in("ada", "s3cret")));
    // A proxy that speaks TLS with the browser.
    let mut browser = from("198.51.100.1");
    browser.headers.push(("X-Forwarded-Proto", "https".to_owned()));
    assert!(is_in(&browser.log_in("ada", "s3cret")));
    assert!(browser.set.iter().all(|cookie| cookie.ends_with("; Secure")), "{:?}", browser.set);
}

/// Runs `dialplate user add` in the demonstration of this folder.
pub fn add_user(folder: &std::path::Path, words: &[&str], password: &str) {
    let database = dialplate_tests::server::demo_url(folder);
    let mut command = command("user", &[("DIALPLATE_DATABASE", &database)]);
    command.arg("add").args(words).arg("--password-stdin").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
    process.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn user(folder: &std::path::Path, words: &[&str], input: &str) -> std::process::Output {
    let database = dialplate_tests::server::demo_url(folder);
    let mut command = command("user", &[("DIALPLATE_DATABASE", &database)]);
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    process.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    process.wait_with_output().unwrap()
}

#[test]
fn standalone_users_log_in_by_their_role() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[("DIALPLATE_CONSOLE_PATH", BASE)]);
    let add = |words: &[&str]| add_user(folder.path(), words, "s3cret");
    add(&["ada", "--role", "admin"]);
    add(&["rita", "--role", "reader"]);
    add(&["phil"]);
    let log_in = |user: &str, password: &str| {
        let mut browser = Browser::new(server.admin());
        let is_in = is_in(&browser.log_in(user, password));
        is_in.then(|| browser.get("/").text())
    };
    assert!(log_in("ada", "s3cret").unwrap().contains("(administrator)"));
    assert!(log_in("rita", "s3cret").unwrap().contains("(reader)"));
    assert!(log_in("phil", "s3cret").is_none());
    let listed = String::from_utf8(user(folder.path(), &["list"], "").stdout).unwrap();
    for (name, role) in [("ada", "admin"), ("rita", "reader"), ("phil", "true")] {
        let line = listed.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}: {listed}"));
        assert!(line.trim_end().ends_with(role), "{listed}");
    }
    let succeed = |words: &[&str], input: &str| {
        let output = user(folder.path(), words, input);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    succeed(&["set", "rita", "--role", "admin"], "");
    assert!(log_in("rita", "s3cret").unwrap().contains("(administrator)"));
    succeed(&["set", "ada", "--role", ""], "");
    assert!(log_in("ada", "s3cret").is_none());
    succeed(&["password", "rita"], "n3w\n");
    assert!(log_in("rita", "s3cret").is_none() && log_in("rita", "n3w").is_some());
    succeed(&["remove", "rita"], "");
    assert!(log_in("rita", "n3w").is_none());
    let wrong = user(folder.path(), &["add", "x", "--role", "root"], "");
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(!wrong.status.success() && said.contains("--role \"root\": write one of admin, reader"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn role_in_fusionpbx_database_is_refused() {
    let stage = Stage::new(&[]).await;
    for (_, url) in &stage.servers {
        let role = |domain: &str, name: &str| {
            let mut list = command("user", &[("DIALPLATE_DATABASE", url)]);
            let output = list.args(["list", "--json", "--domain", domain]).output().unwrap();
            let listed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            let user = listed.as_array().unwrap().iter().find(|user| user["username"] == name).unwrap();
            user["role"].as_str().unwrap_or("none").to_owned()
        };
        assert_eq!((&*role(PBX, "root"), &*role(OTHER, "tenant")), ("admin", "admin of the domain"));
        // A group of one domain gives no rights over all, whatever its name is.
        assert_eq!((&*role(PBX, "person"), &*role(OTHER, "forger")), ("none", "none"));
        let mut command = command("user", &[("DIALPLATE_DATABASE", url)]);
        let output = command.args(["add", "x", "--domain", PBX, "--role", "admin"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains("this database has FusionPBX's groups"), "{said}");
        assert_eq!(database::value(url, "select count(*) from v_users where username = 'x'").await, "0");
        assert_eq!(database::value(url, "select count(*) from v_groups").await, "4");
    }
}

#[test]
fn server_without_the_key_has_no_console() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    for page in ["/console", "/console/", "/console/login", "/login"] {
        assert_eq!(client::get(server.admin(), "localhost", page).status, 404, "{page}");
        assert_eq!(client::get(server.address, "localhost", page).status, 404, "{page}");
    }
}

#[test]
fn console_without_admin_endpoint_is_an_error() {
    let output =
        dialplate_tests::server::run(&[("DIALPLATE_ADMIN_LISTEN", "off"), ("DIALPLATE_CONSOLE_PATH", "/console")]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("the console needs the admin endpoint"), "{said}");
}
