//! Version 0.2 of the interface. No other module uses its WIT types.

mod bindings;
mod convert;
mod imports;

use self::bindings::dialplate::provision::types;
use super::call::Call;
use super::description::Description;
use super::error::RenderError;
use super::job::{Document, Job, Prepared};
use crate::templates::TemplateFile;
use std::collections::{HashMap, HashSet};
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
        let answer = plugin.call_render(store, &convert::job(job)).await?;
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
    templates: Vec<TemplateFile>,
) -> Result<Vec<Prepared>> {
    let templates: Vec<_> = templates.into_iter().map(convert::template).collect();
    let answer = bindings::Plugin::new(&mut *store, instance)?.call_prepare(store, &templates).await?;
    Ok(of_given(&templates, answer))
}

/// One result for each template that was given; other results are dropped.
fn of_given(templates: &[types::Template], answer: Vec<types::Prepared>) -> Vec<Prepared> {
    let mut open: HashMap<&str, HashSet<&str>> = HashMap::new();
    for given in templates {
        open.entry(&given.folder).or_default().insert(&given.file);
    }
    let mut is_open = |it: &types::Prepared| open.get_mut(&*it.folder).is_some_and(|files| files.remove(&*it.file));
    answer.into_iter().filter(|it| is_open(it)).map(convert::prepared).collect()
}

fn linker(engine: &Engine) -> Result<Linker<Call>> {
    let mut linker = Linker::new(engine);
    bindings::Plugin::add_to_linker::<_, HasSelf<Call>>(&mut linker, |call| call)?;
    Ok(linker)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prepare_results_for_unknown_templates_are_dropped() {
        let given = |file: &str| types::Template { folder: "a".into(), file: file.into(), source: vec![] };
        let said = |folder: &str, file: &str| types::Prepared {
            folder: folder.into(),
            file: file.into(),
            outcome: Ok(types::Reads::Every),
        };
        let answer = vec![said("a", "x"), said("a", "x"), said("b", "x"), said("a", "z"), said("a", "y")];
        let kept = of_given(&[given("x"), given("y")], answer);
        assert_eq!(kept.iter().map(|it| &*it.file).collect::<Vec<_>>(), ["x", "y"]);
    }
}
