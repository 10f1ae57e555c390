//! Processor time and memory of local processes, from `/proc`.

use std::collections::HashSet;
use std::fs;
use std::time::Duration;

/// Linux counts the time of processes for programs in hundredths of a second (`USER_HZ`), on every architecture that
/// Rust supports.
const TICK: Duration = Duration::from_millis(10);

/// Processes of one server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Processes(Vec<u32>);

/// What processes used so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Usage {
    pub processor: Duration,
    /// Resident bytes now. Memory that processes share counts for each of them.
    pub memory_bytes: u64,
    /// The most resident bytes since the start of each process.
    pub memory_peak_bytes: u64,
}

impl Processes {
    /// The processes that listen on a TCP port, with all workers that inherited the socket. `None` if none can be seen:
    /// only root sees those of other users.
    pub fn listening(port: u16) -> Option<Self> {
        let sockets: HashSet<_> =
            ["/proc/net/tcp", "/proc/net/tcp6"].into_iter().flat_map(|table| inodes(table, port)).collect();
        let names: HashSet<_> = sockets.iter().map(|inode| format!("socket:[{inode}]")).collect();
        let holds = |pid: &u32| {
            let files = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
            files.filter_map(|file| fs::read_link(file.path()).ok()).any(|to| names.contains(&*to.to_string_lossy()))
        };
        let found: Vec<_> = pids().filter(holds).collect();
        (!found.is_empty()).then_some(Self(found))
    }

    /// A process and all of its descendants.
    pub fn tree(root: u32) -> Self {
        let parents: Vec<_> = pids().filter_map(|pid| Some((pid, parent(pid)?))).collect();
        let mut found = vec![root];
        let mut at = 0;
        while at < found.len() {
            let children = parents.iter().filter(|(_, parent)| *parent == found[at]).map(|(pid, _)| *pid);
            found.extend(children.collect::<Vec<_>>());
            at += 1;
        }
        Self(found)
    }

    /// This process.
    pub fn own() -> Self {
        Self(vec![std::process::id()])
    }

    /// What they used so far. A process that has ended used nothing.
    pub fn usage(&self) -> Usage {
        self.0.iter().fold(Usage::default(), |sum, pid| {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            Usage {
                processor: sum.processor + processor(*pid).unwrap_or_default(),
                memory_bytes: sum.memory_bytes + kilobytes(&status, "VmRSS:") * 1024,
                memory_peak_bytes: sum.memory_peak_bytes + kilobytes(&status, "VmHWM:") * 1024,
            }
        })
    }
}

fn pids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The sockets of a table that listen on this port.
fn inodes(table: &str, port: u16) -> Vec<String> {
    const LISTEN: &str = "0A";
    let text = fs::read_to_string(table).unwrap_or_default();
    let end = format!(":{port:04X}");
    let inode = |line: &str| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let listens = fields.get(1)?.ends_with(&end) && *fields.get(3)? == LISTEN;
        listens.then(|| fields.get(9).map(|inode| (*inode).to_owned())).flatten()
    };
    text.lines().filter_map(inode).collect()
}

/// The fields of `stat` after the program's name, which may contain spaces.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(text.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect())
}

fn parent(pid: u32) -> Option<u32> {
    stat(pid)?.get(1)?.parse().ok()
}

/// User and system time of a process, and of its children that have ended.
fn processor(pid: u32) -> Option<Duration> {
    let ticks = stat(pid)?.get(11..15)?.iter().filter_map(|field| field.parse::<u32>().ok()).sum();
    Some(TICK * ticks)
}

fn kilobytes(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn process_is_found_by_its_port() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert_eq!(Processes::listening(port), Some(Processes::own()));
        drop(listener);
        assert_eq!(Processes::listening(port), None);
    }

    #[test]
    fn tree_contains_children_and_usage_grows() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        assert!(Processes::tree(std::process::id()).0.contains(&child.id()));
        child.kill().unwrap();
        child.wait().unwrap();
        let before = Processes::own().usage();
        assert!(before.memory_peak_bytes >= before.memory_bytes && before.memory_bytes > 1 << 20);
        let begin = std::time::Instant::now();
        while Processes::own().usage().processor == before.processor {
            assert!(begin.elapsed() < Duration::from_secs(30), "no processor time");
        }
    }
}
