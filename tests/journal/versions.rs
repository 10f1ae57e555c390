//! Stored versions of documents, and what differs between them.

use super::{Stage, journal, text};
use crate::proxied::execute;
use dialplate_tests::wait;
use std::path::Path;

/// The demonstration's phones: a Yealink, a Polycom, a Grandstream and a Cisco SPA, and the file that each fetches.
const PHONES: [(&str, &str); 4] = [
    ("001565000046", "/provision/001565000046.cfg"),
    ("0004f2000450", "/provision/0004f2000450-reg.cfg"),
    ("000b82002170", "/app/provision/?mac=000b82002170"),
    ("30e4db000504", "/app/provision/?mac=30e4db000504"),
];

const SECRETS: [&str; 6] = ["demo-101", "old-s3cret", "new-s3cret", "adm1n-s3cret", "pr0v-s3cret", "f1rst-s3cret"];

/// The passwords of the lines and of the web page, and a label.
fn change(folder: &Path, secret: &str, label: &str) {
    let set = |name: &str, value: &str| {
        format!(
            "delete from v_domain_settings where domain_setting_subcategory = '{name}'; insert into v_domain_settings \
             (domain_setting_uuid, domain_uuid, domain_setting_category, domain_setting_subcategory, \
             domain_setting_name, domain_setting_value, domain_setting_enabled) select lower(hex(randomblob(16))), \
             domain_uuid, 'provision', '{name}', 'text', '{value}', true from v_domains;"
        )
    };
    let settings = ["admin_password", "yealink_admin_password", "polycom_admin_password", "grandstream_admin_password"];
    let settings: String = settings.iter().map(|name| set(name, &format!("adm1n-s3cret-{secret}"))).collect();
    execute(folder, &format!("update v_device_lines set password = '{secret}', display_name = '{label}'; {settings}"));
}

/// Fetches a file until its line is written.
fn fetch(stage: &Stage, target: &str) {
    let answer = stage.get(target);
    assert_eq!(answer.status, 200, "{target}");
    let id = answer.header("x-request-id").to_owned();
    // The command fails until the server has created the tables.
    let is_written = || text(&journal(stage.folder.path(), &["--json"])).contains(&id);
    wait::until(is_written, || "the line".to_owned());
}

#[test]
fn diff_shows_what_changed_and_no_secret() {
    let stage = Stage::new(&[("DIALPLATE_JOURNAL_DOCUMENTS", "changed")]);
    let folder = stage.folder.path();
    for (phone, target) in PHONES {
        change(folder, "old-s3cret", "Old Label");
        fetch(&stage, target);
        fetch(&stage, target);
        change(folder, "new-s3cret", "New Label");
        fetch(&stage, target);
        let versions = journal(folder, &["versions", phone, "--json"]);
        let versions: Vec<serde_json::Value> =
            text(&versions).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(versions.len(), 2, "{phone}: an unchanged document is no new version");
        let name = versions[0]["file"].as_str().unwrap();
        let masked = text(&journal(folder, &["diff", phone, name]));
        assert!(masked.contains("\n-") && masked.contains("\n+") && masked.contains("(hidden)"), "{phone}: {masked}");
        for secret in SECRETS {
            assert!(!masked.contains(secret), "{phone} shows {secret}:\n{masked}");
        }
        let whole = text(&journal(folder, &["diff", phone, name, "--secrets"]));
        assert!(whole.contains("old-s3cret") && whole.contains("new-s3cret"), "{phone}: {whole}");
        let (from, to) = (versions[0]["id"].to_string(), versions[1]["id"].to_string());
        let chosen = text(&journal(folder, &["diff", phone, name, "--from", &from, "--to", &to]));
        assert_eq!(chosen, masked);
    }
    let yealink = text(&journal(folder, &["diff", "00:15:65:00:00:46", "001565000046.cfg"]));
    assert!(yealink.contains("-account.1.password = (hidden)\n"), "{yealink}");
    assert!(yealink.contains("Old Label") && yealink.contains("New Label"), "{yealink}");
    let bytes: Vec<u8> =
        ["", "-wal"].iter().flat_map(|end| std::fs::read(folder.join(format!("journal.db{end}"))).unwrap()).collect();
    for secret in SECRETS {
        let is_there = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!is_there, "{secret} is in the file, which is compressed");
    }
}

#[test]
fn diff_says_why_there_is_nothing_to_compare() {
    let stage = Stage::new(&[("DIALPLATE_JOURNAL_DOCUMENTS", "changed")]);
    let folder = stage.folder.path();
    fetch(&stage, PHONES[0].1);
    for (options, words) in [
        (&["diff", "001565000046", "001565000046.cfg"][..], "nothing to compare it with yet"),
        (&["diff", "001565000046", "other.cfg"], "the stored files are {$mac}.cfg"),
        (&["diff", "001565000046", "{$mac}.cfg", "--from", "99"], "has no version 99"),
        (&["diff", "001565ffffff", "{$mac}.cfg"], "journal_documents"),
    ] {
        let output = journal(folder, options);
        assert!(!output.status.success() && text(&output).contains(words), "{options:?}: {}", text(&output));
    }
}

#[test]
fn documents_are_not_stored_by_default() {
    let stage = Stage::new(&[]);
    fetch(&stage, PHONES[0].1);
    let said = text(&journal(stage.folder.path(), &["versions", PHONES[0].0]));
    assert!(said.contains("no file of 001565000046 is stored"), "{said}");
}
