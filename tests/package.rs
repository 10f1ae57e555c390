//! The Debian package: its unit, filter and files, and the installation in a fresh root.

use dialplate_tests::server::{self, root, target};
use dialplate_tests::{skip, unsupported};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

/// Runs a program, or reports that it is absent.
fn run(program: &str, arguments: &[&str]) -> Option<(bool, String)> {
    let Ok(output) = Command::new(program).args(arguments).output() else {
        skip(&format!("{program} is not installed"));
        return None;
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    Some((output.status.success(), said))
}

fn packaged(file: &str) -> String {
    root().join("packaging").join(file).display().to_string()
}

#[test]
fn unit_exposes_as_little_as_the_docs_say() {
    let docs = fs::read_to_string(root().join("docs/packages.md")).unwrap();
    let arguments = ["security", "--offline=true", "--no-pager", &packaged("debian/dialplate.service")];
    let Ok(output) = Command::new("systemd-analyze").args(arguments).output() else {
        return unsupported("systemd-analyze is not installed");
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let Some(level) = said.split("exposure level for dialplate.service: ").nth(1) else {
        return unsupported(&format!("systemd-analyze cannot rate a unit here: {said}"));
    };
    let level = level.split_whitespace().next().unwrap();
    assert!(docs.contains(&format!("rates the unit\n{level} (OK)")), "docs/packages.md does not say {level}");
}

#[test]
fn filter_matches_refusals_and_nothing_else() {
    let filter = packaged("fail2ban/dialplate.conf");
    for (line, found) in [
        ("Jul  1 12:00:00 pbx FusionPBX: [192.0.2.1] provision attempt bad password for 001565aabbcc", "192.0.2.1"),
        ("Jul  1 12:00:00 pbx FusionPBX[81]: [2001:db8::7] invalid mac address 12345", "2001:db8::7"),
        ("Jul  1 12:00:00 pbx FusionPBX[81]: [192.0.2.1] provision attempt but failed CIDR check for x", ""),
        ("Jul  1 12:00:00 pbx FusionPBX: [192.0.2.1] provision attempt bad password for [198.51.100.1] x", ""),
        ("Jul  1 12:00:00 pbx sshd[7]: [192.0.2.1] invalid mac address 12345", ""),
    ] {
        let Some((_, said)) = run("fail2ban-regex", &["--out=ip", line, &filter]) else { return };
        assert_eq!(said.trim(), found, "{line}");
    }
}

#[test]
fn man_pages_have_one_page_for_each_command() {
    let folder = tempfile::tempdir().unwrap();
    let output = server::command("man-pages", &[]).arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let page = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap_or_else(|_| panic!("no {name}"));
    for (name, words) in [
        ("dialplate.1", "dialplate\\-serve(1)"),
        ("dialplate-serve.1", "trusted\\-proxies"),
        ("dialplate-db-install-triggers.1", "dry\\-run"),
        ("dialplate-doctor.1", "Examines everything"),
        ("dialplate-dhcp.1", "base\\-url"),
    ] {
        let text = page(name);
        assert!(text.contains(".TH") && text.contains(words), "{name} lacks {words}: {text}");
    }
    let Some((_, said)) =
        run("man", &["--warnings", "-l", "-Tutf8", folder.path().join("dialplate-serve.1").to_str().unwrap()])
    else {
        return;
    };
    // man prints bold letters twice, with a backspace between.
    let mut plain = String::new();
    for char in said.chars() {
        if char == '\u{8}' {
            plain.pop();
        } else {
            plain.push(char);
        }
    }
    assert!(plain.contains("trusted-prox"), "{plain}");
    let missing = server::command("man-pages", &[]).arg("/nowhere/at/all").output().unwrap();
    assert!(String::from_utf8_lossy(&missing.stderr).contains("/nowhere/at/all"));
}

#[test]
fn completions_name_all_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let output = server::command("completions", &[]).arg(shell).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        for word in ["doctor", "install-triggers", "trusted-proxies"] {
            assert!(said.contains(word), "{shell}: {word}");
        }
    }
    let unknown = server::command("completions", &[]).arg("cmd").output().unwrap();
    assert!(!unknown.status.success());
}

#[test]
fn bash_completes_commands_and_flags() {
    let script = format!(
        "source <({} completions bash)\nCOMP_WORDS=(dialplate doc); COMP_CWORD=1; _dialplate dialplate doc dialplate; \
         echo \"${{COMPREPLY[@]}}\"",
        target().join("release/dialplate").display()
    );
    let Some((is_ok, said)) = run("bash", &["-c", &script]) else { return };
    assert!(is_ok && said.trim() == "doctor", "{said}");
}

/// Builds the package of the programs that are there, and runs `tests/package.sh` with it.
#[test]
fn package_installs_upgrades_and_purges_in_a_fresh_root() {
    let has = |program: &str| Command::new(program).arg("--version").output().is_ok();
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    if !is_root || !has("debootstrap") || !has("cargo-deb") {
        return unsupported(
            "the package is tested as root with debootstrap and cargo-deb; `make deb-test` installs the latter",
        );
    }
    let stage = root().join("target/package");
    let deb = tempfile::tempdir().unwrap();
    let steps: [(&str, Vec<&str>); 3] = [
        ("packaging/stage.sh", vec![stage.to_str().unwrap()]),
        (
            "cargo",
            vec!["deb", "--package", "dialplate", "--no-build", "--no-strip", "--output", deb.path().to_str().unwrap()],
        ),
        ("tests/package.sh", vec![]),
    ];
    for (program, mut arguments) in steps {
        let file = fs::read_dir(deb.path()).unwrap().flatten().map(|entry| entry.path()).next();
        let file = file.map(|file| file.display().to_string());
        arguments.extend(file.as_deref().filter(|_| program == "tests/package.sh"));
        let path = if program == "cargo" { program.into() } else { root().join(program) };
        let output = Command::new(path).args(&arguments).current_dir(root()).output().unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
