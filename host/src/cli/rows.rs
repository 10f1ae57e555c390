//! The commands that edit rows: `add`, `list`, `show`, `set` and `remove` of everything that a standalone server has.
//! The command line is made of the descriptions in `editing`.

use super::family::Family;
use super::flags::{keyed_some, switch};
use super::output;
use super::setup::{block_on, configure, open, read_secret, warn_of_secret};
use crate::config::Config;
use crate::directory::Directory;
use crate::editing::{
    self, Action, Context, ENTITIES, Entity, Field, FieldKind, Kind, Password, Request, Templates, Within,
};
use crate::log::Log;
use anyhow::{Result, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};

const JSON: &str = "json";
const DOMAIN_NAME: &str = "of_domain";
const PROFILE_NAME: &str = "of_profile";
const DEVICE_ADDRESS: &str = "of_device";
const PASSWORD_STDIN: &str = "password-stdin";
const VALUE: &str = "setting_value";
const VALUE_STDIN: &str = "value-stdin";
const ALL: &str = "all";

/// The configuration keys that these commands take as flags.
pub const KEYS: [&str; 5] = ["database", "database_password_file", "fusionpbx_config", "templates", "custom_templates"];

/// The family of a kind of row without further commands.
macro_rules! family {
    ($kind:expr) => {
        Family { command: || command($kind), run: |flags, log| run($kind, flags, log) }
    };
}

pub const DOMAIN: Family = family!(Kind::Domain);
pub const KEY: Family = family!(Kind::Key);
pub const SETTING: Family = family!(Kind::Setting);
pub const EXTENSION: Family = family!(Kind::Extension);
pub const CONTACT: Family = family!(Kind::Contact);

const ACTIONS: [(Action, &str); 5] = [
    (Action::Add, "add"),
    (Action::List, "list"),
    (Action::Show, "show"),
    (Action::Set, "set"),
    (Action::Remove, "remove"),
];

fn entity(kind: Kind) -> Option<&'static Entity> {
    ENTITIES.into_iter().find(|entity| entity.kind == kind)
}

/// The command of a kind of row, with its five subcommands.
pub fn command(kind: Kind) -> Command {
    let Some(entity) = entity(kind) else { return Command::new("") };
    // A command such as `profile key` is one of another command.
    let name = entity.name.rsplit(' ').next().unwrap_or_default();
    let command = Command::new(name).about(entity.about).subcommand_required(true).arg_required_else_help(true);
    command.subcommands(ACTIONS.map(|(action, name)| subcommand(entity, action, name)))
}

fn subcommand(entity: &'static Entity, action: Action, name: &'static str) -> Command {
    let about = match action {
        Action::Add => "Adds one",
        Action::List => "Lists all",
        Action::Show => "Shows one with everything that belongs to it",
        Action::Set => "Changes one; an empty value removes the old one",
        Action::Remove => "Removes one with everything that belongs to it",
    };
    let mut command = keyed_some(name, about, &KEYS).arg(switch(JSON, "Print JSON; its names are FusionPBX's columns"));
    if entity.within != Within::Nothing {
        command = command.arg(option(DOMAIN_NAME, "domain", "NAME", "The domain [default: the only one]"));
    }
    if entity.within == Within::Layer {
        let profile = option(PROFILE_NAME, "profile", "NAME", "The layer of this device profile");
        let device =
            option(DEVICE_ADDRESS, "device", "ADDRESS", "The layer of this device").conflicts_with(PROFILE_NAME);
        command = command.args([profile, device]);
    }
    if entity.within == Within::Device {
        command =
            command.arg(Arg::new(DEVICE_ADDRESS).value_name("ADDRESS").required(true).help("The device's address"));
    }
    if entity.within == Within::Profile {
        command = command.arg(Arg::new(PROFILE_NAME).value_name("PROFILE").required(true).help("The profile's name"));
    }
    if action != Action::List {
        command = command.args(entity.names.iter().map(|field| positional(field).required(true)));
    }
    if entity.kind == Kind::Setting && matches!(action, Action::Add | Action::Set | Action::Remove) {
        command = command.arg(Arg::new(VALUE).value_name("VALUE").help("The value").allow_hyphen_values(true));
    }
    if matches!(action, Action::Add | Action::Set) {
        command = with_values(command, entity, action);
    }
    if entity.kind == Kind::Domain && action == Action::Remove {
        command = command.arg(switch(ALL, "Remove its devices, extensions, users, contacts and settings, too"));
    }
    command
}

/// Adds the flags that write columns.
fn with_values(mut command: Command, entity: &'static Entity, action: Action) -> Command {
    let is_flag = |field: &&Field| entity.kind != Kind::Setting || field.flag != "value";
    let extras = entity.extras.iter().filter(|_| action == Action::Add);
    let fields = entity.fields.iter().filter(is_flag).chain(extras);
    command = command.args(fields.map(|field| {
        let value_name = match field.kind {
            FieldKind::Flag => "true|false",
            FieldKind::Number(..) => "NUMBER",
            FieldKind::Choice(_) => "CHOICE",
            _ => "TEXT",
        };
        let repeated = if matches!(field.kind, FieldKind::Texts) { ArgAction::Append } else { ArgAction::Set };
        option(field.flag, field.flag, value_name, field.help).action(repeated).allow_hyphen_values(true)
    }));
    if entity.kind == Kind::Setting {
        let value = switch(VALUE_STDIN, "Read the value from standard input, for a secret").conflicts_with(VALUE);
        command = command.arg(value);
    }
    if entity.has_password {
        let help = match (entity.kind, action) {
            (Kind::Extension | Kind::User, Action::Add) => "Read the password from standard input [default: generated]",
            _ => "Read the password from standard input",
        };
        command = command.arg(switch(PASSWORD_STDIN, help));
    }
    command
}

fn option(id: &'static str, flag: &'static str, value_name: &'static str, help: &'static str) -> Arg {
    Arg::new(id).long(flag).value_name(value_name).help(help)
}

fn positional(field: &Field) -> Arg {
    Arg::new(field.flag).value_name(field.flag).help(field.help)
}

/// Runs one of the five subcommands.
pub fn run(kind: Kind, flags: &ArgMatches, log: &Log) -> Result<()> {
    let (Some(entity), Some((name, flags))) = (entity(kind), flags.subcommand()) else { return Ok(()) };
    let Some((action, _)) = ACTIONS.into_iter().find(|(_, known)| *known == name) else { bail!("unknown command") };
    let config = configure(flags, log)?;
    let request = request(entity, action, flags)?;
    let outcome = async {
        let directory = open(&config.database).await?;
        let context = context(entity, action, &config, &directory).await?;
        let outcome = editing::run(&directory, entity, action, &request, &context).await;
        directory.close().await;
        output::print(action, &outcome?, flags.get_flag(JSON))
    };
    block_on(outcome)
}

/// The template folders, for the commands that name one.
async fn context(entity: &Entity, action: Action, config: &Config, directory: &Directory) -> Result<Context> {
    if entity.kind != Kind::Device || !matches!(action, Action::Add | Action::Set) {
        return Ok(Context { templates: Templates::default() });
    }
    Ok(Context { templates: Templates::find(config.templates.clone(), directory).await? })
}

fn request(entity: &'static Entity, action: Action, flags: &ArgMatches) -> Result<Request> {
    let text = |id: &str| flags.try_get_one::<String>(id).ok().flatten().cloned();
    let mut request = Request {
        domain: text(DOMAIN_NAME),
        device: text(DEVICE_ADDRESS),
        profile: text(PROFILE_NAME),
        all: flags.try_get_one::<bool>(ALL).ok().flatten().copied().unwrap_or_default(),
        ..Request::default()
    };
    for field in entity.names.iter().filter(|_| action != Action::List) {
        let given = text(field.flag).unwrap_or_default();
        let Some(name) = field.parse_as(field.flag, &given)? else { bail!("{} is empty; write a name", field.flag) };
        request.names.push(name);
    }
    if matches!(action, Action::Add | Action::Set) {
        for field in entity.fields.iter().chain(entity.extras) {
            let given = flags.try_get_many::<String>(field.flag).ok().flatten();
            for value in given.into_iter().flatten() {
                request.give(field, value)?;
            }
        }
        if is_set(flags, PASSWORD_STDIN) {
            request.password = Some(Password::given(&read_secret()?));
        }
    }
    if entity.kind == Kind::Setting {
        give_value(entity, action, flags, &mut request)?;
    }
    Ok(request)
}

/// Adds the value of a setting.
fn give_value(entity: &'static Entity, action: Action, flags: &ArgMatches, request: &mut Request) -> Result<()> {
    let given = flags.try_get_one::<String>(VALUE).ok().flatten();
    let Some(field) = entity.fields.iter().find(|field| field.flag == "value") else { return Ok(()) };
    match given {
        Some(value) => {
            if action != Action::Remove && editing::is_secret(request.name()) {
                warn_of_secret("VALUE", "write it to standard input, and use --value-stdin");
            }
            request.give(field, value)?;
        }
        None if is_set(flags, VALUE_STDIN) => request.give(field, &read_secret()?)?,
        None if action == Action::Add => bail!("name the value: `dialplate setting add CATEGORY NAME VALUE`"),
        None => {}
    }
    Ok(())
}

fn is_set(flags: &ArgMatches, id: &str) -> bool {
    flags.try_get_one::<bool>(id).ok().flatten().copied().unwrap_or_default()
}
