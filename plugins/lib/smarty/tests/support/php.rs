//! PHP's own Smarty, through `tests/smarty.php`.

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value as Json, json};

use super::json::{hex, unhex};
use super::{Job, REQUEST};

/// The result of a job in PHP.
#[derive(Clone, Debug)]
pub enum Answer {
    Body(Vec<u8>),
    Failed {
        /// `syntax`, `fault` or `message`.
        kind: String,
        message: String,
    },
}

/// The reason for which PHP's Smarty cannot be used here; `None` if it can.
pub fn absent() -> Option<String> {
    let nothing = run(&[], 1);
    nothing.err()
}

/// The answers to `jobs`, in order. `together` is the number of jobs that share a PHP process; use 1 for templates with
/// counters or cycles, since their state lives as long as the process.
pub fn answers(jobs: &[Job], together: usize) -> Vec<Answer> {
    let lines = run(jobs, together).expect("PHP's Smarty answers");
    assert_eq!(lines.len(), jobs.len(), "one answer per job");
    lines.iter().map(|line| answer(line)).collect()
}

fn run(jobs: &[Job], together: usize) -> Result<Vec<String>, String> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("smarty-jobs-{}-{number}", std::process::id()));
    let groups = jobs.chunks(together).map(|group| {
        let group: Vec<Json> = group.iter().map(to_json).collect();
        Json::Array(group).to_string() + "\n"
    });
    fs::write(&path, groups.collect::<String>()).map_err(|e| e.to_string())?;
    let input = File::open(&path).map_err(|e| e.to_string())?;
    let driver = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/smarty.php");
    let output = Command::new("php").arg(driver).stdin(input).stderr(Stdio::piped()).output();
    let _ = fs::remove_file(&path);
    let output = output.map_err(|e| format!("php does not start: {e}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().map(str::to_owned).collect())
}

fn to_json(job: &Job) -> Json {
    let files: serde_json::Map<String, Json> =
        job.files.iter().map(|(name, bytes)| (name.clone(), hex(bytes).into())).collect();
    let mut line = json!({
        "files": files,
        "file": job.file,
        "variables": job.variables,
        "clock": job.clock,
    });
    if job.compile {
        line["compile"] = true.into();
    }
    for (name, text) in REQUEST.iter().zip(&job.request) {
        line[*name] = serde_json::from_str(text).expect("the case holds valid JSON");
    }
    line
}

fn answer(line: &str) -> Answer {
    let line: Json = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    let part = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
    match line["body"].as_str() {
        Some(body) => Answer::Body(unhex(body.as_bytes())),
        None => Answer::Failed { kind: part("kind"), message: part("message") },
    }
}
