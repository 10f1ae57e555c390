//! A job as this version lowers it, without copies of the device's rows and settings.

use crate::facts;
use crate::plugin::job;
use crate::plugin::source::Source;
use wasmtime::component::{ComponentType, Lower};

#[derive(ComponentType, Lower)]
#[component(record)]
pub(super) struct Job<'a> {
    folder: &'a str,
    file: Option<&'a str>,
    vendor: &'a str,
    address: &'a str,
    templates: Vec<Source<'a>>,
    parameters: &'a [(String, String)],
    settings: Vec<Setting<'a>>,
    tables: Vec<Table<'a>>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(super) struct Setting<'a> {
    name: &'a str,
    value: Value<'a>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(super) struct Table<'a> {
    name: &'a str,
    columns: &'a [String],
    rows: Vec<Vec<Value<'a>>>,
}

#[derive(ComponentType, Lower)]
#[component(variant)]
pub(super) enum Value<'a> {
    #[component(name = "null")]
    Null,
    #[component(name = "text")]
    Text(&'a str),
    #[component(name = "number")]
    Number(&'a str),
    #[component(name = "flag")]
    Flag(bool),
    #[component(name = "items")]
    Items(&'a [String]),
}

impl<'a> From<&'a job::Job> for Job<'a> {
    fn from(job: &'a job::Job) -> Self {
        let settings = job.settings.all().into_iter();
        Self {
            folder: &job.group.folder,
            file: job.file.as_deref(),
            vendor: &job.vendor,
            address: job.address.as_str(),
            templates: job.templates.iter().map(Source::from).collect(),
            parameters: &job.parameters,
            settings: settings.map(|(name, value)| Setting { name, value: value.into() }).collect(),
            tables: job.tables.iter().map(|table| Table::from(&**table)).collect(),
        }
    }
}

impl<'a> From<&'a facts::Table> for Table<'a> {
    fn from(table: &'a facts::Table) -> Self {
        let rows = table.rows.iter().map(|row| row.iter().map(Value::from).collect());
        Self { name: table.name, columns: &table.columns, rows: rows.collect() }
    }
}

impl<'a> From<&'a facts::Value> for Value<'a> {
    fn from(value: &'a facts::Value) -> Self {
        match value {
            facts::Value::Null => Self::Null,
            facts::Value::Text(text) => Self::Text(text),
            facts::Value::Number(number) => Self::Number(number),
            facts::Value::Flag(flag) => Self::Flag(*flag),
            facts::Value::Items(items) => Self::Items(items),
        }
    }
}
