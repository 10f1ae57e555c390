//! The document of an admitted device, without counting, keeping or noting anything.

use super::steps::{Steps, sha256};
use crate::directory::Admitted;
use crate::documents::{Place, ReadyDocument};
use crate::explain::{PluginPart, SettingUse};
use crate::http::job;
use crate::http::provision::Walk;
use crate::http::provision::render::Target;
use crate::http::status::Failure;
use crate::journal::texts_hash;
use crate::plugin::{Job, JobSettings, Plugin, Reads};
use crate::request::{ProvisionRequest, with_address};
use crate::templates::{TemplateFile, TemplateLocation, file};
use std::sync::Arc;
use tokio::time::Instant;

/// The templates and settings of a job that was rendered.
struct JobParts {
    templates: Vec<TemplateFile>,
    settings: JobSettings,
}

impl Walk<'_> {
    /// The document that the device would get.
    pub(in crate::http::provision) async fn unsent_document(
        &self,
        request: &Arc<ProvisionRequest>,
        device: &Admitted,
        steps: &mut Steps,
    ) -> Result<Arc<ReadyDocument>, Failure> {
        steps.template(device);
        let located = self.located(device).await?;
        steps.located(&located, self.snapshot.tree.search_path());
        if let Some(picture) = job::picture(request.file()?, &located).await? {
            self.rendered_file(&picture.file, device, (&located, &[]), steps).await?;
            steps.document("picture", &picture, None);
            return Ok(Arc::new(picture.into()));
        }
        let (plugin, is_older, group) = self.current(device, located.name.as_str())?;
        steps.explanation.plugin = Some(of_plugin(plugin, is_older));
        let file = job::file(request, &self.snapshot, &located).await?;
        let target = Target { plugin, group, located: &located, file };
        Box::pin(self.unsent_render(request, device, &target, steps)).await
    }

    async fn unsent_render(
        &self,
        request: &Arc<ProvisionRequest>,
        device: &Admitted,
        target: &Target<'_>,
        steps: &mut Steps,
    ) -> Result<Arc<ReadyDocument>, Failure> {
        let Target { plugin, located, .. } = target;
        let times = self.times(device);
        let scope = self.scope(request, device);
        let parameters: Vec<_> = request.visible_parameters().collect();
        let place = Place { device: &device.uuid, file: target.file.as_deref(), parameters: &parameters };
        let kept = match self.basis(device, target, &times) {
            Some(basis) => self.kept(&place, &basis, &scope, &times).await?,
            None => None,
        };
        let job = self.job(request, device, target, &times).await?;
        let parts = JobParts { templates: job.templates.clone(), settings: job.settings.clone() };
        let started = Instant::now();
        let rendered = match kept {
            Some(kept) => Ok((kept, "kept", None)),
            None => self.unsent_new(plugin, job, scope).await.map(|ready| {
                let ms = started.elapsed().as_secs_f64() * 1e3;
                (ready, "rendered", Some(ms))
            }),
        };
        let file = rendered.as_ref().ok().map(|(ready, ..)| ready.document.file.clone()).or(target.file.clone());
        if let Some(file) = &file {
            self.rendered_file(file, device, (located, &parts.templates), steps).await?;
        }
        self.read_settings(plugin, located, (file.as_deref(), parts), steps);
        let (ready, from, render_ms) = rendered?;
        steps.document(from, &ready.document, render_ms);
        Ok(ready)
    }

    async fn unsent_new(
        &self,
        plugin: &Arc<Plugin>,
        job: Job,
        scope: Arc<job::Scope>,
    ) -> Result<Arc<ReadyDocument>, Failure> {
        let rendered = plugin.preview(job, scope).await;
        let failed = |error| Failure::Render { plugin: plugin.name().to_owned(), error };
        Ok(Arc::new(rendered.map_err(failed)?.into()))
    }

    /// The file, where it is, and the hash of its live text, which may be an older one than the disk's.
    async fn rendered_file(
        &self,
        name: &str,
        device: &Admitted,
        (located, sent): (&TemplateLocation, &[TemplateFile]),
        steps: &mut Steps,
    ) -> Result<(), Failure> {
        let path = located.path(name).await?;
        let live = self.live_texts(located);
        let text = file(sent, name).or_else(|| file(live?, name));
        if let Some(part) = &mut steps.explanation.template {
            part.file = Some(name.to_owned());
            part.file_name = Some(with_address(name, device.address.as_str()));
            part.path = path.map(|path| path.display().to_string());
            part.sha256 = text.map(|text| sha256(&text.source));
            part.folder_sha256 = live.map(|texts| texts_hash(texts));
        }
        Ok(())
    }

    /// The settings that the file reads: those that its plugin names, else all.
    fn read_settings(
        &self,
        plugin: &Plugin,
        located: &TemplateLocation,
        (file, job): (Option<&str>, JobParts),
        steps: &mut Steps,
    ) {
        let JobParts { templates, settings: JobSettings { layers, .. } } = job;
        let is_analysed = templates.is_empty();
        let reads = if is_analysed { plugin.reads(located.name.as_str(), file) } else { Reads::Every };
        if let Some(part) = &mut steps.explanation.plugin {
            part.knows_reads = matches!(reads, Reads::Only(_));
        }
        let read = JobSettings { layers: layers.clone(), reads };
        let read = read.all().into_iter().map(|(name, value)| SettingUse::for_template(&layers, name, value));
        steps.explanation.settings = read.collect();
    }
}

fn of_plugin(plugin: &Plugin, is_old: bool) -> PluginPart {
    PluginPart {
        name: plugin.name().to_owned(),
        version: plugin.description().version.clone(),
        sha256: plugin.origin().sha256().to_owned(),
        file: plugin.file().display().to_string(),
        is_old,
        knows_reads: false,
    }
}
