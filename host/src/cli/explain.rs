//! `dialplate explain`.

use super::family::Family;
use super::flags::{admin, keyed, switch};
use super::setup::{block_on, configure, warn_of_secret};
use crate::explain::{Explanation, Question, text};
use crate::log::Log;
use crate::{admin_command, app};
use anyhow::{Context, Result, ensure};
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};
use std::io::{Read, Write, stdout};

const WHAT: &str = "what";
const HOST: &str = "host";
const CLIENT: &str = "client";
const USER_AGENT: &str = "user-agent";
const FILE: &str = "file";
const METHOD: &str = "method";
const HEADER: &str = "header";
const DATA: &str = "data";
const USER: &str = "user";
const PASSWORD_FILE: &str = "password-file";
const ASK_AUTH_SERVER: &str = "ask-auth-server";
const ENTRY: &str = "entry";
const ADMIN: &str = "admin";
const JSON: &str = "json";

/// The environment variable with the password of `--user`.
const PASSWORD: &str = "DIALPLATE_EXPLAIN_PASSWORD";

/// The longest password file, so that another file in its place is not read whole.
const PASSWORD_BYTES_MAX: u64 = 4096;

pub const EXPLAIN: Family = Family { command, run };

fn command() -> Command {
    let option = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let password_file = option(
        PASSWORD_FILE,
        "FILE",
        "File whose first line is the password of --user, else it is in DIALPLATE_EXPLAIN_PASSWORD",
    );
    keyed("explain", "Walks a request through the server, and prints each decision with its reason; writes nothing")
        .arg(Arg::new(WHAT).value_name("MAC|URL").required_unless_present(ENTRY).help("A device's address, a URL, or its path and query"))
        .arg(option(HOST, "NAME", "The host that the phone asks; empty sends none [default: that of the URL, else the device's domain]"))
        .arg(option(CLIENT, "IP", "The address from which the request comes [default: 127.0.0.1]"))
        .arg(option(USER_AGENT, "TEXT", "The phone's User-Agent"))
        .arg(option(FILE, "FILE", "With MAC: the file by the name that the phone asks for, or that of the template's file [default: its default file]"))
        .arg(option(METHOD, "METHOD", "[default: GET, with --data POST]"))
        .arg(option(HEADER, "NAME: VALUE", "A further header; may be given several times").action(ArgAction::Append))
        .arg(option(DATA, "FORM", "The form of a POST"))
        .arg(option(USER, "NAME", "The user name with which a challenge is answered, by digest or Basic"))
        .arg(password_file.value_hint(ValueHint::FilePath))
        .arg(switch(ASK_AUTH_SERVER, "Also ask the auth server of the configuration"))
        .arg(
            option(ENTRY, "N", "The request of this line of the journal, and how today's answer differs from it")
                .value_parser(clap::value_parser!(i64))
                .conflicts_with_all([WHAT, HOST, CLIENT, USER_AGENT, FILE, METHOD, HEADER, DATA, USER]),
        )
        .arg(switch(ADMIN, "Ask the running server (--admin-listen), so that its limits and kept documents count"))
        .arg(switch(JSON, "Print the explanation as JSON"))
}

fn run(flags: &ArgMatches, log: &Log) -> Result<()> {
    let question = question(flags)?;
    if flags.get_flag(ADMIN) {
        let admin = admin(flags)?;
        return block_on(async { print(&admin_command::explain(admin, &question).await?, flags) });
    }
    let config = configure(flags, log)?;
    warn_of_secrets(&question);
    block_on(async { print(&app::explain(config, &question).await?, flags) })
}

fn question(flags: &ArgMatches) -> Result<Question> {
    let text = |name: &str| flags.get_one::<String>(name).cloned();
    let data = text(DATA);
    let method = text(METHOD).or_else(|| data.as_ref().map(|_| "POST".to_owned()));
    let user = text(USER);
    let password = user.as_ref().map(|_| password(text(PASSWORD_FILE).as_deref())).transpose()?;
    Ok(Question {
        what: text(WHAT).unwrap_or_default(),
        host: text(HOST),
        client: text(CLIENT),
        user_agent: text(USER_AGENT),
        file: text(FILE),
        method,
        headers: flags.get_many::<String>(HEADER).into_iter().flatten().cloned().collect(),
        data,
        user,
        password,
        ask_auth_server: flags.get_flag(ASK_AUTH_SERVER),
        entry: flags.get_one::<i64>(ENTRY).copied(),
        ..Question::default()
    })
}

/// The password of the user: the first line of a file, else of the environment.
fn password(file: Option<&str>) -> Result<String> {
    let text = match file {
        Some(file) => {
            let mut text = String::new();
            let opened = std::fs::File::open(file).with_context(|| format!("cannot open --{PASSWORD_FILE} {file}"))?;
            let read = opened.take(PASSWORD_BYTES_MAX).read_to_string(&mut text);
            read.with_context(|| format!("cannot read --{PASSWORD_FILE} {file}"))?;
            text
        }
        None => std::env::var(PASSWORD).unwrap_or_default(),
    };
    let password = text.lines().next().unwrap_or_default().to_owned();
    ensure!(!password.is_empty(), "no password for --{USER}; set {PASSWORD}, or name a file with --{PASSWORD_FILE}");
    Ok(password)
}

fn warn_of_secrets(question: &Question) {
    let named = |text: &str, name: &str| text.to_ascii_lowercase().contains(name);
    if question.headers.iter().any(|line| named(line, "authorization:")) {
        warn_of_secret("--header", &format!("use --{USER} with {PASSWORD}"));
    }
    if named(&question.what, "password=") || named(&question.what, "secret=") {
        warn_of_secret("the URL", "change the secret afterwards if others use this machine");
    }
}

fn print(explanation: &Explanation, flags: &ArgMatches) -> Result<()> {
    let printed =
        if flags.get_flag(JSON) { serde_json::to_string_pretty(explanation)? + "\n" } else { text(explanation) };
    stdout().write_all(printed.as_bytes()).context("standard output")
}
