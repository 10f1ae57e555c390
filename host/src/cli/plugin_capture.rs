//! `dialplate plugin capture`.

use super::flags::keyed;
use super::setup::{block_on, configure, warn_of_secret};
use crate::config::{AdminListen, Config};
use crate::directory::{self, DatabaseUrl};
use crate::facts::DeviceAddress;
use crate::log::Log;
use crate::plugin_kit::{CaptureQuestion, CaseFiles};
use crate::{admin_command, app};
use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::{Arg, ArgMatches, Command, ValueHint, value_parser};
use std::io::{Write, stderr, stdout};
use std::net::SocketAddr;
use std::path::{Component, Path, PathBuf};

const ADDRESS: &str = "address";
const FROM: &str = "from";
const FILE: &str = "file";
const HOST: &str = "host";
const OUT: &str = "out";

/// The value of `--from` for the database of the configuration.
const DATABASE: &str = "database";

pub fn command() -> Command {
    let option = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    keyed("capture", "Makes a case of a live device's request, with other secrets in place of the device's")
        .arg(Arg::new(ADDRESS).value_name("MAC").required(true).help("The device's address"))
        .arg(
            option(FROM, "URL|database", "The database of the configuration, the URL of another one, or that of a running server's admin endpoint (http://127.0.0.1:8081)")
                .default_value(DATABASE),
        )
        .arg(option(FILE, "FILE", "The file by the name that the phone asks for, or that of the template's file [default: its default file]"))
        .arg(option(HOST, "NAME", "The host that the phone asks [default: its domain]"))
        .arg(
            option(OUT, "FOLDER", "A new folder for the case [default: captured-MAC]")
                .value_parser(value_parser!(PathBuf))
                .value_hint(ValueHint::DirPath),
        )
}

pub fn run(flags: &ArgMatches, log: &Log) -> Result<()> {
    let text = |name| flags.get_one::<String>(name).cloned();
    let question = CaptureQuestion { address: text(ADDRESS).unwrap_or_default(), file: text(FILE), host: text(HOST) };
    let plain =
        DeviceAddress::parse(&question.address).map_or_else(|_| "device".to_owned(), |it| it.as_str().to_owned());
    let out = flags.get_one::<PathBuf>(OUT).cloned().unwrap_or_else(|| format!("captured-{plain}").into());
    ensure!(!out.exists(), "{} exists already; name a new folder with --out", out.display());
    let config = configure(flags, log)?;
    let from = text(FROM).unwrap_or_default();
    block_on(async {
        let case = captured(config, &from, &question).await?;
        write(&case, &out)?;
        for note in &case.notes {
            writeln!(stderr(), "dialplate: {note}")?;
        }
        writeln!(
            stdout(),
            "{}: {} files; `dialplate plugin test {0} --component FILE` renders the case",
            out.display(),
            case.files.len()
        )?;
        Ok(())
    })
}

async fn captured(config: Config, from: &str, question: &CaptureQuestion) -> Result<CaseFiles> {
    if from == DATABASE {
        return app::capture(config, question).await;
    }
    if let Some(authority) = from.strip_prefix("http://") {
        let address = authority.trim_end_matches('/').replace("localhost:", "127.0.0.1:");
        let address: SocketAddr = address.parse().map_err(|_| {
            anyhow!("--from {from}: write the address of the admin endpoint, for instance http://127.0.0.1:8081")
        })?;
        return admin_command::capture(AdminListen::At(address), question).await;
    }
    if from.starts_with("https://") {
        bail!("--from {from}: the admin endpoint has no TLS; write http:// and its address");
    }
    let url = DatabaseUrl::parse_or_path(from).map_err(|error| anyhow!("--from: {error}"))?;
    let mut config = config;
    let exposes = url.has_password();
    config.database = directory::Config { url, named_in: None, password: None, replica: None, ..config.database };
    if exposes {
        warn_of_secret("--from", "name the database in a configuration file");
    }
    app::capture(config, question).await
}

/// Writes the files into a new folder. Another program may have answered, so no path leads out of it.
fn write(case: &CaseFiles, folder: &Path) -> Result<()> {
    for file in &case.files {
        let path = Path::new(&file.path);
        let is_inside = path.components().all(|part| matches!(part, Component::Normal(_)));
        ensure!(is_inside, "the case has a file {:?}, which leads out of its folder", file.path);
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
        std::fs::write(&path, &file.bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
