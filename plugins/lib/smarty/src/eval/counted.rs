//! `{for}` in both forms.

use super::frame::Props;
use super::{Code, Evaluator, Flow, RenderResult, path};
use crate::error::Problem;
use crate::php::{Value, arithmetic, compare};
use crate::program::{CFor, CStep, For, Place, Prop};

impl Evaluator<'_> {
    /// `{for $i = a to b step c max=d}`: the number of passes is computed before the first one.
    pub(super) fn for_to(&mut self, code: &Code<'_>, tag: &For) -> RenderResult<Flow> {
        let symbol = self.name(code, tag.place.name)?;
        let id = self.fresh(symbol, Value::Null)?;
        let step = self.eval(code, tag.step)?;
        let total = self.passes_of(code, tag, &step)?;
        let props = self.props_mut(id);
        props.set = Prop::Step.bit() | Prop::Total.bit();
        props.step = step;
        props.total = total;
        if total <= 0 {
            return self.block(code, tag.otherwise);
        }
        let keys = self.keys(code, &tag.place)?;
        let start = self.eval(code, tag.start)?;
        path::write(&mut self.variable_mut(id).value, &keys, start)?;
        let props = self.props_mut(id);
        props.set |= Prop::Iteration.bit();
        props.iteration = 1;
        // All state is on the variable, because a loop over the same name within this one changes it.
        while self.find(symbol).is_some_and(|id| has_next_pass(self.props_mut(id))) {
            self.step()?;
            let id = self.find(symbol).unwrap_or(id);
            let props = self.props_mut(id);
            props.set |= Prop::First.bit() | Prop::Last.bit();
            props.first = props.get(Prop::Iteration).to_int() == 1;
            props.last = props.iteration == props.total;
            if let Some(flow) = self.block(code, tag.body)?.in_loop() {
                return Ok(flow);
            }
            let id = self.find(symbol).unwrap_or(id);
            let step = self.props_mut(id).get(Prop::Step);
            let value = path::read(&self.variable_mut(id).value, &keys)?;
            let next = arithmetic::add(&value, &step)?;
            path::write(&mut self.variable_mut(id).value, &keys, next)?;
            let props = self.props_mut(id);
            props.iteration = props.get(Prop::Iteration).to_int().saturating_add(1);
            props.set |= Prop::Iteration.bit();
        }
        Ok(Flow::Next)
    }

    fn passes_of(&mut self, code: &Code<'_>, tag: &For, step: &Value) -> RenderResult<i64> {
        let up = compare::less(&Value::Int(0), step)?;
        let span = self.eval(code, if up { tag.up } else { tag.down })?;
        let step = arithmetic::plus(step)?;
        let size = match step {
            Value::Int(n) => Value::Int(n.saturating_abs()),
            other => Value::Float(other.to_float().abs()),
        };
        let passes = Value::Float(arithmetic::divide(&span, &size)?.to_float().ceil());
        let passes = match tag.max.optional() {
            Some(max) => {
                let max = self.eval(code, max)?;
                if compare::less(&max, &passes)? { max } else { passes }
            }
            None => passes,
        };
        Ok(passes.to_int())
    }

    /// `{for $i = a, $j = b; condition; $i++}`
    pub(super) fn for_steps(&mut self, code: &Code<'_>, tag: &CFor) -> RenderResult<Flow> {
        for (place, value) in &tag.start {
            let symbol = self.name(code, place.name)?;
            let id = self.fresh(symbol, Value::Null)?;
            let keys = self.keys(code, place)?;
            let value = self.eval(code, *value)?;
            path::write(&mut self.variable_mut(id).value, &keys, value)?;
        }
        if !self.truth(code, tag.condition)? {
            return self.block(code, tag.otherwise);
        }
        while self.truth(code, tag.condition)? {
            self.step()?;
            if let Some(flow) = self.block(code, tag.body)?.in_loop() {
                return Ok(flow);
            }
            self.for_step(code, &tag.place, tag.step)?;
        }
        Ok(Flow::Next)
    }

    fn for_step(&mut self, code: &Code<'_>, place: &Place, step: CStep) -> RenderResult<()> {
        let symbol = self.name(code, place.name)?;
        let keys = self.keys(code, place)?;
        let Some(id) = self.find(symbol) else {
            return Err(Problem::fault("++ and -- need a variable that is defined"));
        };
        let next = match step {
            CStep::Value(value) => self.eval(code, value)?,
            CStep::Increment => arithmetic::increment(&path::read(&self.variable_mut(id).value, &keys)?)?,
            CStep::Decrement => arithmetic::decrement(&path::read(&self.variable_mut(id).value, &keys)?)?,
        };
        path::write(&mut self.variable_mut(id).value, &keys, next)
    }
}

/// `iteration <= total`, either of which may be null on a variable that another loop has replaced.
fn has_next_pass(props: &Props) -> bool {
    let (iteration, total) = (props.get(Prop::Iteration), props.get(Prop::Total));
    compare::less_equal(&iteration, &total).unwrap_or(false)
}
