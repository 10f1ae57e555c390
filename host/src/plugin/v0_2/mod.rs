//! Version 0.2 of the interface. No other module uses its WIT types.

mod bindings;
mod convert;
mod imports;
mod lowered;

use self::bindings::dialplate::provision::types as wit;
use super::call::Call;
use super::description::Description;
use super::document::Document;
use super::error::RenderError;
use super::job::{Job, Prepared};
use super::source::Source;
use crate::templates::TemplateFile;
use wasmtime::component::{Component, ComponentExportIndex, HasSelf, Instance, InstancePre, Linker};
use wasmtime::{Engine, Result, Store};

/// A component ready to be instantiated for a request.
pub(super) struct Renderer {
    plugin: InstancePre<Call>,
    render: ComponentExportIndex,
}

impl Renderer {
    pub(super) fn new(engine: &Engine, component: &Component) -> Result<Self> {
        let plugin = linker(engine)?.instantiate_pre(component)?;
        // Checks the types of all exports.
        bindings::PluginPre::new(plugin.clone())?;
        let absent = || wasmtime::Error::msg("no export `render`");
        let render = component.get_export_index(None, "render").ok_or_else(absent)?;
        Ok(Self { plugin, render })
    }

    /// One render in a fresh instance: the outer error is wasmtime's or the host's, the inner one the plugin's.
    pub(super) async fn render(&self, store: &mut Store<Call>, job: Job) -> Result<Result<Document, RenderError>> {
        type Answer = (Result<wit::Document, wit::Failure>,);
        let instance = self.plugin.instantiate_async(&mut *store).await?;
        let render = instance.get_typed_func::<(lowered::Job<'_>,), Answer>(&mut *store, self.render)?;
        let (answer,) = render.call_async(store, (lowered::Job::from(&job),)).await?;
        Ok(answer.map(convert::document).map_err(convert::failure))
    }
}

pub(super) async fn instantiate(store: &mut Store<Call>, component: &Component) -> Result<Instance> {
    linker(store.engine())?.instantiate_async(store, component).await
}

pub(super) async fn describe(store: &mut Store<Call>, instance: &Instance) -> Result<Description> {
    let answer = bindings::Plugin::new(&mut *store, instance)?.call_describe(store).await?;
    Ok(convert::description(answer))
}

pub(super) async fn prepare(
    store: &mut Store<Call>,
    instance: &Instance,
    templates: &[TemplateFile],
) -> Result<Vec<Prepared>> {
    // Checks the types of all exports, not of this one alone.
    bindings::Plugin::new(&mut *store, instance)?;
    let prepare = instance.get_typed_func::<(&[Source<'_>],), (Vec<wit::Prepared>,)>(&mut *store, "prepare")?;
    let sources: Vec<_> = templates.iter().map(Source::from).collect();
    let (answer,) = prepare.call_async(store, (&sources[..],)).await?;
    Ok(answer.into_iter().map(convert::prepared).collect())
}

fn linker(engine: &Engine) -> Result<Linker<Call>> {
    let mut linker = Linker::new(engine);
    bindings::Plugin::add_to_linker::<_, HasSelf<Call>>(&mut linker, |call| call)?;
    Ok(linker)
}
