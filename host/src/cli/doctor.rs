//! `dialplate doctor`.

use super::family::Family;
use super::flags::{config_file, joined, keyed, source, switch};
use super::setup::{block_on, program, silence};
use crate::config::{self, Config, ConfigError};
use crate::doctor::{self, Examinee, Finding, Findings, Level};
use anyhow::{Context, Result, ensure};
use clap::{Arg, ArgMatches, Command};
use std::io::{Write, stdout};

const JSON: &str = "json";
const URL: &str = "url";

pub const DOCTOR: Family = Family { command, run: |flags, _| run(flags) };

fn command() -> Command {
    let url = Arg::new(URL).long(URL).value_name("URL");
    keyed("doctor", "Examines everything that the server depends on, and says what to do")
        .arg(url.help("The URL by which phones reach the server, to try the proxy before it"))
        .arg(switch(JSON, "Print JSON"))
}

fn run(flags: &ArgMatches) -> Result<()> {
    silence();
    let program = program();
    let values = config::effective(source(flags), program.as_deref());
    let read = Config::read(source(flags), program.as_deref()).and_then(|config| Ok((config, values?)));
    let (config, values) = match read {
        Ok(read) => read,
        Err(errors) => {
            report(&unreadable(&errors), flags.get_flag(JSON))?;
            return Err(joined(&errors));
        }
    };
    let url = flags.get_one::<String>(URL).cloned();
    let examinee = Examinee { config, file: config_file(flags), values, url };
    block_on(async {
        let findings = doctor::examine(examinee).await;
        report(&findings, flags.get_flag(JSON))?;
        let errors = findings.count(Level::Error);
        ensure!(errors == 0, "{errors} errors; phones are not served as they should be until they are corrected");
        Ok(())
    })
}

fn unreadable(errors: &[ConfigError]) -> Findings {
    let advice = "correct it; `dialplate config` prints all keys";
    let mut findings = Findings::default();
    findings.add(errors.iter().map(|error| Finding::error("configuration", error.to_string(), advice)));
    findings
}

fn report(findings: &Findings, json: bool) -> Result<()> {
    let text = if json { serde_json::to_string_pretty(findings)? + "\n" } else { findings.to_string() };
    stdout().write_all(text.as_bytes()).context("standard output")
}
