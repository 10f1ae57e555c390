//! `{include}`, and the templates of a render.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::code::{Code, Loaded, TemplateRef};
use super::{Evaluator, Flow, RenderResult};
use crate::error::{ErrorKind, Problem};
use crate::names;
use crate::php::Value;
use crate::program::{Include, Params, Scope};

impl Evaluator<'_> {
    pub(super) fn include(&mut self, code: &Code<'_>, tag: &Include) -> RenderResult<()> {
        let file = self.eval(code, tag.file)?;
        let params = self.params(code, &tag.params)?;
        for attribute in &tag.unused {
            self.eval(code, *attribute)?;
        }
        let assign = match tag.assign.optional() {
            Some(assign) => Some(self.eval(code, assign)?),
            None => None,
        };
        let start = if assign.is_some() { self.capture_output() } else { self.out.len() };
        self.render_file(code, &file.to_bytes(), params, tag.scope)?;
        if let Some(assign) = assign {
            let text = self.captured(start);
            self.assign_to(&assign, text)?;
        }
        Ok(())
    }

    /// The values of parameters, in order; the last of a name wins.
    pub(super) fn params(&mut self, code: &Code<'_>, params: &Params) -> RenderResult<Vec<(usize, Value)>> {
        let mut values = Vec::with_capacity(params.len());
        for (name, value) in params {
            let value = self.eval(code, *value)?;
            values.push((self.symbol(name), value));
        }
        Ok(values)
    }

    /// Renders another file at the current position, with the current variables.
    pub(super) fn render_file(
        &mut self,
        code: &Code<'_>,
        name: &[u8],
        params: Vec<(usize, Value)>,
        scope: Scope,
    ) -> RenderResult<()> {
        let name = names::resolve(names::check(name)?, code.running, self.render.folder)?;
        let index = self.load(&name)?;
        if self.includes >= self.render.limits.include_depth {
            let max = self.render.limits.include_depth;
            return Err(Problem::limit(format!("nesting of included files exceeds {max}")));
        }
        self.includes += 1;
        let escaped = self.set_escaped(false);
        self.push_frame(scope);
        for (symbol, value) in params {
            self.fresh(symbol, value)?;
        }
        self.register_functions(index);
        let loaded = self.loaded[index].clone();
        self.enter()?;
        self.template(&loaded.code(index))?;
        self.leave();
        self.pop_frame(escaped);
        self.includes -= 1;
        Ok(())
    }

    /// Loads a template, once per render.
    fn load(&mut self, name: &[u8]) -> RenderResult<usize> {
        if let Some(&index) = self.loaded_of.get(name) {
            return Ok(index);
        }
        let template = match self.render.templates.get(name) {
            Ok(Some(template)) => template,
            Ok(None) => return Err(not_found(name)),
            Err(error) => {
                let problem = Problem::new(error.kind, error.message.clone());
                self.foreign = Some(Box::new(error));
                return Err(problem);
            }
        };
        // Smarty compiles a file when it is first included, with the functions that are known then.
        if let Some((problem, at)) = template.unknown_tag(|name| self.frame.functions.contains_key(name)) {
            let place = template.program.lines.position(at);
            self.failed = Some((Rc::clone(&template.name), place.line, place.column));
            return Err(problem);
        }
        let symbols = template.program.symbols.iter();
        let symbols = symbols.map(|name| crate::source::offset(self.symbol(name.as_bytes())));
        let symbols: Rc<[u32]> = symbols.collect();
        let index = self.loaded.len();
        self.loaded.push(Loaded { template: TemplateRef::Shared(template), symbols: Some(symbols) });
        self.loaded_of.insert(name.to_vec(), index);
        Ok(index)
    }

    /// Makes a template's functions known to it and to the templates that include it.
    pub(super) fn register_functions(&mut self, index: usize) {
        let loaded = self.loaded[index].clone();
        let functions = &loaded.template().program.tags.functions;
        if functions.is_empty() {
            return;
        }
        let mut own = FxHashMap::clone(&self.frame.functions);
        // If a file defines two functions of one name, the first one counts.
        for (i, function) in functions.iter().enumerate().rev() {
            let at = (index, crate::source::offset(i));
            own.insert(function.name.clone(), at);
        }
        for function in functions {
            let at = own[&function.name];
            self.declare_in_frames(&function.name, at);
        }
        self.frame.functions = Rc::new(own);
    }

    /// Runs a template's own statements, then the template that it extends.
    pub(super) fn template(&mut self, code: &Code<'_>) -> RenderResult<()> {
        if let Some(extends) = code.program.inherits {
            self.begin_inheritance(extends);
        }
        let flow = self.block(code, code.program.body)?;
        debug_assert_eq!(flow, Flow::Next);
        for file in &code.program.extends {
            self.end_child();
            let file = self.eval(code, *file)?;
            // Without a parent only the child's blocks remain, and nothing prints them.
            if !file.is_null() {
                self.render_file(code, &file.to_bytes(), Vec::new(), Scope::Parent)?;
            }
        }
        Ok(())
    }
}

/// The problem of a missing file.
fn not_found(name: &[u8]) -> Problem {
    let name = String::from_utf8_lossy(name);
    Problem::new(ErrorKind::NotFound, format!("template \"{name}\" does not exist"))
}
