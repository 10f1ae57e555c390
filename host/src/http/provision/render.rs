//! The document of an admitted device: a kept one, or a new one.

use super::Walk;
use crate::directory::Device;
use crate::directory::daylight::Season;
use crate::documents::{Basis, Place, ReadyDocument};
use crate::files::NoAnswer;
use crate::http::access_log::AccessRecord;
use crate::http::job;
use crate::http::status::Failure;
use crate::plugin::{Choice, DeviceScope, HostCalls, Job, Plugin, RenderGroup};
use crate::request::ProvisionRequest;
use crate::templates::{self, TemplateLocation};
use std::sync::Arc;
use tokio::time::Instant;

/// The folder and the file that a plugin renders.
struct Target<'a> {
    plugin: &'a Arc<Plugin>,
    group: RenderGroup,
    located: &'a TemplateLocation,
    /// `None` if the plugin chooses the file.
    file: Option<String>,
}

impl Walk<'_> {
    pub(super) async fn render(
        &self,
        request: &Arc<ProvisionRequest>,
        device: &Device,
        seen: &mut AccessRecord,
    ) -> Result<Arc<ReadyDocument>, Failure> {
        let snapshot = &self.snapshot;
        job::check_engine(&device.domain_settings)?;
        if self.is_foreign(snapshot.tree.domain_of(&device.template), &device.domain_name).await? {
            return Err(Failure::NoTemplate(device.template.clone()));
        }
        let located = job::locate(&snapshot.tree, device).await?;
        let folder = located.name.as_str().to_owned();
        if let Some(picture) = job::picture(request.file()?, &located).await? {
            return Ok(Arc::new(picture.into()));
        }
        let plugin =
            snapshot.plugins.serving(&device.vendor, &folder).ok_or_else(|| self.no_plugin(&device.vendor, &folder))?;
        seen.plugin(plugin.name(), &folder);
        let group = RenderGroup { folder, domain: device.domain_name.clone() };
        let choice = snapshot.plugins.choose(plugin, &group, &device.address);
        let failed = |error| Failure::Render { plugin: plugin.name().to_owned(), error };
        let Choice { plugin, failing } = choice.map_err(failed)?;
        if let Some(failing) = failing {
            self.retry(request, device, failing, (&group, &located)).await;
        }
        let file = job::file(request, snapshot, &located).await?;
        self.document_of(request, device, Target { plugin, group, located: &located, file }).await
    }

    /// Lets a failing version of a plugin render for a device, to see whether it works again. It gets a job of its own, with
    /// the settings that this version reads and the templates that it is not prepared with. If that job fails, only the
    /// retry is lost, not the phone's request.
    async fn retry(
        &self,
        request: &Arc<ProvisionRequest>,
        device: &Device,
        failing: &Arc<Plugin>,
        (group, located): (&RenderGroup, &TemplateLocation),
    ) {
        let Ok(file) = job::file(request, &self.snapshot, located).await else { return };
        let scope = self.scope(request, device);
        let target = Target { plugin: failing, group: group.clone(), located, file };
        let parts = job::Times::of(device, self.app.clock.now());
        if let Ok(job) = self.job(request, device, &target, &parts).await {
            Arc::clone(failing).try_again(job, scope);
        }
    }

    async fn document_of(
        &self,
        request: &Arc<ProvisionRequest>,
        device: &Device,
        target: Target<'_>,
    ) -> Result<Arc<ReadyDocument>, Failure> {
        let Target { plugin, group, .. } = &target;
        let times = job::Times::of(device, self.app.clock.now());
        let kept = self.kept_as(request, device, &target, times.season());
        if let Some((place, basis)) = &kept
            && let Some(ready) = self.app.documents.find(place, basis)
        {
            plugin.note_kept(group, &device.address);
            return Ok(ready);
        }
        let scope = self.scope(request, device);
        let job = self.job(request, device, &target, &times).await?;
        let started = Instant::now();
        let rendered = plugin.render(job, scope).await;
        let failure = rendered.as_ref().err().map(|error| (error.kind(), error.to_string()));
        self.app.metrics.rendered(plugin.name(), started.elapsed(), failure);
        let document = rendered.map_err(|error| Failure::Render { plugin: plugin.name().to_owned(), error })?;
        let is_of_job_alone = document.host_calls == HostCalls::default();
        let ready = Arc::new(ReadyDocument::from(document));
        if let Some((place, basis)) = kept.filter(|_| is_of_job_alone && plugin.is_sound_for(group)) {
            self.app.documents.keep(place, basis, &ready);
        }
        Ok(ready)
    }

    /// Where the document is kept, and on what it depends; `None` if it is rendered for each request: the facts can change
    /// unnoticed, nobody watches the templates, or the plugin fails and is being tried again.
    fn kept_as(
        &self,
        request: &ProvisionRequest,
        device: &Device,
        Target { plugin, group, located, file }: &Target<'_>,
        season: Season,
    ) -> Option<(Place, Basis)> {
        let facts = device.version.filter(|_| !self.app.documents.is_off() && plugin.is_sound_for(group))?;
        let texts = self.snapshot.texts.folder(located.name.as_str()).filter(|_| located.in_tree)?;
        let vendor = job::vendor(device, &self.snapshot.plugins);
        let place =
            Place { device: device.uuid.clone(), file: file.clone(), parameters: job::parameters(request).collect() };
        Some((place, Basis::new(facts, vendor, season, plugin.origin().sha256(), texts)))
    }

    fn scope(&self, request: &Arc<ProvisionRequest>, device: &Device) -> Arc<dyn DeviceScope> {
        Arc::new(job::Scope(self.app.directory.phone_book(device), Arc::clone(request)))
    }

    /// The failure if no plugin serves a folder. The folder of the plugins may not answer.
    fn no_plugin(&self, vendor: &str, folder: &str) -> Failure {
        if self.snapshot.plugins.is_late(vendor, folder) {
            return Failure::LatePlugin(folder.to_owned());
        }
        let silent = self.snapshot.tree.silent().into_iter().next().filter(|_| self.snapshot.plugins.is_empty());
        silent.map_or_else(
            || Failure::NoPlugin(folder.to_owned()),
            |silent| templates::Error::from(NoAnswer(silent)).into(),
        )
    }

    /// The job for this version of the plugin.
    async fn job(
        &self,
        request: &ProvisionRequest,
        device: &Device,
        Target { plugin, group, located, file }: &Target<'_>,
        times: &job::Times,
    ) -> Result<Job, Failure> {
        let templates = job::templates(&self.snapshot, plugin, located).await?;
        let parts = job::Parts { group: group.clone(), file: file.clone(), templates, device, times };
        job::of(request, parts, plugin, &self.snapshot.plugins)
    }
}
