//! Template functions.

use std::rc::Rc;

use super::{Code, Evaluator, RenderResult};
use crate::error::Problem;
use crate::php::{Str, Value};
use crate::program::{CallTag, PluginTag};

impl Evaluator<'_> {
    pub(super) fn call_tag(&mut self, code: &Code<'_>, tag: &CallTag) -> RenderResult<()> {
        let name = self.eval(code, tag.name)?.to_key()?.to_str();
        let params = self.params(code, &tag.params)?;
        let assign = tag.assign.optional();
        let start = if assign.is_some() { self.capture_output() } else { self.out.len() };
        self.call_function(code.running, &name, params)?;
        if let Some(assign) = assign {
            let text = self.captured(start);
            self.assign_to_expr(code, assign, text)?;
        }
        Ok(())
    }

    /// The output of a function of another file that has the name of a tag of Smarty; `None` if there is none.
    pub(super) fn function_instead(&mut self, code: &Code<'_>, tag: &PluginTag) -> RenderResult<Option<Value>> {
        let name = Str::from(tag.plugin.name());
        match self.frame.functions.get(&name) {
            // The file's own function is a tag only after its definition, which the parser knows.
            Some(&(loaded, _)) if loaded != code.loaded => {}
            _ => return Ok(None),
        }
        let mut params = Vec::with_capacity(tag.params.len());
        let mut assign = None;
        for (param, value) in &tag.params {
            let value = self.eval(code, *value)?;
            match param.as_bytes() {
                b"name" => {}
                b"assign" => assign = Some(value),
                _ => params.push((self.symbol(param), value)),
            }
        }
        let start = self.capture_output();
        self.call_function(code.running, &name, params)?;
        let text = self.captured(start);
        match assign {
            Some(assign) => self.assign_to(&assign, text).map(|()| Some(Value::Null)),
            None => Ok(Some(text)),
        }
    }

    /// Calls a function from the file `running`, to which relative names within the function refer.
    fn call_function(&mut self, running: &Rc<str>, name: &Str, params: Vec<(usize, Value)>) -> RenderResult<()> {
        let Some(&(index, function)) = self.frame.functions.get(name) else {
            let name = name.to_lossy();
            return Err(Problem::fault(format!("Unable to find template function '{name}'")));
        };
        if self.calls >= self.render.limits.call_depth {
            let max = self.render.limits.call_depth;
            return Err(Problem::limit(format!("nesting of template function calls exceeds {max}")));
        }
        self.calls += 1;
        let loaded = self.loaded[index].clone();
        let code = Code { running, ..loaded.code(index) };
        let tag = &code.program.tags.functions[function as usize];
        // All defaults are evaluated with the caller's variables before the first parameter is set.
        let defaults = self.params(&code, &tag.params)?;
        let caller = self.save_variables();
        for (symbol, value) in defaults.into_iter().chain(params) {
            self.fresh(symbol, value)?;
        }
        self.block(&code, tag.body)?;
        self.return_from(caller);
        self.calls -= 1;
        Ok(())
    }
}
