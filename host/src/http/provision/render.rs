//! The document of an admitted device: a kept one, or a new one.

use super::Walk;
use crate::directory::{Admitted, Device};
use crate::documents::{Basis, Place, ReadyDocument};
use crate::files::NoAnswer;
use crate::http::access_log::AccessRecord;
use crate::http::job;
use crate::http::status::Failure;
use crate::journal::Origin;
use crate::plugin::{Choice, Job, Plugin, RenderGroup};
use crate::request::ProvisionRequest;
use crate::templates::{self, TemplateFile, TemplateLocation};
use std::sync::Arc;
use tokio::time::Instant;

/// The folder and the file that a plugin renders.
pub(super) struct Target<'a> {
    pub(super) plugin: &'a Arc<Plugin>,
    pub(super) group: RenderGroup,
    pub(super) located: &'a TemplateLocation,
    /// `None` if the plugin chooses the file.
    pub(super) file: Option<String>,
}

impl Walk<'_> {
    pub(super) async fn render(
        &self,
        request: &Arc<ProvisionRequest>,
        device: &Admitted,
        seen: &mut AccessRecord,
    ) -> Result<Arc<ReadyDocument>, Failure> {
        let snapshot = &self.snapshot;
        let located = self.located(device).await?;
        let folder = located.name.as_str().to_owned();
        if let Some(picture) = job::picture(request.file()?, &located).await? {
            return Ok(Arc::new(picture.into()));
        }
        let plugin = self.serving(device, &folder)?;
        let texts = self.live_texts(&located).cloned();
        seen.origin(Origin { plugin: Arc::clone(plugin), folder: folder.as_str().into(), texts });
        if self.app.journal.keeps_documents() {
            seen.admitted(device);
        }
        let group = RenderGroup { folder, domain: device.domain_name.clone() };
        let choice = snapshot.plugins.choose(plugin, &group, &device.address);
        let failed = |error| Failure::Render { plugin: plugin.name().to_owned(), error };
        let Choice { plugin, failing } = choice.map_err(failed)?;
        seen.other_plugin(plugin);
        if let Some(failing) = failing {
            self.retry(request, device, failing, (&group, &located)).await;
        }
        let file = job::file(request, snapshot, &located).await?;
        self.document_of(request, device, Target { plugin, group, located: &located, file }).await
    }

    /// The live texts of a template folder; `None` if the server does not watch it.
    pub(super) fn live_texts(&self, located: &TemplateLocation) -> Option<&Arc<[TemplateFile]>> {
        self.snapshot.texts.folder(located.name.as_str()).filter(|_| located.in_tree)
    }

    /// All texts of a template folder: the live ones, or those on the disk if it is not watched.
    pub(super) async fn texts(&self, located: &TemplateLocation) -> Result<Vec<TemplateFile>, Failure> {
        match self.live_texts(located) {
            Some(texts) => Ok(texts.to_vec()),
            None => Ok(located.read().await?.unwrap_or_default()),
        }
    }

    /// The device's template folder, which must not be another domain's.
    pub(super) async fn located(&self, device: &Device) -> Result<TemplateLocation, Failure> {
        job::check_engine(&device.domain_settings)?;
        let tree = &self.snapshot.tree;
        if self.is_foreign(tree.domain_of(&device.template), &device.domain_name).await? {
            return Err(Failure::NoTemplate(device.template.clone()));
        }
        job::locate(tree, device).await
    }

    /// The plugin that serves a device with this template folder.
    pub(super) fn serving(&self, device: &Device, folder: &str) -> Result<&Arc<Plugin>, Failure> {
        let plugin = self.snapshot.plugins.serving(&device.vendor, folder);
        plugin.ok_or_else(|| self.no_plugin(&device.vendor, folder))
    }

    /// The version of the plugin that serves a device now, whether it is an older one, and whose render it is. No failing
    /// version is tried again.
    pub(super) fn current(&self, device: &Device, folder: &str) -> Result<(&Arc<Plugin>, bool, RenderGroup), Failure> {
        let newest = self.serving(device, folder)?;
        let group = RenderGroup { folder: folder.to_owned(), domain: device.domain_name.clone() };
        let failed = |error| Failure::Render { plugin: newest.name().to_owned(), error };
        let plugin = self.snapshot.plugins.current(newest, &group, &device.address).map_err(failed)?;
        Ok((plugin, !Arc::ptr_eq(plugin, newest), group))
    }

    /// Lets a failing version of a plugin render for a device, to see whether it works again. It gets a job of its own, with
    /// the settings that this version reads and the templates that it is not prepared with. If that job fails, only the
    /// retry is lost, not the phone's request.
    async fn retry(
        &self,
        request: &Arc<ProvisionRequest>,
        device: &Admitted,
        failing: &Arc<Plugin>,
        (group, located): (&RenderGroup, &TemplateLocation),
    ) {
        let Ok(file) = job::file(request, &self.snapshot, located).await else { return };
        let scope = self.scope(request, device);
        let target = Target { plugin: failing, group: group.clone(), located, file };
        let parts = self.times(device);
        if let Ok(job) = self.job(request, device, &target, &parts).await {
            Arc::clone(failing).try_again(job, scope);
        }
    }

    async fn document_of(
        &self,
        request: &Arc<ProvisionRequest>,
        device: &Admitted,
        target: Target<'_>,
    ) -> Result<Arc<ReadyDocument>, Failure> {
        let Target { plugin, group, .. } = &target;
        let times = self.times(device);
        let scope = self.scope(request, device);
        let parameters: Vec<_> = request.visible_parameters().collect();
        let place = Place { device: &device.uuid, file: target.file.as_deref(), parameters: &parameters };
        let basis = self.basis(device, &target, &times);
        if let Some(basis) = &basis {
            let kept = self.kept(&place, basis, &scope, &times).await?;
            self.app.documents.count(kept.is_some());
            if let Some(kept) = kept {
                plugin.note_kept(group, &device.address);
                return Ok(kept);
            }
        }
        let job = self.job(request, device, &target, &times).await?;
        let started = Instant::now();
        let rendered = plugin.render(job, scope).await;
        let failure = rendered.as_ref().err().map(|error| (error.kind(), error.to_string()));
        self.app.metrics.rendered(plugin.name(), started.elapsed(), failure);
        let document = rendered.map_err(|error| Failure::Render { plugin: plugin.name().to_owned(), error })?;
        let ready = Arc::new(ReadyDocument::from(document));
        if let Some(basis) = basis.filter(|_| plugin.is_sound_for(group)) {
            self.app.documents.keep(&place, &basis, &ready);
        }
        Ok(ready)
    }

    /// The document that was rendered before, if a new render would give the same, with the time of this request.
    pub(super) async fn kept(
        &self,
        place: &Place<'_>,
        basis: &Basis<'_>,
        scope: &job::Scope,
        times: &job::Times,
    ) -> Result<Option<Arc<ReadyDocument>>, Failure> {
        Ok(match self.app.documents.find(place, basis) {
            Some(kept) if scope.answers_the_same(&kept.asked).await? => Some(kept.ready.at(times.moment())),
            _ => None,
        })
    }

    /// What the document depends on; `None` if it is rendered for each request: the facts can change unnoticed, nobody
    /// watches the templates, or the plugin fails and is being tried again.
    pub(super) fn basis<'a>(
        &'a self,
        device: &'a Device,
        Target { plugin, group, located, .. }: &Target<'a>,
        times: &job::Times,
    ) -> Option<Basis<'a>> {
        let facts = device.version.filter(|_| !self.app.documents.is_off() && plugin.is_sound_for(group))?;
        let texts = self.live_texts(located)?;
        let (vendor, component) = (job::vendor(device, &self.snapshot.plugins), plugin.origin().sha256());
        Some(Basis { facts, vendor, season: times.season(), component, texts })
    }

    pub(super) fn scope(&self, request: &Arc<ProvisionRequest>, device: &Admitted) -> Arc<job::Scope> {
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
    pub(super) async fn job(
        &self,
        request: &ProvisionRequest,
        device: &Admitted,
        Target { plugin, group, located, file }: &Target<'_>,
        times: &job::Times,
    ) -> Result<Job, Failure> {
        let templates = job::templates(&self.snapshot, plugin, located).await?;
        let firmware_url = self.app.firmware_url.as_deref();
        let parts = job::Parts { group: group.clone(), file: file.clone(), templates, device, times, firmware_url };
        job::of(request, parts, plugin, &self.snapshot.plugins)
    }
}
