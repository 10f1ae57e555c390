//! Certificate authorities, made by openssl for one test.

use crate::skip;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const KEY: [&str; 5] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/// A folder with certificates and keys: `name.pem` and `name.key`. It is removed with the value.
pub struct Certificates {
    folder: tempfile::TempDir,
}

/// How a certificate is made.
#[derive(Clone, Copy)]
pub struct Kind<'a> {
    /// In the form of openssl's `-subj`: `/CN=001565aabbcc`.
    pub subject: &'a str,
    /// The name of the authority that signs it.
    pub authority: &'a str,
    pub days: i32,
    /// Lines of extensions. Without any, openssl makes a certificate of version 1.
    pub extensions: &'a str,
}

impl Certificates {
    /// Makes the authorities `ours` and `theirs`, and `server`, a certificate for localhost that `ours` has signed. Reports
    /// a skipped test if openssl or curl is absent.
    pub fn make() -> Option<Self> {
        if ["openssl", "curl"].iter().any(|it| Command::new(it).arg("--help").output().is_err()) {
            skip("openssl or curl is not installed");
            return None;
        }
        let made = Self { folder: tempfile::tempdir().expect("a folder for certificates") };
        made.authority("ours");
        made.authority("theirs");
        made.server("server");
        Some(made)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The path of a file in the folder.
    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// The same as text.
    pub fn text(&self, file: &str) -> String {
        self.path(file).display().to_string()
    }

    /// Makes an authority that signs itself.
    pub fn authority(&self, name: &str) {
        let (key, pem, subject) = (format!("{name}.key"), format!("{name}.pem"), format!("/O={name}"));
        let own = ["req", "-x509", "-days", "30", "-subj", &subject, "-keyout", &key, "-out", &pem];
        self.openssl(&[&own[..], &KEY].concat());
    }

    /// Makes a certificate of the server.
    pub fn server(&self, name: &str) {
        let extensions = "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth";
        self.certificate(name, Kind { subject: "/CN=localhost", authority: "ours", days: 30, extensions });
    }

    /// Makes a certificate.
    pub fn certificate(&self, name: &str, Kind { subject, authority, days, extensions }: Kind<'_>) {
        let (key, csr, pem) = (format!("{name}.key"), format!("{name}.csr"), format!("{name}.pem"));
        let request = ["req", "-subj", subject, "-keyout", &key, "-out", &csr];
        self.openssl(&[&request[..], &KEY].concat());
        std::fs::write(self.path("extensions"), extensions).expect("a file");
        let (ca, ca_key, days) = (format!("{authority}.pem"), format!("{authority}.key"), days.to_string());
        let sign = ["x509", "-req", "-in", &csr, "-CA", &ca, "-CAkey", &ca_key, "-CAcreateserial", "-out", &pem];
        let more: &[&str] = if extensions.is_empty() { &[] } else { &["-extfile", "extensions"] };
        self.openssl(&[&sign[..], &["-days", &days], more].concat());
    }

    /// Runs openssl in the folder.
    pub fn openssl(&self, arguments: &[&str]) {
        let output = Command::new("openssl").args(arguments).current_dir(self.folder()).stdin(Stdio::null()).output();
        let output = output.expect("openssl runs");
        assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Sends a request with curl, which trusts `ours`, and returns the status; 0 without an answer. `name` is the client's
    /// certificate, if it has one.
    pub fn status(&self, url: &str, name: Option<&str>, arguments: &[&str]) -> u16 {
        let mut command = Command::new("curl");
        command.current_dir(self.folder()).args(["-s", "-o", "body", "-w", "%{http_code}", "--cacert", "ours.pem"]);
        if let Some(name) = name {
            command.args(["--cert", &format!("{name}.pem"), "--key", &format!("{name}.key")]);
        }
        let output = command.args(arguments).arg(url).output().expect("curl runs");
        String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or_default()
    }

    /// The body of the last answer.
    pub fn body(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.path("body")).unwrap_or_default()).into_owned()
    }
}
