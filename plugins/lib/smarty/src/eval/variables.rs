//! The variables of a render: finding, assigning, and the frames of includes and function calls.

use std::rc::Rc;

use super::frame::{Caller, Frame, FunctionAt, Props, UNRESOLVED, UNSET, Variable};
use super::{Code, Evaluator, RenderResult};
use crate::error::Problem;
use crate::php::{Str, Value};
use crate::program::{Name, Scope};

impl Evaluator<'_> {
    /// The variable of a symbol, if it exists.
    pub(super) fn find(&mut self, symbol: usize) -> Option<u32> {
        match self.frame.id(symbol) {
            UNSET => None,
            UNRESOLVED => self.resolve(symbol),
            id => Some(id),
        }
    }

    /// As [`Evaluator::find`] without asking the host: `Err` if the symbol has not been looked up yet.
    pub(super) fn known(&self, symbol: usize) -> Result<Option<&Variable>, ()> {
        match self.frame.id(symbol) {
            UNSET => Ok(None),
            UNRESOLVED => Err(()),
            id => Ok(self.vars.get(id as usize)),
        }
    }

    fn resolve(&mut self, symbol: usize) -> Option<u32> {
        if self.host_vars.len() <= symbol {
            self.host_vars.resize(symbol + 1, UNRESOLVED);
        }
        if self.host_vars[symbol] == UNRESOLVED {
            let value = self.render.variables.get(&self.names[symbol]);
            self.host_vars[symbol] = match value {
                Some(value) => {
                    self.escaped = true;
                    self.push_variable(Variable { value, given: true, ..Variable::default() })
                }
                None => UNSET,
            };
        }
        let id = self.host_vars[symbol];
        Frame::set(&mut self.frame.ids, symbol, id);
        (id != UNSET).then_some(id)
    }

    fn push_variable(&mut self, variable: Variable) -> u32 {
        self.vars.push(variable);
        crate::source::offset(self.vars.len() - 1)
    }

    /// Adds a variable to the arena, within the limit.
    fn new_variable(&mut self, variable: Variable) -> RenderResult<u32> {
        if self.vars.len() >= self.render.limits.variables {
            let max = self.render.limits.variables;
            return Err(Problem::limit(format!("number of variables exceeds {max}")));
        }
        Ok(self.push_variable(variable))
    }

    fn owns(&self, id: u32) -> bool {
        let given = |id: u32| self.vars.get(id as usize).is_some_and(|variable| variable.given);
        id >= self.frame.base && (!given(id) || self.is_outermost())
    }

    /// True outside of included files and template functions.
    fn is_outermost(&self) -> bool {
        self.outer.is_empty() && self.frame.saved.is_empty()
    }

    /// The evaluator's symbol for a name in a template.
    pub(super) fn symbol(&mut self, name: &[u8]) -> usize {
        let name = String::from_utf8_lossy(name);
        let names = &self.names;
        let symbol_of = self.symbol_of.get_or_insert_with(|| {
            let pairs = names.iter().enumerate();
            pairs.map(|(i, name)| (name.clone(), crate::source::offset(i))).collect()
        });
        if let Some(&symbol) = symbol_of.get(&*name) {
            return symbol as usize;
        }
        let symbol = self.names.len();
        symbol_of.insert(name.as_ref().into(), crate::source::offset(symbol));
        self.names.push(name.into());
        symbol
    }

    pub(super) fn name(&mut self, code: &Code<'_>, name: Name) -> RenderResult<usize> {
        match name {
            Name::Static(symbol) => Ok(code.symbol(symbol)),
            Name::Computed(name) => {
                // As the key of an array, which another array cannot be.
                let name = self.eval(code, name)?.to_key()?.to_str();
                Ok(self.symbol(&name))
            }
        }
    }

    /// Gives the symbol a new variable, as `new Smarty_Variable` does, and reuses a variable that the frame owns.
    pub(super) fn fresh(&mut self, symbol: usize, value: Value) -> RenderResult<u32> {
        if let Some(id) = self.find(symbol)
            && self.owns(id)
            && let Some(old) = self.vars.get_mut(id as usize)
            && !old.in_loop
        {
            let given = old.given;
            *old = Variable { value, given, ..Variable::default() };
            return Ok(id);
        }
        let id = self.new_variable(Variable { value, ..Variable::default() })?;
        Frame::set(&mut self.frame.ids, symbol, id);
        Ok(id)
    }

    /// Changes the symbol's current variable, shared or not.
    pub(super) fn set_value(&mut self, symbol: usize, value: Value) -> RenderResult<()> {
        match self.find(symbol) {
            Some(id) => {
                self.vars[id as usize].value = value;
                Ok(())
            }
            None => self.fresh(symbol, value).map(|_| ()),
        }
    }

    pub(super) fn variable_mut(&mut self, id: u32) -> &mut Variable {
        &mut self.vars[id as usize]
    }

    /// The variable's properties, for changing.
    pub(super) fn props_mut(&mut self, id: u32) -> &mut Props {
        self.vars[id as usize].props.get_or_insert_default()
    }

    pub(super) fn current_id(&self, symbol: usize) -> u32 {
        self.frame.id(symbol)
    }

    pub(super) fn point_to(&mut self, symbol: usize, id: u32) {
        Frame::set(&mut self.frame.ids, symbol, id);
    }

    /// The symbol's variable if no other frame can see a change to it.
    pub(super) fn owned(&mut self, symbol: usize) -> Option<u32> {
        self.find(symbol).filter(|&id| self.owns(id))
    }

    /// Assigns in this template and in those that `scope`, or the template's own include, names.
    pub(super) fn assign_in_scope(&mut self, symbol: usize, value: Value, scope: Scope) -> RenderResult<()> {
        match self.find(symbol) {
            Some(id) if self.owns(id) => self.vars[id as usize].value = value,
            Some(id) => {
                let Variable { props, no_pass, .. } = self.vars[id as usize].clone();
                let variable = Variable { value, props, no_pass, ..Variable::default() };
                let id = self.new_variable(variable)?;
                self.point_to(symbol, id);
            }
            None => {
                let id = self.new_variable(Variable { value, ..Variable::default() })?;
                self.point_to(symbol, id);
            }
        }
        let silent = scope == Scope::Default && self.frame.scope == Scope::Default;
        if scope == Scope::Only || silent {
            return Ok(());
        }
        self.update_scopes(symbol, scope)
    }

    fn update_scopes(&mut self, symbol: usize, tag: Scope) -> RenderResult<()> {
        let id = self.frame.id(symbol);
        let Some(value) = self.vars.get(id as usize).map(|variable| variable.value.clone()) else {
            return Ok(());
        };
        self.escaped = true;
        if tag != Scope::Default {
            for call in 0..self.frame.saved.len() {
                let known = self.frame.saved[call].get(symbol).copied().unwrap_or(UNRESOLVED);
                let id = self.clone_with(known, &value)?;
                Frame::set(&mut self.frame.saved[call], symbol, id);
            }
        }
        let both = [tag, self.frame.scope];
        let frames =
            if both.contains(&Scope::Root) { self.outer.len() } else { usize::from(both.contains(&Scope::Parent)) };
        let last = self.outer.len();
        for frame in (last.saturating_sub(frames)..last).rev() {
            let known = self.outer[frame].id(symbol);
            let id = self.clone_with(known, &value)?;
            Frame::set(&mut self.outer[frame].ids, symbol, id);
            if tag == Scope::Default {
                continue;
            }
            for call in 0..self.outer[frame].saved.len() {
                let known = self.outer[frame].saved[call].get(symbol).copied().unwrap_or(UNRESOLVED);
                let id = self.clone_with(known, &value)?;
                Frame::set(&mut self.outer[frame].saved[call], symbol, id);
            }
        }
        Ok(())
    }

    fn clone_with(&mut self, known: u32, value: &Value) -> RenderResult<u32> {
        let old = self.vars.get(known as usize);
        let props = old.and_then(|variable| variable.props.clone());
        self.new_variable(Variable { value: value.clone(), props, ..Variable::default() })
    }

    /// Enters an included file, which starts with the current variables.
    pub(super) fn push_frame(&mut self, scope: Scope) {
        let inner = Frame {
            ids: self.frame.ids.clone(),
            base: crate::source::offset(self.vars.len()),
            scope,
            saved: Vec::new(),
            functions: Rc::clone(&self.frame.functions),
            inheritance: self.frame.inheritance,
        };
        self.outer.push(std::mem::replace(&mut self.frame, inner));
    }

    /// Leaves an included file; `escaped` is the value from before.
    pub(super) fn pop_frame(&mut self, escaped: bool) {
        if let Some(outer) = self.outer.pop() {
            let inner = std::mem::replace(&mut self.frame, outer);
            self.drop_variables(inner.base, escaped);
        }
    }

    /// Enters a template function, whose assignments end with it.
    pub(super) fn save_variables(&mut self) -> Caller {
        self.frame.saved.push(self.frame.ids.clone());
        let caller = Caller { base: self.frame.base, escaped: self.escaped };
        self.frame.base = crate::source::offset(self.vars.len());
        self.escaped = false;
        caller
    }

    pub(super) fn return_from(&mut self, caller: Caller) {
        if let Some(ids) = self.frame.saved.pop() {
            self.frame.ids = ids;
        }
        let base = std::mem::replace(&mut self.frame.base, caller.base);
        self.drop_variables(base, caller.escaped);
    }

    /// Drops the variables from `base` on, unless an outer frame refers to one of them.
    fn drop_variables(&mut self, base: u32, escaped_before: bool) {
        if !self.escaped {
            self.vars.truncate(base as usize);
        }
        self.escaped |= escaped_before;
    }

    pub(super) fn set_escaped(&mut self, escaped: bool) -> bool {
        std::mem::replace(&mut self.escaped, escaped)
    }

    /// Makes the function `name` known to the frames, except to those that have one of that name.
    pub(super) fn declare_in_frames(&mut self, name: &Str, at: FunctionAt) {
        for frame in &mut self.outer {
            if !frame.functions.contains_key(name) {
                Rc::make_mut(&mut frame.functions).insert(name.clone(), at);
            }
        }
    }
}
