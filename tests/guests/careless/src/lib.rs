//! A plugin for the vendor `careless` that keeps to the contract, until a test plants a fault in it. `dialplate plugin check`
//! has to find each of them.

mod write;

use self::write::{Format, escaped};
use std::hint::black_box;

wit_bindgen::generate!({ path: "../../../wit/0.2.1", world: "plugin" });

use dialplate::provision::host;
use dialplate::provision::types::*;

struct Careless;
export!(Careless);

/// Tests overwrite it in the built component with the name of a fault.
static PLANTED: [u8; 32] = *b"planted: nothing                ";

/// A key of a device beyond which the fault `slow` never ends.
const KEYS_MAX: usize = 500;
/// What the fault `hungry` takes for each contact.
const CONTACT_BYTES: usize = 64 << 10;

fn has(fault: &str) -> bool {
    // Read from memory, because the compiler knows only the original value.
    let planted = black_box(&PLANTED).to_vec();
    planted.strip_prefix(b"planted: ").is_some_and(|planted| planted.trim_ascii_end() == fault.as_bytes())
}

impl Guest for Careless {
    fn describe() -> Description {
        let action = |action, event: &str| Event { action, event: event.into() };
        let mut events = vec![action(Action::Resync, "check-sync;reboot=false")];
        if !has("no-reboot") {
            events.push(action(Action::Reboot, "check-sync;reboot=true"));
        }
        let name = if has("takes-vendor") { "yealink" } else { "careless" };
        let oui = if has("takes-oui") { "001565" } else { "02ccdd" };
        let mut description = Description {
            name: "careless".into(),
            version: if has("no-version") { "".into() } else { "1.0.0".into() },
            vendors: vec![Vendor { name: name.into(), ouis: vec![oui.into()], events }],
            user_agents: vec![],
            any: false,
        };
        clash_with_itself(&mut description);
        description
    }

    fn prepare(templates: Vec<Template>) -> Vec<Prepared> {
        let prepared =
            |Template { folder, file, .. }| Prepared { folder, file, outcome: Ok(Reads::Only(vec!["admin_password".into()])) };
        templates.into_iter().map(prepared).collect()
    }

    fn render(job: Job) -> Result<Document, Failure> {
        let file = job.file.clone().ok_or_else(|| Failure::NoSuchFile("".into()))?;
        let format = Format::of(&file).ok_or_else(|| Failure::NoSuchFile(file.clone()))?;
        let lines = rows(&job, "lines");
        let password = lines.first().map(|line| text(line, "password")).unwrap_or_default();
        if has("logs-password") && !password.is_empty() {
            host::log(Level::Info, &format!("line 1 registers with {password}"));
        }
        if has("fails-with-password") && job.parameters.iter().any(|(name, _)| name == "a[]") {
            return Err(Failure::Other(format!("odd parameters; line 1 has the password {password}")));
        }
        if has("needs-a-line") && lines.is_empty() {
            return Err(Failure::Other("the device has no line".into()));
        }
        if has("trusts-columns") {
            let column = |table: &Table| table.columns.iter().position(|column| column == "device_vendor");
            let device = job.tables.iter().find(|table| table.name == "device").expect("a device");
            let _ = black_box(&device.rows[0][column(device).expect("a vendor")]);
        }
        let keys = rows(&job, "device_keys");
        while has("slow") && black_box(keys.len()) > KEYS_MAX {}
        Ok(document(&job, file, format, &lines, &keys))
    }
}

/// The faults of a description that claims something twice.
fn clash_with_itself(description: &mut Description) {
    let mut patterns = |patterns: [&str; 2]| {
        description.user_agents.extend(patterns.map(|pattern| UserAgent {
            pattern: pattern.into(),
            vendor: "careless".into(),
            template: Some("careless/one".into()),
        }));
    };
    match () {
        () if has("pattern-twice") => patterns(["^Careless One", "^Careless One"]),
        () if has("pattern-spelt-again") => patterns(["^Careless [0-9]", "^Careless [[:digit:]]"]),
        () if has("pattern-swallows") => patterns(["^Careless", "^Careless One"]),
        () => {}
    }
    let mut second = description.vendors[0].clone();
    let vendor = &mut description.vendors[0];
    match () {
        () if has("oui-twice") => vendor.ouis.push("02ccdd".into()),
        () if has("oui-of-groups") => vendor.ouis.push("03ccdd".into()),
        () if has("oui-misspelt") => vendor.ouis.push("02:CC:DD".into()),
        () if has("event-twice") => vendor.events.push(second.events.remove(0)),
        () if has("event-with-blanks") => vendor.events[0].event.push(' '),
        () if has("vendor-twice") => description.vendors.push(second),
        () if has("vendor-spelt-again") => {
            (second.name, second.ouis) = ("care-less".into(), vec![]);
            description.vendors.push(second);
        }
        () if has("oui-of-two-vendors") => {
            second.name = "heedless".into();
            description.vendors.push(second);
        }
        () => {}
    }
}

fn document(job: &Job, file: String, format: Format, lines: &[Row<'_>], keys: &[Row<'_>]) -> Document {
    let contacts: usize = host::contacts().iter().map(|table| table.rows.len()).sum();
    if has("hungry") {
        black_box(vec![1_u8; contacts * CONTACT_BYTES]);
    }
    let write = |value: &str| match has("unescaped") {
        true => value.to_owned(),
        false => escaped(format, &evaluated(job, value)),
    };
    let mut values = vec![("contacts".to_owned(), contacts.to_string())];
    for (at, device) in rows(job, "device").iter().enumerate() {
        values.push((format!("label.{at}"), write(&text(device, "device_label"))));
    }
    for (at, line) in lines.iter().enumerate() {
        values.push((format!("name.{at}"), write(&text(line, "display_name"))));
        values.push((format!("password.{at}"), write(&text(line, "password"))));
    }
    for (at, key) in keys.iter().enumerate() {
        values.push((format!("key.{at}"), write(&text(key, "device_key_label"))));
    }
    if has("counts-templates") && !job.templates.is_empty() {
        values.push(("templates".to_owned(), job.templates.len().to_string()));
    }
    Document { content_type: format.content_type().into(), file, body: format.file(&values).into_bytes() }
}

/// The fault `evaluates` reads a setting that a value names.
fn evaluated(job: &Job, value: &str) -> String {
    let mut value = value.to_owned();
    for setting in job.settings.iter().filter(|_| has("evaluates")) {
        if let Value::Text(text) = &setting.value {
            value = value.replace(&format!("{{${}}}", setting.name), text);
        }
    }
    value
}

/// A row with its columns.
type Row<'a> = Vec<(&'a str, &'a Value)>;

/// The rows of a table; none if the job lacks it. A row may be shorter or longer than its columns.
fn rows<'a>(job: &'a Job, name: &str) -> Vec<Row<'a>> {
    let tables = job.tables.iter().filter(|table| table.name == name);
    let row = |table: &'a Table, row: &'a Vec<Value>| table.columns.iter().map(String::as_str).zip(row).collect();
    tables.flat_map(|table| table.rows.iter().map(move |cells| row(table, cells))).collect()
}

fn text(row: &Row<'_>, column: &str) -> String {
    match row.iter().find(|(name, _)| *name == column) {
        Some((_, Value::Text(text) | Value::Number(text))) => text.clone(),
        _ => String::new(),
    }
}
