//! Constructs of the language that look like a function or a modifier: `isset`, `default`, `++`.

use super::expr::Peek;
use super::{Code, Evaluator, RenderResult, path};
use crate::error::Problem;
use crate::php::{PhpError, Value};
use crate::program::{Expr, ExprId, List, Name};

impl Evaluator<'_> {
    /// Evaluates an expression as the left side of `??`: anything missing is null.
    pub(super) fn quiet(&mut self, code: &Code<'_>, id: ExprId) -> RenderResult<Value> {
        match self.peek(code, id) {
            Peek::Hit(value) => return Ok(value.clone()),
            Peek::Null => return Ok(Value::Null),
            Peek::Slow => {}
        }
        let Expr::Index(base, key) = code.expr(id) else {
            return self.eval(code, id);
        };
        self.enter()?;
        let base = self.quiet(code, base)?;
        let key = self.eval(code, key)?;
        self.leave();
        path::quiet_index(&base, &key)
    }

    pub(super) fn isset(&mut self, code: &Code<'_>, list: List) -> RenderResult<Value> {
        for &id in code.program.list(list) {
            if self.tested(code, id)?.is_null() {
                return Ok(Value::Bool(false));
            }
        }
        Ok(Value::Bool(true))
    }

    /// The operand of `isset` and `empty`, which are stricter than `??` about the offset of a string.
    pub(super) fn tested(&mut self, code: &Code<'_>, id: ExprId) -> RenderResult<Value> {
        let Expr::Index(base, key) = code.expr(id) else { return self.quiet(code, id) };
        match self.peek(code, id) {
            Peek::Hit(value) => return Ok(value.clone()),
            Peek::Null => return Ok(Value::Null),
            Peek::Slow => {}
        }
        self.enter()?;
        let base = self.quiet(code, base)?;
        let key = self.eval(code, key)?;
        self.leave();
        let is_offset = match &key {
            Value::Str(key) => path::is_whole(key),
            Value::Array(_) => false,
            _ => true,
        };
        if matches!(base, Value::Str(_)) && !is_offset { Ok(Value::Null) } else { path::quiet_index(&base, &key) }
    }

    /// `|default:a:b`: the first value that is neither null nor the empty string, else the last.
    pub(super) fn default(&mut self, code: &Code<'_>, operand: ExprId, defaults: List) -> RenderResult<Value> {
        let mut value = self.quiet(code, operand)?;
        for &default in code.program.list(defaults) {
            let missing = match &value {
                Value::Null => true,
                Value::Str(s) => s.is_empty(),
                _ => false,
            };
            if missing {
                value = self.quiet(code, default)?;
            }
        }
        Ok(value)
    }

    /// `$x++`: returns the old value and changes the variable, even if it is shared with the including file.
    pub(super) fn count(
        &mut self,
        code: &Code<'_>,
        place: ExprId,
        step: fn(&Value) -> Result<Value, PhpError>,
    ) -> RenderResult<Value> {
        let (name, keys) = self.place_of(code, place)?;
        let symbol = self.name(code, name)?;
        let Some(id) = self.find(symbol) else {
            return Err(Problem::fault("++ and -- need a variable that is defined"));
        };
        let old = path::read(&self.variable_mut(id).value, &keys)?;
        let new = step(&old)?;
        path::write(&mut self.variable_mut(id).value, &keys, new)?;
        Ok(old)
    }

    /// A variable and its evaluated indexes.
    fn place_of(&mut self, code: &Code<'_>, id: ExprId) -> RenderResult<(Name, Vec<Option<Value>>)> {
        let mut keys = Vec::new();
        let mut at = id;
        loop {
            match code.expr(at) {
                Expr::Var(symbol) => {
                    keys.reverse();
                    return Ok((Name::Static(symbol), keys));
                }
                Expr::NamedVar(name) => {
                    keys.reverse();
                    return Ok((Name::Computed(name), keys));
                }
                Expr::Index(base, key) => {
                    keys.push(Some(self.eval(code, key)?));
                    at = base;
                }
                _ => return Err(Problem::fault("++ and -- need a variable")),
            }
        }
    }

    /// Stores the new value of a by-reference argument; discards it if the argument is not a variable.
    pub(super) fn write_back(&mut self, code: &Code<'_>, id: ExprId, value: Value) -> RenderResult<()> {
        let is_variable = matches!(code.expr(id), Expr::Var(_) | Expr::NamedVar(_) | Expr::Index(..));
        if !is_variable {
            return Ok(());
        }
        let Ok((name, keys)) = self.place_of(code, id) else { return Ok(()) };
        let symbol = self.name(code, name)?;
        match self.find(symbol) {
            Some(id) => path::write(&mut self.variable_mut(id).value, &keys, value),
            None => Err(Problem::fault("a by-reference argument must be a variable that is defined")),
        }
    }
}
