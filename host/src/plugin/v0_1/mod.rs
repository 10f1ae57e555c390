//! Version 0.1 of the interface. No other module uses its WIT types.

mod bindings;
mod convert;
mod imports;

use self::bindings::dialplate::provision::types as wit;
use super::call::Call;
use super::description::Description;
use super::document::Document;
use super::error::RenderError;
use super::job::{Job, Prepared};
use super::source::Source;
use crate::templates::TemplateFile;
use wasmtime::component::{Component, HasSelf, Instance, Linker};
use wasmtime::{Engine, Result, Store};

/// A component ready to be instantiated for a request.
pub(super) struct Renderer(bindings::PluginPre<Call>);

impl Renderer {
    pub(super) fn new(engine: &Engine, component: &Component) -> Result<Self> {
        Ok(Self(bindings::PluginPre::new(linker(engine)?.instantiate_pre(component)?)?))
    }

    /// One render in a fresh instance: the outer error is wasmtime's or the host's, the inner one the plugin's.
    pub(super) async fn render(&self, store: &mut Store<Call>, job: Job) -> Result<Result<Document, RenderError>> {
        let plugin = self.0.instantiate_async(&mut *store).await?;
        // The plugin gets the time with each job, so all of its documents count as depending on it.
        let time = store.data_mut().time()?;
        let answer = plugin.call_render(store, &convert::job(job, time)).await?;
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
