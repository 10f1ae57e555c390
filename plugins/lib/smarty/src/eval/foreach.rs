//! `{foreach}`.

use std::rc::Rc;

use super::frame::Variable;
use super::{Code, Evaluator, Flow, RenderResult};
use crate::php::{Array, Key, Value};
use crate::program::{Foreach, Prop};

/// The state of a variable before a loop shadowed it.
enum Shadowed {
    Unset,
    /// The template's own variable, with the content to restore.
    Content(Variable),
    /// A variable shared with another template, to be referred to again.
    Shared(u32),
}

/// The state of a running loop.
struct LoopState {
    item: usize,
    key: Option<usize>,
    named: Option<usize>,
    item_before: Option<Value>,
    key_before: Shadowed,
    named_before: Shadowed,
}

impl Evaluator<'_> {
    pub(super) fn foreach(&mut self, code: &Code<'_>, tag: &Foreach) -> RenderResult<Flow> {
        let from = self.eval(code, tag.from)?;
        // A scalar is iterated as a list of one; null as an empty list.
        let list = from.to_array();
        drop(from);
        let state = self.begin(code, tag, &list)?;
        let flow = self.passes(code, tag, &list, &state)?;
        // As in Smarty, an inner loop over the same name without a pass triggers this loop's {foreachelse}.
        let due = self.find(state.item).is_some_and(|id| self.variable_mut(id).no_pass);
        let flow = match flow {
            None | Some(Flow::Next) if due => self.block(code, tag.otherwise)?,
            None => Flow::Next,
            Some(flow) => flow,
        };
        self.end(state)?;
        Ok(flow)
    }

    fn begin(&mut self, code: &Code<'_>, tag: &Foreach, list: &Array) -> RenderResult<LoopState> {
        let item = code.symbol(tag.item);
        let item_before = self.find(item).map(|id| self.variable_mut(id).value.clone());
        let id = self.fresh(item, Value::Null)?;
        self.variable_mut(id).no_pass = true;
        let key = tag.key.map(|key| code.symbol(key)).filter(|_| !list.is_empty());
        let key_before = match key {
            Some(key) => self.shadow(key)?,
            None => Shadowed::Unset,
        };
        let total = i64::try_from(list.len()).unwrap_or(i64::MAX);
        if tag.item_props != 0 {
            self.variable_mut(id).in_loop = true;
            let props = self.props_mut(id);
            let starting = Prop::Total.bit() | Prop::Show.bit() | Prop::Iteration.bit() | Prop::Index.bit();
            props.set = tag.item_props & starting;
            props.total = total;
            props.show = total > 0;
            props.index = -1;
        }
        let named = tag.named.map(|named| code.symbol(named));
        let named_before = match named {
            Some(named) => {
                let before = self.shadow(named)?;
                let props = initial_named_props(tag.named_props, total);
                self.set_value(named, Value::from(props))?;
                before
            }
            None => Shadowed::Unset,
        };
        Ok(LoopState { item, key, named, item_before, key_before, named_before })
    }

    /// Saves the variable that the loop shadows.
    fn shadow(&mut self, symbol: usize) -> RenderResult<Shadowed> {
        let before = match self.owned(symbol) {
            Some(id) if !self.variable_mut(id).in_loop => {
                let variable = self.variable_mut(id);
                let given = variable.given;
                Shadowed::Content(std::mem::replace(variable, Variable { given, ..Variable::default() }))
            }
            _ => match self.find(symbol) {
                Some(id) => Shadowed::Shared(id),
                None => Shadowed::Unset,
            },
        };
        if !matches!(before, Shadowed::Content(_)) {
            self.fresh(symbol, Value::Null)?;
        }
        Ok(before)
    }

    fn restore(&mut self, symbol: usize, before: Shadowed) {
        match before {
            Shadowed::Unset => {}
            Shadowed::Shared(id) => self.point_to(symbol, id),
            Shadowed::Content(content) => {
                if let Some(id) = self.find(symbol) {
                    *self.variable_mut(id) = content;
                }
            }
        }
    }

    /// Runs the passes; `None` when the list was iterated to its end.
    fn passes(
        &mut self,
        code: &Code<'_>,
        tag: &Foreach,
        list: &Rc<Array>,
        state: &LoopState,
    ) -> RenderResult<Option<Flow>> {
        let total = i64::try_from(list.len()).unwrap_or(i64::MAX);
        let id = self.current_id(state.item);
        for (position, (key, value)) in list.iter().enumerate() {
            self.step()?;
            self.set_value(state.item, value.clone())?;
            if let Some(id) = self.find(state.item) {
                self.variable_mut(id).no_pass = false;
            }
            if let Some(symbol) = state.key {
                self.set_value(symbol, key.to_value())?;
            }
            let iteration = i64::try_from(position).unwrap_or(i64::MAX - 1) + 1;
            if tag.item_props != 0 {
                self.set_item_props(id, tag.item_props, iteration, total, key);
            }
            if let Some(named) = state.named
                && tag.named_props != 0
            {
                self.set_named_props(named, tag.named_props, iteration, total);
            }
            let flow = self.block(code, tag.body)?;
            if let Some(flow) = flow.in_loop() {
                return Ok(Some(flow));
            }
            // An inner loop over the same name has replaced the variable.
            if tag.item_props != 0 && flow == Flow::Next {
                self.point_to(state.item, id);
            }
        }
        Ok(None)
    }

    fn set_item_props(&mut self, id: u32, wanted: u16, iteration: i64, total: i64, key: &Key) {
        let props = self.props_mut(id);
        props.set |= wanted;
        props.iteration = iteration;
        props.index = iteration - 1;
        props.first = iteration == 1;
        props.last = iteration == total;
        if wanted & Prop::Key.bit() != 0 {
            props.key = key.to_value();
        }
    }

    fn set_named_props(&mut self, symbol: usize, wanted: u16, iteration: i64, total: i64) {
        let Some(id) = self.find(symbol) else { return };
        let Value::Array(props) = &mut self.variable_mut(id).value else { return };
        let props = Rc::make_mut(props);
        let values = [
            (Prop::Iteration, "iteration", Value::Int(iteration)),
            (Prop::Index, "index", Value::Int(iteration - 1)),
            (Prop::First, "first", Value::Bool(iteration == 1)),
            (Prop::Last, "last", Value::Bool(iteration == total)),
        ];
        for (prop, name, value) in values {
            if wanted & prop.bit() != 0 {
                props.insert(Key::Str(name.into()), value);
            }
        }
    }

    fn end(&mut self, state: LoopState) -> RenderResult<()> {
        if let Some(id) = self.find(state.item) {
            self.variable_mut(id).in_loop = false;
        }
        // Restores the value only: the properties of the loop stay readable.
        if let Some(value) = state.item_before {
            self.set_value(state.item, value)?;
        }
        if let Some(key) = state.key {
            self.restore(key, state.key_before);
        }
        if let Some(named) = state.named {
            self.restore(named, state.named_before);
        }
        Ok(())
    }
}

/// The content of `$smarty.foreach.name` before the first pass.
fn initial_named_props(wanted: u16, total: i64) -> Array {
    let mut props = Array::new();
    let values = [
        (Prop::Total, "total", Value::Int(total)),
        (Prop::Iteration, "iteration", Value::Int(0)),
        (Prop::Index, "index", Value::Int(-1)),
        (Prop::Show, "show", Value::Bool(total > 0)),
    ];
    for (prop, name, value) in values {
        if wanted & prop.bit() != 0 {
            props.insert(Key::Str(name.into()), value);
        }
    }
    props
}
