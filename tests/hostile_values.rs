//! Values that no database can hold, in every part of a request: the answer is never an error of the server, and the
//! database never counts as failed.

use crate::guessing::set;
use dialplate_tests::client::{self, exchange, parse};
use dialplate_tests::recorded::Recorded;
use dialplate_tests::server::Server;
use dialplate_tests::{corpus, setting, wait};

/// A NUL, bytes that are not UTF-8, a lone surrogate, letters beyond Latin-1, and nothing but length. `%` encodes them.
const VALUES: [&str; 7] =
    ["%00", "7%0041", "%ff%fe", "%ed%a0%80", "%F0%9F%93%9E%E2%82%AC", "%E2%82%AC'\"\\", "%5C%75%30%30%30%30"];

const PARAMETERS: [&str; 11] =
    ["mac", "address", "name", "ext", "file", "content_type", "contacts", "password", "secret", "template", "x%00y"];

/// The statuses of hostile requests to a server.
fn ask_all(server: &Server, host: &str) -> Vec<(String, u16)> {
    let long = "7".repeat(7_000);
    let values: Vec<&str> = VALUES.into_iter().chain([long.as_str()]).collect();
    let mut targets = Vec::new();
    for value in &values {
        let of_parameter = |name: &str| {
            [format!("/app/provision/?{name}={value}"), format!("/app/provision/?mac=001565000046&{name}={value}")]
        };
        targets.extend(PARAMETERS.iter().flat_map(|name| of_parameter(name)));
        targets.extend(["/provision/", "/provision/file/", "/"].map(|folder| format!("{folder}{value}.cfg")));
        targets.push(format!("/provision/001565000046/{value}"));
        targets.push(format!("/app/provision/?ext={value}&file={value}&mac={value}"));
    }
    let mut statuses: Vec<_> =
        targets.into_iter().map(|target| (target.clone(), server.get(host, &target).status)).collect();
    for value in values {
        let body = format!("ext={value}");
        let kind = ("Content-Type", "application/x-www-form-urlencoded");
        let answer = client::send(server.address, "POST", "/app/provision/", &[("Host", host), kind], body.as_bytes());
        statuses.push((format!("POST {body}"), answer.status));
    }
    for value in ["\u{ff}\u{fe}", "\u{ed}\u{a0}\u{80}", "\u{1f4de}\u{20ac}", &"x".repeat(20_000)] {
        for target in ["/app/provision/?mac=001565000046", "/app/provision/?mac=0015650000aa", "/app/provision/"] {
            for name in ["User-Agent", "Authorization", "X-Forwarded-For", "X-Original-URI", "Content-Type", "Cookie"] {
                let answer = client::send(server.address, "GET", target, &[("Host", host), (name, value)], b"");
                statuses.push((format!("{target} {name}: {value:?}"), answer.status));
            }
        }
        let bytes = client::request("GET", "/app/provision/?mac=001565000046", &[("Host", value)], b"");
        statuses.push((format!("Host: {value:?}"), parse(&exchange(server.address, &bytes)).status));
    }
    statuses
}

fn check(server: &Server, host: &str) {
    let statuses = ask_all(server, host);
    let failed: Vec<_> = statuses.iter().filter(|(_, status)| *status >= 500).collect();
    assert!(failed.is_empty(), "{failed:?}");
    let log = server.log();
    // The review of all templates logs those of FusionPBX that do not compile as errors.
    let has_error = log.lines().any(|line| line.contains(" ERROR ") && !line.contains("template does not compile"));
    assert!(!log.contains("replica unavailable") && !log.contains("cannot record") && !has_error, "{log}");
}

/// No limits, and addresses of trusted proxies.
const SETTINGS: [(&str, &str); 4] = [
    ("DIALPLATE_GUESSES_PER_NETWORK_MAX", "0"),
    ("DIALPLATE_GUESSES_PER_OUI_MAX", "0"),
    ("DIALPLATE_TRUSTED_PROXIES", "127.0.0.1"),
    ("DIALPLATE_URL_FORMS", "all"),
];

#[test]
fn unstorable_values_never_fail_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &SETTINGS);
    check(&server, "localhost");
    set(folder.path(), "auto_insert_enabled", "boolean", "true");
    check(&server, "localhost");
}

#[test]
fn unstorable_values_never_fail_on_postgresql_or_its_replica() {
    let Some(primary) = Recorded::start() else { return };
    let replica = primary.runtime.block_on(primary.postgres.replica(&[]));
    let url = replica.url(Recorded::NAME);
    let settings = [&SETTINGS[..], &[("DIALPLATE_DATABASE_REPLICA", url.as_str())]].concat();
    let server = primary.serve(&settings);
    check(&server, "alpha.example.net");
    primary.run(&setting::set("auto_insert_enabled", "boolean", "true"));
    check(&server, "alpha.example.net");
}

/// Two devices in a domain.
const ROWS: &str = "
    insert into v_domains (domain_uuid, domain_name, domain_enabled)
        values ('5d000000-0000-4000-8000-000000000001', 'alpha.example.net', true);
    insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
        select gen_random_uuid(), '5d000000-0000-4000-8000-000000000001', address, 'yealink', 'yealink/t46u', true
        from unnest(array['001565000046', '001565000047']) address;";

#[test]
fn letters_beyond_the_databases_encoding_never_fail() {
    let Some(stage) = Recorded::start() else { return };
    let run_in = |database: &str, sql: &str| stage.runtime.block_on(stage.postgres.run(database, sql));
    let run = |sql: &str| run_in("latin", sql);
    let value = |sql: &str| stage.runtime.block_on(stage.postgres.value("latin", sql));
    run_in("postgres", "create database latin encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0");
    run(&corpus::text(&stage.corpus, "schema-postgres.sql"));
    run(&(setting::set("enabled", "boolean", "true") + ROWS));
    let server = corpus::serve(&stage.postgres.url("latin"), &stage.corpus, &SETTINGS);
    check(&server, "alpha.example.net");
    run(&setting::set("auto_insert_enabled", "boolean", "true"));
    check(&server, "alpha.example.net");
    run("update v_devices set device_provisioned_date = null, device_provisioned_agent = null");
    // The last two are recorded in one batch.
    for (address, agent) in
        [("805ec0aaaa01", "Phone \u{20ac}"), ("001565000046", "\u{1f4de}"), ("001565000047", "plain")]
    {
        let headers = [("Host", "alpha.example.net"), ("User-Agent", agent)];
        client::send(server.address, "GET", &format!("/app/provision/?mac={address}"), &headers, b"");
    }
    let inserted = value("select device_description from v_devices where device_address = '805ec0aaaa01'");
    assert_eq!(inserted, "Phone ");
    let recorded = || value("select device_provisioned_agent from v_devices where device_address = '001565000047'");
    wait::until(|| recorded() == "plain", recorded);
    assert!(!server.log().contains("cannot record"), "{}", server.log());
}
