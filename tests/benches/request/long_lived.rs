//! The same component with one instance for all requests, which the server never does. It uses wasmtime directly.

use dialplate::facts;
use dialplate::plugin::{DeviceScope, Job, Moment};
use dialplate::templates::TemplateFile;
use std::path::Path;
use std::sync::Arc;
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Config, Engine, Result, Store};

/// In a module of its own, because the interface's package has the name of the crate.
mod bindings {
    wasmtime::component::bindgen!({
        path: "../wit/0.2.1",
        world: "plugin",
        imports: { "dialplate:provision/host.log": trappable, default: async | trappable },
        exports: { default: async },
    });
}

use bindings::dialplate::provision::{host, types};

/// Rows of a phone book: far more than the recorded one has.
const CONTACTS_ROWS_MAX: usize = 20_000;

/// The device of the current render and its time; `None` during `prepare`.
struct CurrentDevice(Option<(Arc<dyn DeviceScope>, Moment)>);

impl CurrentDevice {
    fn scope(&self) -> Result<Arc<dyn DeviceScope>> {
        self.0.as_ref().map(|(scope, _)| Arc::clone(scope)).ok_or_else(|| wasmtime::Error::msg("no device"))
    }
}

impl types::Host for CurrentDevice {}

impl host::Host for CurrentDevice {
    async fn now(&mut self) -> Result<types::Instant> {
        let (_, time) = self.0.as_ref().ok_or_else(|| wasmtime::Error::msg("no device"))?;
        let Moment { seconds, nanoseconds, zone, tzif } = *time;
        Ok(types::Instant { seconds, nanoseconds, zone: zone.to_owned(), tzif: tzif.to_vec() })
    }

    /// It compares no bodies, so the time is left out.
    async fn insert_microtime(&mut self, _: u32) -> Result<()> {
        Ok(())
    }

    async fn contacts(&mut self) -> Result<Vec<types::Table>> {
        let tables = self.scope()?.contacts(CONTACTS_ROWS_MAX).await.map_err(wasmtime::Error::new)?;
        Ok(tables.value.iter().map(table).collect())
    }

    async fn extension(&mut self, number: String) -> Result<types::Table> {
        Ok(table(&self.scope()?.extension(&number).await.map_err(wasmtime::Error::new)?.value))
    }

    async fn server_variables(&mut self) -> Result<Vec<(String, String)>> {
        Ok(self.scope()?.server_variables())
    }

    fn log(&mut self, _: types::Level, _: String) -> Result<()> {
        Ok(())
    }
}

fn template(template: TemplateFile) -> types::Template {
    types::Template { folder: template.folder, file: template.file, source: template.source.to_vec() }
}

fn table(table: &facts::Table) -> types::Table {
    types::Table {
        name: table.name.to_owned(),
        columns: table.columns.to_vec(),
        rows: table.rows.iter().map(|row| row.iter().cloned().map(value).collect()).collect(),
    }
}

fn value(value: facts::Value) -> types::Value {
    match value {
        facts::Value::Null => types::Value::Null,
        facts::Value::Text(text) => types::Value::Text(text),
        facts::Value::Number(number) => types::Value::Number(number),
        facts::Value::Flag(flag) => types::Value::Flag(flag),
        facts::Value::Items(items) => types::Value::Items(items),
    }
}

fn setting((name, it): (&str, &facts::Value)) -> types::Setting {
    types::Setting { name: name.to_owned(), value: value(it.clone()) }
}

fn job(job: Job) -> types::Job {
    types::Job {
        folder: job.group.folder,
        file: job.file,
        vendor: job.vendor,
        address: job.address.as_str().to_owned(),
        templates: job.templates.into_iter().map(template).collect(),
        parameters: job.parameters,
        settings: job.settings.all().into_iter().map(setting).collect(),
        tables: job.tables.iter().map(|shared| table(shared)).collect(),
    }
}

pub struct LongLived {
    store: Store<CurrentDevice>,
    plugin: bindings::Plugin,
}

impl LongLived {
    #[expect(clippy::disallowed_methods, reason = "a benchmark has no server that a compiler could harm")]
    pub async fn new(file: &Path, templates: Vec<TemplateFile>) -> Self {
        let mut config = Config::new();
        // The same code as the server's renders.
        config.epoch_interruption(true).concurrency_support(false);
        let engine = Engine::new(&config).unwrap();
        let component = Component::new(&engine, std::fs::read(file).unwrap()).unwrap();
        let mut linker = Linker::new(&engine);
        bindings::Plugin::add_to_linker::<_, HasSelf<CurrentDevice>>(&mut linker, |device| device).unwrap();
        let mut store = Store::new(&engine, CurrentDevice(None));
        store.set_epoch_deadline(u64::MAX / 2);
        let plugin = bindings::Plugin::instantiate_async(&mut store, &component, &linker).await.unwrap();
        let templates: Vec<_> = templates.into_iter().map(template).collect();
        plugin.call_prepare(&mut store, &templates).await.unwrap();
        Self { store, plugin }
    }

    pub async fn render(&mut self, job: Job, scope: Arc<dyn DeviceScope>) {
        self.store.data_mut().0 = Some((scope, job.time));
        let _ = self.plugin.call_render(&mut self.store, &self::job(job)).await.unwrap();
    }
}
