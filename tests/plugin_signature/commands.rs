//! `dialplate plugin keygen`, `sign`, `verify` and `inspect`, and the program `minisign` itself.

use super::*;
use dialplate_tests::{guests, skip};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

/// A copy of the guest `minimal`, to be signed.
fn component(folder: &tempfile::TempDir) -> String {
    let file = folder.path().join("minimal.wasm");
    fs::copy(guests::built("minimal"), &file).unwrap();
    file.display().to_string()
}

/// Runs a program with this on its standard input.
fn typed(command: &mut Command, input: &str) -> Output {
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = pipes.spawn().unwrap();
    running.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    running.wait_with_output().unwrap()
}

fn minisign(arguments: &[&str], input: &str) -> Option<String> {
    if Command::new("minisign").arg("-v").output().is_err() {
        skip("minisign is not installed");
        return None;
    }
    let output = typed(Command::new("minisign").args(arguments), input);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "minisign {arguments:?}: {out}{err}");
    Some(out.into_owned())
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn minisign_verifies_our_signature_and_we_verify_its() {
    let (publisher, folder) = (Publisher::new(), tempfile::tempdir().unwrap());
    let file = component(&folder);
    succeeds(&["sign", &file, "--secret", &publisher.path("key"), "--expires", "2999-12-31"]);
    let Some(said) = minisign(&["-V", "-m", &file, "-p", &publisher.path("pub")], "") else { return };
    assert!(said.contains("Signature and comment signature verified"), "{said}");
    assert!(said.contains("plugin:minimal\tversion:0.1.0\texpires:2999-12-31"), "{said}");
    // Its key, and both of its kinds of signatures.
    let [secret, public] = ["theirs.key", "theirs.pub"].map(|name| publisher.path(name));
    minisign(&["-G", "-W", "-s", &secret, "-p", &public], "");
    for more in [&[][..], &["-l"], &["-t", "plugin:minimal version:0.1.0 expires:2999-12-31"]] {
        minisign(&[&["-S", "-s", &secret, "-m", &file], more].concat(), "");
        let said = succeeds(&["verify", &file, "--key", &public]);
        assert!(said.contains("minimal 0.1.0, signed with key "), "{more:?}: {said}");
        assert_eq!(said.contains("valid through 2999-12-31"), more.len() == 2, "{said}");
    }
    for (comment, reason) in [
        ("expires:2024-01-31", "expired after 2024-01-31"),
        ("expires:soon", "`expires` is no date"),
        ("plugin:acme version:0.1.0", "is minimal 0.1.0, and its signature"),
        ("version:0.2.0", "is for minimal 0.2.0"),
    ] {
        minisign(&["-S", "-s", &secret, "-m", &file, "-t", comment], "");
        let said = fails(&["verify", &file, "--key", &public]);
        assert!(said.contains(reason), "{comment}: {said}");
    }
    // We sign with its key, and it verifies that.
    succeeds(&["sign", &file, "--secret", &secret]);
    minisign(&["-V", "-m", &file, "-p", &public], "");
}

#[test]
fn key_that_minisign_has_encrypted_signs_with_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (file, secret, public) = (component(&folder), path("key"), path("pub"));
    if minisign(&["-G", "-s", &secret, "-p", &public], "s3cret\ns3cret\n").is_none() {
        return;
    }
    let mut sign = server::command("plugin", &[]);
    let signed = typed(sign.args(["sign", &file, "--secret", &secret]), "s3cret\n");
    assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
    minisign(&["-V", "-m", &file, "-p", &public], "");
}

#[test]
fn secret_key_is_closed_to_others_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (secret, public) = (path("a.key"), path("a.pub"));
    let made = json(&succeeds(&["keygen", "--no-password", "--secret", &secret, "--public", &public, "--json"]));
    assert_eq!(fs::metadata(&secret).unwrap().permissions().mode() & 0o777, 0o600);
    let key = fs::read_to_string(&public).unwrap();
    assert_eq!(key.lines().nth(1), made["public_key"].as_str());
    let before = fs::read(&secret).unwrap();
    for (secret, public) in [(&secret, &path("b.pub")), (&path("b.key"), &public), (&secret, &secret)] {
        let said = fails(&["keygen", "--no-password", "--secret", secret, "--public", public]);
        assert!(said.contains("exists already; name another file"), "{said}");
    }
    assert!(!Path::new(&path("b.key")).exists() && !Path::new(&path("b.pub")).exists());
    let said = fails(&["keygen", "--no-password", "--secret", &path("c.key"), "--public", "/nowhere/c.pub"]);
    assert!(said.contains("cannot write /nowhere/c.pub") && !Path::new(&path("c.key")).exists(), "{said}");
    assert_eq!(fs::read(&secret).unwrap(), before);
}

#[test]
fn password_protects_secret_key_and_is_never_printed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (file, secret, public) = (component(&folder), path("key"), path("pub"));
    let keygen = ["keygen", "--secret", &secret, "--public", &public];
    assert!(fails(&keygen).contains("standard input is empty"));
    let made = typed(server::command("plugin", &[]).args(keygen), "s3cret\n");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    fs::write(path("password"), "s3cret\nmore\n").unwrap();
    fs::write(path("wrong"), "guess\n").unwrap();
    let sign = ["sign", &file, "--secret", &secret, "--password-file"];
    let said = fails(&[&sign[..], &[&path("wrong")]].concat());
    assert!(said.contains("is protected by another password") && !said.contains("guess"), "{said}");
    let said = succeeds(&[&sign[..], &[&path("password")]].concat());
    assert!(said.contains("minimal 0.1.0, signed with key") && !said.contains("s3cret"), "{said}");
    succeeds(&["verify", &file, "--key", &public]);
}

#[test]
fn verify_names_each_fault_and_fails() {
    let (publisher, stranger, folder) = (Publisher::new(), Publisher::new(), tempfile::tempdir().unwrap());
    let file = component(&folder);
    let public = publisher.path("pub");
    let verify = ["verify", &file, "--key", &public];
    assert!(fails(&["verify", &file]).contains("no key to check with; name one with --key"));
    assert!(fails(&verify).contains("has no signature"));
    assert!(fails(&["verify", &file, "--key", "nonsense"]).contains("`nonsense` is neither a public key"));
    succeeds(&["sign", &file, "--secret", &publisher.path("key")]);
    let found = json(&succeeds(&[&verify[..], &["--json"]].concat()));
    assert_eq!((&found["valid"], &found["name"]), (&true.into(), &"minimal".into()));
    assert_eq!((&found["version"], &found["key"]), (&"0.1.0".into(), &key_id(&publisher).into()));
    // Several keys, and one in the configuration.
    succeeds(&["verify", &file, "--key", &stranger.path("pub"), "--key", &public]);
    succeeds(&["verify", &file, "--plugins-trusted-keys", &public]);
    assert!(fails(&["verify", &file, "--key", &stranger.path("pub")]).contains("is not among plugins_trusted_keys"));
    // A changed comment, and a changed component.
    let signature = fs::read_to_string(format!("{file}.minisig")).unwrap();
    fs::write(format!("{file}.minisig"), signature.replace("version:0.1.0", "version:0.1.1")).unwrap();
    assert!(fails(&verify).contains("does not match its signature"));
    fs::write(format!("{file}.minisig"), &signature).unwrap();
    let mut bytes = read(Path::new(&file));
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&file, bytes).unwrap();
    let output = plugin(&[&verify[..], &["--json"]].concat());
    let report = json(&String::from_utf8(output.stdout).unwrap());
    assert_eq!((output.status.code(), &report["valid"]), (Some(1), &false.into()));
    assert!(report["problem"].as_str().is_some_and(|it| it.contains("does not match its signature")), "{report}");
}

#[test]
fn sign_refuses_what_no_server_would_accept() {
    let (publisher, folder) = (Publisher::new(), tempfile::tempdir().unwrap());
    let (file, key) = (component(&folder), publisher.path("key"));
    assert!(fails(&["sign", &file, "--secret", &publisher.path("pub")]).contains("is not the file of a secret key"));
    assert!(fails(&["sign", &file, "--secret", "/nowhere/key"]).contains("cannot read /nowhere/key"));
    let output = plugin(&["sign", &file, "--secret", &key, "--expires", "soon"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("`soon` is no date; write for instance"));
    let odd = crate::reload::swapped(&read(Path::new(&file)), b"minimal0.1.0", b"minimalnewer");
    fs::write(&file, odd).unwrap();
    let said = fails(&["sign", &file, "--secret", &key]);
    assert!(said.contains("has version \"newer\"") && said.contains("write versions like 1.2.3"), "{said}");
    fs::write(&file, "no component").unwrap();
    assert!(fails(&["sign", &file, "--secret", &key]).contains("is not a WebAssembly component"));
    assert!(!Path::new(&format!("{file}.minisig")).exists());
}

#[test]
fn inspect_shows_signature_key_trust_and_end() {
    let (publisher, folder) = (Publisher::new(), tempfile::tempdir().unwrap());
    let (file, public, key) = (component(&folder), publisher.path("pub"), key_id(&publisher));
    let inspect = |more: &[&str]| succeeds(&[&["inspect", file.as_str()], more].concat());
    let found = |more: &[&str]| json(&inspect(&[&["--json"], more].concat()))["signature"].clone();
    assert!(inspect(&[]).contains("signature   none"));
    assert_eq!((&found(&[])["signed"], &found(&[])["valid"]), (&false.into(), &serde_json::Value::Null));
    succeeds(&["sign", &file, "--secret", &publisher.path("key"), "--expires", "2999-12-31"]);
    let text = inspect(&[]);
    assert!(text.contains(&format!("signature   by key {key}, which is not among plugins_trusted_keys")), "{text}");
    let trusted = ["--plugins-trusted-keys", public.as_str()];
    let text = inspect(&trusted);
    assert!(text.contains(&format!("signature   valid, by trusted key {key}, valid through 2999-12-31")), "{text}");
    let signature = found(&trusted);
    assert_eq!((&signature["key"], &signature["expires"]), (&key.as_str().into(), &"2999-12-31".into()));
    assert_eq!((&signature["trusted"], &signature["valid"]), (&true.into(), &true.into()));
    succeeds(&["sign", &file, "--secret", &publisher.path("key"), "--expires", "2024-01-31"]);
    let signature = found(&trusted);
    assert_eq!((&signature["valid"], &signature["expires"]), (&false.into(), &"2024-01-31".into()));
    assert!(inspect(&trusted).contains("not valid: it has a signature by key"), "{}", inspect(&trusted));
}
