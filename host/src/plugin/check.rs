//! Checks whether changed templates compile, without preparing the plugin again: `prepare` gets these templates alone,
//! in an instance that is then dropped. That takes milliseconds; preparing everything takes seconds.

use super::build;
use super::call::Call;
use super::engine::store;
use super::error::{LoadError, RenderError};
use super::job::{Faulty, Prepared};
use super::limits::keys;
use super::plugin::Plugin;
use super::remark::{Remark, remarks};
use crate::templates::TemplateFile;
use std::sync::Arc;
use wasmtime::component::Component;

impl Plugin {
    /// Compiles the component for `check`. Takes a fraction of a second unless the cache has it; see `off_the_path`.
    pub async fn warm_up(&self) -> Result<(), LoadError> {
        self.unprepared().await.map(drop)
    }

    async fn unprepared(&self) -> Result<&Component, LoadError> {
        if self.unprepared.get().is_none() {
            let code = build::unprepared(self.engine(), &self.origin().binary, self.file()).await?;
            let component = code.component(self.engine());
            let _ = self.unprepared.set(component.map_err(|error| LoadError::Build(format!("{error:#}")))?);
        }
        self.unprepared.get().ok_or_else(|| LoadError::Build("it is not there".into()))
    }

    /// The templates that do not compile, and remarks about others. `templates` has to hold whole folders.
    pub async fn check(&self, templates: &[TemplateFile]) -> Result<(Vec<Faulty>, Vec<Remark>), LoadError> {
        let outcome = self.check_once(templates).await;
        outcome.inspect_err(|error| self.engine().limit_counters().note(self.name(), error.limit()))
    }

    async fn check_once(&self, templates: &[TemplateFile]) -> Result<(Vec<Faulty>, Vec<Remark>), LoadError> {
        let failed =
            |error| LoadError::Call { step: "prepare", source: RenderError::of_call(error, keys::PREPARE_OUTPUT) };
        let component = self.unprepared().await?;
        let (config, limit_counters) = (self.engine().config(), self.engine().limit_counters());
        let call = Call::of_load(Arc::from(self.name()), config, limit_counters);
        let mut store = store(component.engine(), call, config.prepare_output_bytes_max);
        let version = self.origin().binary.version;
        let instance = version.instantiate(&mut store, component).await.map_err(failed)?;
        let prepared = version.prepare(&mut store, &instance, templates).await.map_err(failed)?;
        let mut log = store.data_mut().take_load_log();
        let remarks = remarks(self.name(), log.take_warnings(), templates);
        log.write(self.name(), limit_counters);
        let faulty = |Prepared { folder, file, outcome }| {
            let fault = outcome.err()?;
            Some(Faulty { folder, file, fault })
        };
        Ok((prepared.into_iter().filter_map(faulty).collect(), remarks))
    }
}
