//! `dialplate token`.

use super::family::Family;
use super::flags::{keyed, switch};
use super::setup::{block_on, configure};
use crate::config::Config;
use crate::directory::Directory;
use crate::editing;
use crate::log::Log;
use crate::operator::{Domains, NewToken, Scope, Store};
use crate::token_command::{self, Access};
use anyhow::Result;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use std::io::stdout;

const NAME: &str = "name";
const SCOPE: &str = "scope";
const DOMAIN: &str = "domain";
const DAYS: &str = "days";
const JSON: &str = "json";

/// A quarter: a token that nobody renews should not stay valid.
const DAYS_DEFAULT: &str = "90";

/// Ten years.
const DAYS_MAX: i64 = 3_650;

pub const TOKEN: Family = Family { command, run };

fn command() -> Command {
    let name =
        Arg::new(NAME).value_name("NAME").required(true).help("The name of the token, such as that of the program");
    let json = switch(JSON, "Print everything as JSON");
    let scopes: Vec<_> = Scope::ALL.iter().map(|scope| format!("{}: {}", scope.word(), scope.meaning())).collect();
    let scope = Arg::new(SCOPE)
        .long(SCOPE)
        .value_name("SCOPE")
        .action(ArgAction::Append)
        .value_delimiter(',')
        .default_value("read")
        .value_parser(|text: &str| Scope::parse(text))
        .help(format!("What the token may do; several are possible. {}", scopes.join(" ")));
    let domain = Arg::new(DOMAIN).long(DOMAIN).value_name("DOMAIN").action(ArgAction::Append);
    let domain = domain.help("A domain that the token may see; several are possible [default: all]");
    let days = Arg::new(DAYS).long(DAYS).value_name("DAYS").default_value(DAYS_DEFAULT);
    let days = days.value_parser(value_parser!(i64).range(1..=DAYS_MAX)).help("How long the token is valid");
    Command::new("token")
        .about("Makes and removes tokens with which programs use the HTTP API")
        .subcommand_required(true)
        .subcommand(keyed("add", "Makes a token, and prints it once").args([
            name.clone(),
            scope,
            domain,
            days,
            json.clone(),
        ]))
        .subcommand(keyed("list", "Lists all tokens").arg(json))
        .subcommand(keyed("remove", "Removes a token, which is refused from then on").arg(name))
}

fn run(flags: &ArgMatches, log: &Log) -> Result<()> {
    let Some((command, flags)) = flags.subcommand() else { return Ok(()) };
    let config = configure(flags, log)?;
    let access = Access { store: Store::new(config.operator.access_file.clone()), journal: config.journal.clone() };
    block_on(async {
        let json = || flags.get_flag(JSON);
        match command {
            "add" => token_command::add(&access, &new_token(flags, &config).await?, json(), &mut stdout()).await,
            "remove" => token_command::remove(&access, &name(flags), &mut stdout()).await,
            _ => token_command::list(&access, json(), &mut stdout()).await,
        }
    })
}

fn name(flags: &ArgMatches) -> String {
    flags.get_one::<String>(NAME).cloned().unwrap_or_default()
}

async fn new_token(flags: &ArgMatches, config: &Config) -> Result<NewToken> {
    let names: Vec<String> = flags.get_many(DOMAIN).into_iter().flatten().cloned().collect();
    let domains = if names.is_empty() { Domains::All } else { Domains::only(known(&names, config).await?) };
    let days = flags.get_one::<i64>(DAYS).copied().unwrap_or_default();
    let scopes = flags.get_many(SCOPE).into_iter().flatten().copied().collect();
    Ok(NewToken { name: name(flags), scopes, domains, days })
}

/// The names of domains as the database has them. A mistyped one would make a token that sees nothing.
async fn known(names: &[String], config: &Config) -> Result<Vec<String>> {
    let directory = Directory::connect(&config.database).await?;
    let mut known = Vec::new();
    for name in names {
        known.push(editing::known_domain(&directory, name).await?);
    }
    directory.close().await;
    Ok(known)
}
