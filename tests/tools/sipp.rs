//! Debian's `sipp` as a phone that waits for a NOTIFY.

use crate::server::free_port;
use crate::{skip, wait};
use std::fmt::Write;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A running phone. Dropping it kills the process.
pub struct Sipp {
    pub address: SocketAddr,
    process: Child,
    folder: TempDir,
}

/// What the phone does after each NOTIFY of one call.
#[derive(Clone, Copy)]
pub enum Answer<'a> {
    /// Its status line, and more headers.
    Status(&'a str, &'a str),
    /// A challenge; the next NOTIFY must have credentials that match this regular expression.
    Challenge(&'a str),
    /// Runs a command of the shell. Of one phone, one.
    Run(&'a str),
}

impl Sipp {
    /// Starts a phone that listens by `udp` or `tcp`; `None` where there is no `sipp`.
    pub fn start(transport: &str, answers: &[Answer<'_>]) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let scenario = folder.path().join("phone.xml");
        // The scenario's own commands cannot have all characters of the shell's.
        let script = folder.path().join("run.sh");
        let commands =
            answers.iter().filter_map(|it| if let Answer::Run(command) = it { Some(*command) } else { None });
        fs::write(&script, commands.collect::<Vec<_>>().join("\n")).expect("a script");
        fs::write(&scenario, self::scenario(answers, &script)).expect("a scenario");
        let port = free_port_for(transport);
        let mut command = Command::new("sipp");
        command.arg("-sf").arg(&scenario).args(["-i", "127.0.0.1", "-p", &port.to_string(), "-m", "1", "-nostdin"]);
        command.args(["-t", if transport == "tcp" { "t1" } else { "u1" }, "-timeout", "60s", "-trace_msg"]);
        command.arg("-message_file").arg(folder.path().join("messages")).current_dir(folder.path());
        let started = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let Ok(process) = started else {
            skip("sipp is not installed");
            return None;
        };
        let phone = Self { address: (Ipv4Addr::LOCALHOST, port).into(), process, folder };
        wait::until(|| phone.listens(transport), || "sipp listens".to_owned());
        Some(phone)
    }

    fn listens(&self, transport: &str) -> bool {
        match transport {
            // An address that is in use cannot be bound again.
            "udp" => UdpSocket::bind(self.address).is_err(),
            _ => TcpStream::connect(self.address).is_ok(),
        }
    }

    /// Waits until the phone has done everything, and returns whether all of it was as expected.
    pub fn finished(&mut self) -> bool {
        let mut status = None;
        wait::until(
            || {
                status = self.process.try_wait().expect("its state");
                status.is_some()
            },
            || "sipp ends".to_owned(),
        );
        status.is_some_and(|status| status.success())
    }

    /// The messages that the phone has received and sent.
    pub fn messages(&self) -> String {
        fs::read_to_string(self.folder.path().join("messages")).unwrap_or_default()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Sipp {
    fn drop(&mut self) {
        // Both fail after its end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A UDP port must not be marked by a socket, as [`free_port`] does.
fn free_port_for(transport: &str) -> u16 {
    if transport != "udp" {
        return free_port();
    }
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    socket.local_addr().expect("an address").port()
}

fn scenario(answers: &[Answer<'_>], script: &Path) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n<scenario name=\"phone\">\n".to_owned();
    let receive = |check: &str| format!("<recv request=\"NOTIFY\">{check}</recv>\n");
    let send = |status: &str, headers: &str| {
        format!(
            "<send><![CDATA[\n\nSIP/2.0 {status}\n[last_Via:]\n[last_From:]\n[last_To:];tag=[call_number]\n[last_Call-ID:]\n\
             [last_CSeq:]\n{headers}Content-Length: 0\n\n]]></send>\n"
        )
    };
    let mut check = String::new();
    for answer in answers {
        match answer {
            Answer::Status(status, headers) => text += &(receive(&check) + &send(status, headers)),
            Answer::Challenge(pattern) => {
                let challenge =
                    "WWW-Authenticate: Digest realm=\"phone\", nonce=\"0123456789\", qop=\"auth\", algorithm=MD5\n";
                text += &(receive(&check) + &send("401 Unauthorized", challenge));
                check = format!(
                    "<action><ereg regexp='{pattern}' search_in=\"hdr\" header=\"Authorization:\" check_it=\"true\" \
                     assign_to=\"1\"/><log message=\"[$1]\"/></action>"
                );
            }
            Answer::Run(_) => {
                let script = script.display();
                let _ = writeln!(text, "<nop><action><exec command=\"sh {script}\"/></action></nop>");
            }
        }
    }
    text + "</scenario>\n"
}
