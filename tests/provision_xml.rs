//! `dialplate zoiper provision-xml`: the file that it writes, by Python's XML parser, and what it finds in other files.

use dialplate_tests::{server, skip};
use std::io::Write;
use std::process::{Command, Stdio};

/// The example in Zoiper's documentation.
const EXAMPLE: &str = r#"<?xml version="1.0"?>
<provision>
    <base_urls>
        <base_url>http://yourserver.com/provision/?username=[user]&amp;password=[pass]</base_url>
    </base_urls>
    <options>
        <use_authentication>false</use_authentication>
        <user_input_authentication>false</user_input_authentication>
        <authentication_type>url</authentication_type>
        <user></user>
        <password></password>
        <password_format>0</password_format>
        <delete_accounts_beforehand>true</delete_accounts_beforehand>
        <delete_contact_services_beforehand>false</delete_contact_services_beforehand>
    </options>
</provision>
"#;

fn run(arguments: &[&str], input: &str) -> (bool, String, String) {
    let mut command = server::command("zoiper", &[]);
    command.arg("provision-xml").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    // A command that reads nothing may have ended.
    let _ = process.stdin.take().unwrap().write_all(input.as_bytes());
    let output = process.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

/// Each element with a text, as `name=text`, by Python's XML parser.
fn values(document: &str) -> Option<String> {
    const SCRIPT: &str = "
import sys, xml.etree.ElementTree as tree
for node in tree.fromstring(sys.stdin.buffer.read()).iter():
    if len(node) == 0:
        print(node.tag + '=' + (node.text or ''))
";
    let mut python = Command::new("python3");
    python.args(["-c", SCRIPT]).env("PYTHONIOENCODING", "utf-8").stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut process) = python.spawn() else {
        skip("python3 is not installed");
        return None;
    };
    process.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "{document}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn written_file_has_every_option_and_passes_its_check() {
    let folder = tempfile::tempdir().unwrap();
    let server = ["--base-url", "https://pbx.example.net/provision/"];
    for (arguments, input, expected) in [
        (
            &["--base-url", "https://two.example.net/p?a=1&b", "--ask-user"][..],
            "",
            "base_url=https://pbx.example.net/provision/?username=[user]&password=[pass]
base_url=https://two.example.net/p?a=1&b&username=[user]&password=[pass]
use_authentication=true
user_input_authentication=true
authentication_type=url
user=
password=
password_format=1
delete_accounts_beforehand=true
delete_contact_services_beforehand=false
",
        ),
        (
            &[
                "--auth",
                "basic",
                "--user",
                "Zoë <&\"'>",
                "--password",
                "-",
                "--keep-accounts",
                "--delete-contact-services",
            ],
            "p&ss <w>örd\n",
            "base_url=https://pbx.example.net/provision/
use_authentication=true
user_input_authentication=false
authentication_type=basic
user=Zoë <&\"'>
password=p&ss <w>örd
password_format=1
delete_accounts_beforehand=false
delete_contact_services_beforehand=true
",
        ),
        (
            &["--user", "ada", "--password", "-", "--password-format", "0"],
            "secret",
            "base_url=https://pbx.example.net/provision/?username=[user]&password=[pass]
use_authentication=true
user_input_authentication=false
authentication_type=url
user=ada
password=5ebe2294ecd0e0f08eab7690d2a6ee69
password_format=0
delete_accounts_beforehand=true
delete_contact_services_beforehand=false
",
        ),
    ] {
        let file = folder.path().join("provision.xml");
        let (succeeded, document, errors) = run(&[&server, arguments].concat(), input);
        assert!(succeeded && errors.is_empty(), "{errors}");
        let Some(found) = values(&document) else { return };
        assert_eq!(found, expected);
        std::fs::write(&file, document).unwrap();
        let (succeeded, said, errors) = run(&["--check", file.to_str().unwrap()], "");
        assert!(succeeded && said.ends_with(": Zoiper can use this file\n"), "{said}{errors}");
    }
}

#[test]
fn unusable_request_for_a_file_is_an_error() {
    let url = "https://pbx.example.net/";
    for (arguments, part) in [
        (&["--base-url", "pbx.example.net"][..], "does not begin with https://"),
        (&["--base-url", "https://pbx.example.net/ä", "--ask-user"], "has a character that no URL has"),
        (&["--base-url", url, "--auth", "basic"], "--ask-user, or give --user"),
        (&["--base-url", "https://a/?u=[user]", "--ask-user"], "only one of [user] and [pass]"),
        (&["--base-url", "https://a/?u=[user]", "--auth", "basic", "--ask-user"], "only with --auth url"),
        (&["--base-url", url, "--user", "a\u{7}b"], "the user has a character that is no text"),
        (&["--base-url", url, "--user", "a\u{fffe}b"], "the user has a character that is no text"),
        (&["--base-url", url, "--user", " a "], "<user> begins or ends with blanks"),
        (&["--base-url", "https://a/#top", "--ask-user"], "has a fragment"),
        (&["--base-url", "https://a:99999/"], "invalid port number"),
        (&["--base-url", "https://a/%zz"], "a % without two hexadecimal digits"),
        (&["--base-url", url, "--user", "a", "--password", "-"], "the password is empty"),
        (&[], "--base-url"),
    ] {
        let (succeeded, document, errors) = run(arguments, "");
        assert!(!succeeded && document.is_empty() && errors.contains(part), "{arguments:?}: {errors}");
    }
}

#[test]
fn check_names_each_mistake_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("provision.xml");
    let check = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        run(&["--check", file.to_str().unwrap()], "")
    };
    let (succeeded, said, _) = check(EXAMPLE.as_bytes());
    assert!(succeeded && said.contains("line 4: warning: <base_url> is not https"), "{said}");
    assert!(
        said.contains("line 4: warning: <base_url> has [user] or [pass], and use_authentication is false"),
        "{said}"
    );
    let enabled = EXAMPLE.replacen("<use_authentication>false", "<use_authentication>true", 1);
    for (old, new, finding) in [
        ("<provision>", "<provisioning>", "line 16: the file is no XML"),
        ("&amp;", "&", "line 4: the file is no XML"),
        ("base_urls>", "base_url>", "line 3: <provision> has no element <base_url>"),
        ("http://yourserver.com", "yourserver.com", "line 4: <base_url> "),
        ("&amp;password=[pass]", "", "line 4: <base_url> lacks [user] or [pass]"),
        (
            "<use_authentication>true",
            "<use_authentication>yes",
            "line 7: <use_authentication> is \"yes\"; write false or true",
        ),
        (">url<", ">basic<", "line 4: <base_url> has [user] or [pass], which Zoiper fills in only for"),
        (">url<", ">digest<", "line 9: <authentication_type> is \"digest\"; write basic or url"),
        ("<user></user>", "<username>x</username>", "line 10: <options> has no element <username>"),
        ("<user></user>", "<user>a</user><user>b</user>", "line 10: <user> is there twice"),
        ("<user></user>", "<user></user> hello", "line 10: <options> has a text between its elements"),
        ("<user></user>", "<user> a </user>", "line 10: <user> begins or ends with blanks"),
        ("<password></password>", "<password>secret</password>", "line 11: <password> is no MD5"),
        (
            "<?xml version=\"1.0\"?>",
            "<?xml version=\"1.0\" encoding=\"latin1\"?>",
            "line 1: the declaration says encoding \"latin1\"",
        ),
        ("<?xml version=\"1.0\"?>", "<!DOCTYPE provision><!-- -->", "no XML"),
    ] {
        let (succeeded, said, errors) = check(enabled.replace(old, new).as_bytes());
        assert!(!succeeded && said.contains(finding), "{new}: {said}{errors}");
        assert!(!said.contains("secret"), "{said}");
    }
    let (succeeded, said, _) = check(&[b"<provision>\n<a>\xff".as_slice()].concat());
    assert!(!succeeded && said.contains("line 2: the file is not UTF-8 here"), "{said}");
    let (succeeded, said, _) = check(enabled.as_bytes());
    assert!(!succeeded && said.contains("line 8: Zoiper asks nobody for a name"), "{said}");
}
