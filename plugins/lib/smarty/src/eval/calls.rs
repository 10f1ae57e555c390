//! Template functions.

use super::{Code, Evaluator, RenderResult};
use crate::error::Problem;
use crate::php::Value;
use crate::program::CallTag;

impl Evaluator<'_> {
    pub(super) fn call_tag(&mut self, code: &Code<'_>, tag: &CallTag) -> RenderResult<()> {
        let name = self.eval(code, tag.name)?;
        let params = self.params(code, &tag.params)?;
        let assign = tag.assign.optional();
        let start = if assign.is_some() { self.capture_output() } else { self.out.len() };
        self.call_function(&name, params)?;
        if let Some(assign) = assign {
            let text = self.captured(start);
            self.assign_to_expr(code, assign, text)?;
        }
        Ok(())
    }

    fn call_function(&mut self, name: &Value, params: Vec<(usize, Value)>) -> RenderResult<()> {
        let Some(&(index, function)) = self.frame.functions.get(&name.to_str()) else {
            let name = name.to_str().to_lossy();
            return Err(Problem::fault(format!("Unable to find template function '{name}'")));
        };
        if self.calls >= self.render.limits.call_depth {
            let max = self.render.limits.call_depth;
            return Err(Problem::limit(format!("nesting of template function calls exceeds {max}")));
        }
        self.calls += 1;
        let loaded = self.loaded[index].clone();
        let code = loaded.code(index);
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
