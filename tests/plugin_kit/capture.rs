//! `dialplate plugin capture`.

use super::{err, out, own, plugin, shown, succeeds};
use dialplate_tests::server::{CLOCK, Server, command, demo_url, root};
use dialplate_tests::{client, database};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const ADDRESS: &str = "001565000046";

/// Secrets of the device and of its settings: a password of a line with characters that templates escape, the same one as a
/// setting and in capital letters within another one, a PIN, a password in a URL, and a key in a URL's query that is a part of
/// another setting.
const SECRETS: [&str; 7] =
    ["Tr0ub&dor<3>\"x", "sh0rtWave-77", "SH0RTWAVE-77", "830194", "urlPa55word", "q/u3ryKey", "q%2Fu3ryKey"];

const ROWS: &str = "
update v_device_lines set password = 'Tr0ub&dor<3>\"x'
    where device_uuid = (select device_uuid from v_devices where device_address = '001565000046');
insert into v_default_settings (default_setting_uuid, default_setting_category, default_setting_subcategory,
    default_setting_name, default_setting_value, default_setting_enabled)
values
    ('ca5e0000-0000-4000-8000-000000000001', 'provision', 'admin_password', 'text', 'sh0rtWave-77', true),
    ('ca5e0000-0000-4000-8000-000000000002', 'provision', 'user_password', 'text', 'sh0rtWave-77', true),
    ('ca5e0000-0000-4000-8000-000000000003', 'provision', 'yealink_lock_pin', 'text', '830194', true),
    ('ca5e0000-0000-4000-8000-000000000004', 'provision', 'yealink_firmware_url', 'text',
        'https://ada:urlPa55word@fw.example.net/x.rom', true),
    ('ca5e0000-0000-4000-8000-000000000005', 'provision', 'yealink_dial_tone', 'text', 'tone SH0RTWAVE-77!', true),
    ('ca5e0000-0000-4000-8000-000000000006', 'provision', 'yealink_ldap_base', 'text',
        'https://fw.example.net/?api_key=q%2Fu3ryKey&area=4', true),
    ('ca5e0000-0000-4000-8000-000000000007', 'provision', 'yealink_ldap_attr', 'text', 'area q/u3ryKey', true),
    ('ca5e0000-0000-4000-8000-000000000008', 'provision', 'user_pin', 'text', '0046', true);
";

/// A template that prints every secret, some of them in other forms.
const TEMPLATE: &str = "\
account.1.password = {$account.1.password}
again = {$lines.1.password}
admin = {$admin_password}
user = {$user_password}
pin = {$yealink_lock_pin}
url = {$yealink_firmware_url}
tone = {$yealink_dial_tone}
query = {$yealink_ldap_base}
key = {$yealink_ldap_attr}
short = {$user_pin}
hash = {$admin_password|md5}
mac = {$mac}
{foreach $contacts as $contact}contact = {$contact.contact_name_given} {$contact.phone_number}
{/foreach}
";

struct Stage {
    folder: tempfile::TempDir,
    server: Server,
}

impl Stage {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let templates = folder.path().join("roots");
        fs::create_dir_all(templates.join("yealink/t46u")).unwrap();
        fs::write(templates.join("yealink/t46u/{$mac}.cfg"), TEMPLATE).unwrap();
        let server = Server::demo(folder.path(), &[("DIALPLATE_TEMPLATES", &shown(&templates))]);
        database::run_blocking(&demo_url(folder.path()), ROWS);
        Self { folder, server }
    }

    /// Runs the command in the stage's folder.
    fn capture(&self, arguments: &[&str]) -> std::process::Output {
        let mut command = self.command();
        command.arg("capture").args(arguments).output().unwrap()
    }

    fn command(&self) -> Command {
        let settings = [
            ("DIALPLATE_TEMPLATES", shown(&self.folder.path().join("roots"))),
            ("DIALPLATE_DATABASE", demo_url(self.folder.path())),
            ("DIALPLATE_CLOCK", CLOCK.to_owned()),
        ];
        let mut command = command("plugin", &settings.each_ref().map(|(name, value)| (*name, value.as_str())));
        command.current_dir(self.folder.path());
        command
    }
}

/// All files below a folder.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(files(&path)),
            path => drop(found.insert(path.clone(), fs::read(&path).unwrap())),
        }
    }
    found
}

/// Checks that no file below a folder has a secret in any form, and that `grep` finds none either.
fn has_no_secret(folder: &Path) {
    for secret in SECRETS {
        let escaped = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let hash = md5_of(secret);
        for form in [secret, &escaped, &escaped.replace('"', "&quot;"), &secret.replace('"', "\\\""), &hash] {
            let grep = Command::new("grep").args(["-rF", "--", form]).arg(folder).output().unwrap();
            assert_eq!(grep.status.code(), Some(1), "{form}: {}", String::from_utf8_lossy(&grep.stdout));
        }
    }
    assert!(!files(folder).is_empty());
}

fn md5_of(text: &str) -> String {
    use md5::{Digest, Md5};
    Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The value behind a name in the expected file.
fn value<'a>(expected: &'a str, name: &str) -> &'a str {
    let line = expected.lines().find_map(|line| line.strip_prefix(&format!("{name} = ")));
    line.unwrap_or_else(|| panic!("{name}: {expected}"))
}

/// Checks a captured case: no secret, the same text for the same secret, and it passes.
fn check(stage: &Stage, case: &Path) {
    has_no_secret(case);
    let expected = fs::read_to_string(case.join(format!("cases/{ADDRESS}/expected"))).unwrap();
    let phone = stage.server.get("localhost", &format!("/provision/{ADDRESS}.cfg")).text();
    assert!(phone.contains("sh0rtWave-77") && phone.contains("830194"), "{phone}");
    assert_eq!(value(&expected, "account.1.password"), value(&expected, "again"));
    assert_eq!(value(&expected, "admin"), value(&expected, "user"));
    assert_eq!(value(&expected, "hash"), md5_of(value(&expected, "admin")));
    assert_eq!(value(&expected, "admin").len(), "sh0rtWave-77".len());
    assert!(value(&expected, "pin").len() == 6 && value(&expected, "pin").bytes().all(|byte| byte.is_ascii_digit()));
    assert!(
        value(&expected, "url").starts_with("https://ada:")
            && value(&expected, "url").ends_with("@fw.example.net/x.rom")
    );
    assert_eq!(value(&expected, "mac"), ADDRESS);
    assert_eq!(value(&expected, "tone"), format!("tone {}!", value(&expected, "admin").to_uppercase()));
    let key = value(&expected, "key").strip_prefix("area ").unwrap();
    let query = format!("https://fw.example.net/?api_key={}&area=4", key.replace('!', "%21"));
    assert!(
        [query, format!("https://fw.example.net/?api_key={key}&area=4")]
            .iter()
            .any(|it| it == value(&expected, "query"))
    );
    assert_ne!(value(&expected, "short"), "0046");
    // All other lines are those that the phone gets.
    let contacts = |text: &str| text.lines().filter(|line| line.starts_with("contact =")).count();
    assert!(contacts(&phone) > 0 && contacts(&phone) == contacts(&expected), "{phone} {expected}");
    let tested = succeeds(&["test", &shown(case), "--component", &shown(&own("yealink"))], &[]);
    assert!(tested.contains("1 passed, 0 failed"), "{tested}");
}

#[test]
fn captured_case_has_other_secrets_and_passes() {
    let stage = Stage::start();
    let done = stage.capture(&[ADDRESS]);
    assert!(done.status.success(), "{}", err(&done));
    assert!(out(&done).starts_with(&format!("captured-{ADDRESS}: 3 files")), "{}", out(&done));
    for secret in SECRETS {
        assert!(!out(&done).contains(secret) && !err(&done).contains(secret), "{}", err(&done));
    }
    let said = format!("{}{}", out(&done), err(&done));
    assert!(said.contains("the value of user_pin is a part of the device's address, which a case keeps"), "{said}");
    check(&stage, &stage.folder.path().join(format!("captured-{ADDRESS}")));
}

#[test]
fn capture_reads_a_running_server_or_another_database() {
    let stage = Stage::start();
    let admin = format!("http://{}", stage.server.admin());
    for (from, folder) in [(admin, "of-server"), (demo_url(stage.folder.path()), "of-database")] {
        let done = stage.capture(&["00:15:65:00:00:46", "--from", &from, "--out", folder]);
        assert!(done.status.success(), "{from}: {}", err(&done));
        check(&stage, &stage.folder.path().join(folder));
    }
    let of = |folder: &str| files(&stage.folder.path().join(folder)).into_values().collect::<Vec<_>>();
    assert_eq!(of("of-server"), of("of-database"));
}

#[test]
fn admin_endpoint_captures_only_for_commands() {
    let stage = Stage::start();
    let question = format!("{{\"address\": \"{ADDRESS}\"}}");
    let host = stage.server.admin().to_string();
    let ask = |headers: &[(&str, &str)]| {
        let headers = [&[("Host", host.as_str())], headers].concat();
        client::send(stage.server.admin(), "POST", "/capture", &headers, question.as_bytes())
    };
    assert_eq!(ask(&[]).status, 403);
    let answer = ask(&[("X-Dialplate-Caller", "command")]);
    assert_eq!(answer.status, 200, "{}", answer.text());
    for secret in SECRETS {
        assert!(!answer.text().contains(secret));
    }
}

#[test]
fn own_template_with_includes_is_captured_whole() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    let templates = shown(&root().join("templates"));
    let out_folder = folder.path().join("case");
    let url = demo_url(folder.path());
    let settings =
        [("DIALPLATE_TEMPLATES", templates.as_str()), ("DIALPLATE_DATABASE", &url), ("DIALPLATE_CLOCK", CLOCK)];
    let done = plugin(&["capture", ADDRESS, "--out", &shown(&out_folder)], &settings);
    assert!(done.status.success(), "{}", err(&done));
    let tested = succeeds(&["test", &shown(&out_folder), "--component", &shown(&own("yealink"))], &[]);
    assert!(tested.contains("1 passed, 0 failed"), "{tested}");
    let expected = fs::read_to_string(out_folder.join(format!("cases/{ADDRESS}/expected"))).unwrap();
    let phone = server.get("localhost", &format!("/provision/{ADDRESS}.cfg")).text();
    assert_eq!(expected.lines().count() - 3, phone.lines().count());
}

#[test]
fn capture_says_what_it_cannot_do() {
    let stage = Stage::start();
    let said = |arguments: &[&str]| {
        let done = stage.capture(arguments);
        assert_eq!(done.status.code(), Some(1), "{}", out(&done));
        err(&done)
    };
    assert!(said(&["001565ffffff"]).contains("001565ffffff"));
    assert!(said(&[ADDRESS, "--file", "absent.xyz"]).contains("the phone would get status 404"));
    assert!(said(&[ADDRESS, "--from", "https://127.0.0.1:1"]).contains("write http:// and its address"));
    assert!(said(&[ADDRESS, "--from", "http://127.0.0.1"]).contains("write the address of the admin endpoint"));
    fs::create_dir(stage.folder.path().join("there")).unwrap();
    assert!(said(&[ADDRESS, "--out", "there"]).contains("there exists already; name a new folder with --out"));
    assert!(!stage.folder.path().join(format!("captured-{ADDRESS}")).exists());
}
