//! Assignments and captures.

use super::{Code, Evaluator, Flow, RenderResult, path};
use crate::error::Problem;
use crate::php::{Array, Value};
use crate::program::{Assign, Capture, ExprId, Place, Scope};

impl Evaluator<'_> {
    /// Assigns, and returns the value.
    pub(super) fn assign(&mut self, code: &Code<'_>, tag: &Assign) -> RenderResult<Value> {
        let symbol = self.name(code, tag.place.name)?;
        if tag.place.path.is_empty() {
            let value = self.eval(code, tag.value)?;
            self.assign_in_scope(symbol, value.clone(), tag.scope)?;
            return Ok(value);
        }
        let keys = self.keys(code, &tag.place)?;
        let value = self.eval(code, tag.value)?;
        self.assign_element(symbol, &keys, value.clone(), tag.scope)?;
        Ok(value)
    }

    pub(super) fn keys(&mut self, code: &Code<'_>, place: &Place) -> RenderResult<Vec<Option<Value>>> {
        let mut keys = Vec::with_capacity(place.path.len());
        for key in &place.path {
            keys.push(match key {
                Some(key) => Some(self.eval(code, *key)?),
                None => None,
            });
        }
        Ok(keys)
    }

    /// A variable that is not an array becomes one first, with its old value as the only entry.
    fn assign_element(
        &mut self,
        symbol: usize,
        keys: &[Option<Value>],
        value: Value,
        scope: Scope,
    ) -> RenderResult<()> {
        // Changes an array that belongs to this template in place, without a copy.
        let old = match self.owned(symbol) {
            Some(id) => std::mem::take(&mut self.variable_mut(id).value),
            None => self.value_of(symbol),
        };
        let mut array = match old {
            Value::Array(_) => old,
            other => Value::Array(other.to_array()),
        };
        let written = path::write(&mut array, keys, value);
        self.assign_in_scope(symbol, array, scope)?;
        written
    }

    /// Assigns to a variable or an element of one, in the template's scope.
    pub(super) fn assign_value(&mut self, symbol: usize, keys: &[Option<Value>], value: Value) -> RenderResult<()> {
        match keys {
            [] => self.assign_in_scope(symbol, value, Scope::Default),
            keys => self.assign_element(symbol, keys, value, Scope::Default),
        }
    }

    /// Assigns to the variable whose name is a value, as the attribute `assign` of many tags does.
    pub(super) fn assign_to(&mut self, name: &Value, value: Value) -> RenderResult<()> {
        if let Value::Array(several) = name {
            return self.assign_all(several);
        }
        let name = name.to_bytes();
        if name.is_empty() {
            return Ok(());
        }
        let symbol = self.symbol(&name);
        self.assign_in_scope(symbol, value, Scope::Default)
    }

    /// An array in place of a name is a list of variables with their values.
    fn assign_all(&mut self, variables: &Array) -> RenderResult<()> {
        for (name, value) in variables.iter() {
            self.assign_to(&Value::Str(name.to_str()), value.clone())?;
        }
        Ok(())
    }

    pub(super) fn assign_to_expr(&mut self, code: &Code<'_>, name: ExprId, value: Value) -> RenderResult<()> {
        let name = self.eval(code, name)?;
        self.assign_to(&name, value)
    }

    pub(super) fn capture(&mut self, code: &Code<'_>, tag: &Capture) -> RenderResult<()> {
        let name = self.eval(code, tag.name)?.to_key()?;
        let assign = match tag.assign.optional() {
            Some(assign) => self.eval(code, assign)?,
            None => Value::Null,
        };
        let append = match tag.append.optional() {
            Some(append) => self.eval(code, append)?,
            None => Value::Null,
        };
        let start = self.capture_output();
        if self.block(code, tag.body)? != Flow::Next {
            return Err(Problem::fault(
                "{break} or {continue} leaves a loop from within {capture}: close the {capture} first",
            ));
        }
        let text = self.captured(start);
        if !assign.is_null() {
            self.assign_to(&assign, text.clone())?;
        }
        if !append.is_null() {
            self.append_to(&append, text.clone())?;
        }
        self.captures.insert(name, text);
        Ok(())
    }

    fn append_to(&mut self, name: &Value, value: Value) -> RenderResult<()> {
        if let Value::Array(several) = name {
            for (name, value) in several.iter() {
                self.append_to(&Value::Str(name.to_str()), value.clone())?;
            }
            return Ok(());
        }
        let name = name.to_bytes();
        if name.is_empty() {
            return Ok(());
        }
        let symbol = self.symbol(&name);
        let old = self.value_of(symbol);
        let mut array = match old {
            Value::Null => Value::array(Array::new()),
            other => Value::Array(other.to_array()),
        };
        path::write(&mut array, &[None], value)?;
        self.assign_in_scope(symbol, array, Scope::Default)
    }
}
