//! Imports a file: reads, checks and writes it.

use super::outcome::{ImportRow, RowOutcome, digest, refuse};
use super::plan::{Plan, PlannedDomain, PlannedUpdate, Planner, Terms};
use super::sheet::{COLUMNS, Fault, SheetRow, read};
use super::update::LineUpdate;
use crate::directory::{Access, Directory, Edits, NewRow};
use crate::editing::error::Error;
use crate::editing::password::Password;
use crate::editing::request::Context;
use crate::editing::{extension, line};
use crate::facts::{Record, Value};
use std::collections::HashMap;
use uuid::Uuid;

/// The rows between two reports of the progress.
const STEP_ROWS: usize = 1_000;

/// A file to import. It may hold passwords, so there is no `Debug`.
pub struct Import<'a> {
    pub bytes: &'a [u8],
    pub terms: Terms<'a>,
    /// Whether nothing is kept.
    pub dry_run: bool,
    /// What a preview has shown ([`Imported::digest`]): nothing is kept if something else would become of the rows.
    pub expected: Option<&'a str>,
}

/// What was written, or why nothing was.
#[derive(Debug, Default)]
pub struct Imported {
    pub devices: usize,
    pub lines: usize,
    pub extensions: usize,
    /// The new extensions that got a generated password.
    pub generated: usize,
    /// The devices that existed, and were changed.
    pub changed: usize,
    /// What became of each row.
    pub rows: Vec<ImportRow>,
    /// Names what became of all rows; empty if the file cannot be read.
    pub digest: String,
    /// Whether nothing was written because a preview has shown something else.
    pub is_stale: bool,
    /// Nothing was written if there is one.
    pub faults: Vec<Fault>,
}

/// Imports a file in one transaction. `progress` gets what is done, the number of rows, and that of all.
///
/// # Errors
/// The file cannot be read as a whole, or the database refuses it. Nothing has changed then.
pub async fn import(
    directory: &Directory,
    import: &Import<'_>,
    context: &Context,
    progress: &mut (dyn FnMut(&str, usize, usize) + Send),
) -> Result<Imported, Error> {
    let (rows, mut faults) = read(import.bytes)?;
    let mut edits = directory.edit(Access::Write).await?;
    let mut planner = Planner::new(&mut edits, context, import.terms).await?;
    for (at, row) in rows.iter().enumerate() {
        planner.add(&mut edits, at, row, &mut faults).await?;
        if (at + 1) % STEP_ROWS == 0 {
            progress("checked", at + 1, rows.len());
        }
    }
    let mut plan = planner.plan;
    refuse(&mut plan.rows, &faults);
    let Terms { domain, update, .. } = import.terms;
    let digest = digest(import.bytes, domain, update, &plan.rows);
    let is_stale = import.expected.is_some_and(|expected| expected != digest);
    let mut imported = Imported { digest, is_stale, ..Imported::default() };
    if !faults.is_empty() || is_stale {
        faults.sort_by_key(|fault| (fault.line, fault.column));
        return Ok(Imported { faults, rows: plan.rows, ..imported });
    }
    let mut defaults = Vec::new();
    for domain in &mut plan.domains {
        add_extensions(&mut edits, domain, &mut imported).await?;
        defaults.push(line::Defaults::read(&mut edits, &domain.domain).await?);
    }
    add_devices(&mut edits, &plan, &rows, &defaults, &mut imported, progress).await?;
    for planned in &plan.updates {
        change(&mut edits, planned, &rows[planned.row], &plan, &defaults, &mut imported).await?;
    }
    if !import.dry_run {
        edits.commit().await?;
    }
    imported.changed = plan.rows.iter().filter(|row| matches!(row.outcome, RowOutcome::Changed(_))).count();
    Ok(Imported { rows: plan.rows, ..imported })
}

/// Changes a device that exists.
async fn change(
    edits: &mut Edits,
    planned: &PlannedUpdate,
    row: &SheetRow,
    plan: &Plan,
    defaults: &[line::Defaults],
    imported: &mut Imported,
) -> Result<(), Error> {
    /// What a line keeps with another extension.
    const KEPT: [&str; 5] = ["device_line_uuid", "domain_uuid", "device_uuid", "line_number", "enabled"];
    if !planned.columns.is_empty() {
        edits.update("v_devices", &[("device_uuid", Some(&planned.uuid))], &planned.columns).await?;
    }
    let transport = row.text("transport").map(|text| ("sip_transport", Some(text.to_owned())));
    let known = &plan.domains[planned.domain].known;
    let extension = row.text("extension").and_then(|number| known.get(number));
    let mut new = match extension {
        Some(extension) => {
            defaults[planned.domain].row(edits, &planned.uuid, row.text("line").unwrap_or("1"), extension.row())
        }
        None => NewRow::new(),
    };
    if let Some(transport) = transport {
        new.retain(|(column, _)| *column != transport.0);
        new.push(transport);
    }
    match &planned.line {
        LineUpdate::Same => {}
        LineUpdate::Add => {
            edits.insert("v_device_lines", &[new]).await?;
            imported.lines += 1;
        }
        LineUpdate::Extension(uuid) => {
            new.retain(|(column, _)| !KEPT.contains(column));
            edits.update("v_device_lines", &[("device_line_uuid", Some(uuid))], &new).await?;
        }
        LineUpdate::Transport(uuid) => {
            new.retain(|(column, _)| *column == "sip_transport");
            edits.update("v_device_lines", &[("device_line_uuid", Some(uuid))], &new).await?;
        }
    }
    Ok(())
}

/// Adds the new extensions of a domain. They count as known then.
async fn add_extensions(edits: &mut Edits, planned: &mut PlannedDomain, imported: &mut Imported) -> Result<(), Error> {
    let mut rows = Vec::new();
    for new in &planned.new {
        let password = match &new.password {
            Some(password) => Password::given(password),
            None => Password::generate()?,
        };
        imported.generated += usize::from(password.is_new);
        let given = vec![("effective_caller_id_name", new.name.clone())];
        let row = extension::row(edits, &planned.domain, &new.number, given, &password);
        let row: NewRow = std::iter::once(("extension_uuid", Some(Uuid::new_v4().to_string()))).chain(row).collect();
        planned.known.insert(new.number.clone(), record(&row));
        rows.push(row);
    }
    imported.extensions += rows.len();
    Ok(edits.insert("v_extensions", &rows).await?)
}

/// A new row as it would be read.
fn record(row: &NewRow) -> Record {
    let columns = row.iter().map(|(name, _)| (*name).to_owned()).collect();
    Record::new(columns, row.iter().map(|(_, value)| value.clone().map_or(Value::Null, Value::Text)).collect())
}

async fn add_devices(
    edits: &mut Edits,
    plan: &Plan,
    rows: &[SheetRow],
    defaults: &[line::Defaults],
    imported: &mut Imported,
    progress: &mut (dyn FnMut(&str, usize, usize) + Send),
) -> Result<(), Error> {
    let optional = optional_columns(rows);
    for batch in plan.devices.chunks(STEP_ROWS) {
        let (mut devices, mut lines) = (Vec::new(), HashMap::<usize, Vec<NewRow>>::new());
        for planned in batch {
            let (row, domain) = (&rows[planned.row], &plan.domains[planned.domain]);
            let uuid = Uuid::new_v4().to_string();
            if let Some(extension) = row.text("extension").and_then(|number| domain.known.get(number)) {
                let number = row.text("line").unwrap_or("1");
                let mut new = defaults[planned.domain].row(edits, &uuid, number, extension.row());
                if let (Some(transport), Some(cell)) =
                    (row.text("transport"), new.iter_mut().find(|(column, _)| *column == "sip_transport"))
                {
                    cell.1 = Some(transport.to_owned());
                }
                lines.entry(planned.domain).or_default().push(new);
            }
            let vendor = planned.template.split('/').next().unwrap_or_default();
            let text = |text: &str| Some(text.to_owned());
            let mut device: NewRow = vec![
                ("device_uuid", Some(uuid)),
                ("domain_uuid", text(&domain.domain.uuid)),
                ("device_address", text(&planned.address)),
                ("device_template", text(&planned.template)),
                ("device_vendor", text(row.text("vendor").unwrap_or(vendor))),
                ("device_enabled", text(row.text("enabled").unwrap_or("true"))),
                ("device_label", row.text("label").or(row.text("extension")).map(str::to_owned)),
            ];
            device.extend(optional.iter().map(|(flag, column)| (*column, row.text(flag).map(str::to_owned))));
            devices.push(device);
        }
        edits.insert("v_devices", &devices).await?;
        for rows in lines.values() {
            edits.insert("v_device_lines", rows).await?;
            imported.lines += rows.len();
        }
        imported.devices += devices.len();
        if plan.devices.len() > STEP_ROWS {
            progress("wrote", imported.devices, plan.devices.len());
        }
    }
    Ok(())
}

/// The further columns of devices that a row has a value for, by their names in the file.
fn optional_columns(rows: &[SheetRow]) -> Vec<(&'static str, &'static str)> {
    let always = ["address", "template", "vendor", "enabled", "label"];
    let own = COLUMNS.iter().filter(|field| !field.column.is_empty() && !always.contains(&field.flag));
    let used = own.filter(|field| rows.iter().any(|row| row.text(field.flag).is_some()));
    used.map(|field| (field.flag, field.column)).collect()
}
