//! The versions of the interface that this server supports: one module each, which no other file knows.

use super::call::Call;
use super::description::Description;
use super::document::Document;
use super::error::RenderError;
use super::job::{Job, Prepared};
use super::{v0_1, v0_2};
use crate::templates::TemplateFile;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use wasmtime::component::{Component, Instance};
use wasmtime::{Engine, Result, Store};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Version {
    V0_1,
    V0_2,
}

impl Version {
    /// All versions, for messages.
    pub(super) const SUPPORTED: &'static str = "0.1.0 and 0.2.1";

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::V0_1 => "0.1.0",
            Self::V0_2 => "0.2.1",
        }
    }

    /// A later patch release of a version can only add host functions; a component that imports one that this server
    /// lacks is refused when it is linked. Pre-releases are not compatible with anything, so none is accepted.
    pub(super) fn of(text: &str) -> Option<Self> {
        let (minor, patch) = text.rsplit_once('.')?;
        let version = match minor {
            "0.1" => Self::V0_1,
            "0.2" => Self::V0_2,
            _ => return None,
        };
        patch.bytes().all(|byte| byte.is_ascii_digit()).then_some(version)
    }

    /// The interfaces of the package that a plugin may import.
    pub(super) fn interfaces(self) -> &'static [&'static str] {
        match self {
            Self::V0_1 | Self::V0_2 => &["types", "host"],
        }
    }

    pub(super) async fn instantiate(self, store: &mut Store<Call>, component: &Component) -> Result<Instance> {
        match self {
            Self::V0_1 => v0_1::instantiate(store, component).await,
            Self::V0_2 => v0_2::instantiate(store, component).await,
        }
    }

    pub(super) async fn describe(self, store: &mut Store<Call>, instance: &Instance) -> Result<Description> {
        match self {
            Self::V0_1 => v0_1::describe(store, instance).await,
            Self::V0_2 => v0_2::describe(store, instance).await,
        }
    }

    pub(super) async fn prepare(
        self,
        store: &mut Store<Call>,
        instance: &Instance,
        templates: &[TemplateFile],
    ) -> Result<Vec<Prepared>> {
        let given = templates.iter().map(|given| (given.folder.clone(), given.file.clone())).collect();
        let answer = match self {
            Self::V0_1 => v0_1::prepare(store, instance, templates).await,
            Self::V0_2 => v0_2::prepare(store, instance, templates).await,
        };
        Ok(of_given(given, answer?))
    }

    pub(super) fn renderer(self, engine: &Engine, component: &Component) -> Result<Renderer> {
        Ok(match self {
            Self::V0_1 => Renderer::V0_1(v0_1::Renderer::new(engine, component)?),
            Self::V0_2 => Renderer::V0_2(v0_2::Renderer::new(engine, component)?),
        })
    }
}

/// A component ready to be instantiated for a request.
pub(super) enum Renderer {
    V0_1(v0_1::Renderer),
    V0_2(v0_2::Renderer),
}

impl Renderer {
    /// One render in a fresh instance: the outer error is wasmtime's or the host's, the inner one the plugin's.
    pub(super) async fn render(&self, store: &mut Store<Call>, job: Job) -> Result<Result<Document, RenderError>> {
        let answer = match self {
            Self::V0_1(renderer) => renderer.render(store, job).await?,
            Self::V0_2(renderer) => renderer.render(store, job).await?,
        };
        Ok(answer.and_then(|document| store.data_mut().finish(document)))
    }
}

/// One result for each template that was given, by folder and file; other results are dropped.
fn of_given(mut given: HashSet<(String, String)>, answer: Vec<Prepared>) -> Vec<Prepared> {
    answer.into_iter().filter(|it| given.remove(&(it.folder.clone(), it.file.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::job::Reads;
    use super::*;

    #[test]
    fn prepare_results_for_unknown_templates_are_dropped() {
        let said =
            |folder: &str, file: &str| Prepared { folder: folder.into(), file: file.into(), outcome: Ok(Reads::Every) };
        let answer = vec![said("a", "x"), said("a", "x"), said("b", "x"), said("a", "z"), said("a", "y")];
        let given = ["x", "y"].map(|file| ("a".to_owned(), file.to_owned()));
        let kept = of_given(given.into(), answer);
        assert_eq!(kept.iter().map(|it| &*it.file).collect::<Vec<_>>(), ["x", "y"]);
    }
}
