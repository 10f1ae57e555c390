//! `{section}`.
//!
//! Smarty computes the bounds at compile time where they are literal numbers, and in PHP otherwise. The two differ
//! slightly, which shows in `{sectionelse}` and `last`.

use std::rc::Rc;

use super::{Code, Evaluator, Flow, RenderResult};
use crate::php::{Array, Key, Value};
use crate::program::{Expr, ExprId, Section, Unary};

/// A number, and whether the template has it as a literal.
#[derive(Clone, Copy)]
struct Bound {
    value: i64,
    fixed: bool,
}

struct Bounds {
    count: Bound,
    start: i64,
    step: i64,
    /// A float where Smarty rounds, and so never identical to an integer.
    total: Value,
    /// Smarty decided at compile time that the section has passes.
    certain: bool,
}

/// Positions in the parser's list of properties.
const FIRST: u16 = 0;
const LAST: u16 = 1;
const ITERATION: u16 = 3;
const TOTAL: u16 = 5;
const ROWNUM: u16 = 6;
const INDEX_PREV: u16 = 7;
const INDEX_NEXT: u16 = 8;
const LOOP: u16 = 9;

impl Evaluator<'_> {
    pub(super) fn section(&mut self, code: &Code<'_>, tag: &Section) -> RenderResult<Flow> {
        let bounds = self.bounds(code, tag)?;
        let symbol = code.symbol(tag.variable);
        let wanted = |bit: u16| tag.props.0 & (1 << bit) != 0;
        let mut noted = Array::new();
        if wanted(LOOP) {
            noted.insert(Key::Str("loop".into()), Value::Int(bounds.count.value));
        }
        if wanted(TOTAL) {
            noted.insert(Key::Str("total".into()), bounds.total.clone());
        }
        self.fresh(symbol, Value::from(noted))?;
        let shown = match tag.show.optional() {
            Some(show) => self.truth(code, show)?,
            None => true,
        };
        let some = match &bounds.total {
            _ if bounds.certain => true,
            Value::Int(n) => *n != 0,
            _ => true,
        };
        if !shown || !some {
            return self.block(code, tag.otherwise);
        }
        self.section_passes(code, tag, symbol, &bounds)
    }

    fn section_passes(&mut self, code: &Code<'_>, tag: &Section, symbol: usize, bounds: &Bounds) -> RenderResult<Flow> {
        let wanted = |bit: u16| tag.props.0 & (1 << bit) != 0;
        let mut index = bounds.start;
        let mut iteration = 1i64;
        loop {
            self.note_section(symbol, "index", Value::Int(index));
            if wanted(ITERATION) {
                self.note_section(symbol, "iteration", Value::Int(iteration));
            }
            let has_next_pass = match &bounds.total {
                Value::Float(total) => iteration as f64 <= *total,
                total => iteration <= total.to_int(),
            };
            if !has_next_pass {
                return Ok(Flow::Next);
            }
            self.step()?;
            let notes = [
                (ROWNUM, "rownum", Value::Int(iteration)),
                (INDEX_PREV, "index_prev", Value::Int(index.saturating_sub(bounds.step))),
                (INDEX_NEXT, "index_next", Value::Int(index.saturating_add(bounds.step))),
                (FIRST, "first", Value::Bool(iteration == 1)),
                (LAST, "last", Value::Bool(matches!(bounds.total, Value::Int(n) if n == iteration))),
            ];
            for (bit, name, value) in notes {
                if wanted(bit) {
                    self.note_section(symbol, name, value);
                }
            }
            if let Some(flow) = self.block(code, tag.body)?.in_loop() {
                return Ok(flow);
            }
            index = index.saturating_add(bounds.step);
            iteration += 1;
        }
    }

    fn note_section(&mut self, symbol: usize, name: &str, value: Value) {
        let Some(id) = self.find(symbol) else { return };
        if let Value::Array(noted) = &mut self.variable_mut(id).value {
            Rc::make_mut(noted).insert(Key::Str(name.into()), value);
        }
    }

    fn bounds(&mut self, code: &Code<'_>, tag: &Section) -> RenderResult<Bounds> {
        let count = self.count_of(code, tag.count)?;
        let step = match self.bound(code, tag.step)? {
            None => Bound { value: 1, fixed: true },
            Some(Bound { value: 0, fixed }) => Bound { value: 1, fixed },
            Some(step) => step,
        };
        let max = match self.bound(code, tag.max)? {
            None => count,
            Some(Bound { value, fixed: true }) if value < 0 => count,
            Some(Bound { value, fixed }) if value < 0 => Bound { value: count.value, fixed },
            Some(max) => max,
        };
        let up = step.value > 0;
        let last = count.value.saturating_sub(1);
        let start = match self.bound(code, tag.start)? {
            None if up => Bound { value: 0, fixed: step.fixed },
            None => Bound { value: last, fixed: step.fixed && count.fixed },
            Some(Bound { value, fixed }) => {
                let value = match value < 0 {
                    true => value.saturating_add(count.value).max(if up { 0 } else { -1 }),
                    false => value.min(if up { count.value } else { last }),
                };
                Bound { value, fixed: fixed && step.fixed && count.fixed }
            }
        };
        let plain = [tag.start, tag.step, tag.max].iter().all(|bound| bound.optional().is_none());
        if plain {
            let total = Value::Int(count.value);
            let certain = count.fixed && count.value != 0;
            return Ok(Bounds { count, start: start.value, step: step.value, total, certain });
        }
        let span = match up {
            true => count.value.saturating_sub(start.value),
            false => start.value.saturating_add(1),
        };
        let fixed = start.fixed && count.fixed && step.fixed && max.fixed;
        // Smarty rounds at compile time, which makes a float; at run time only if the step is not 1.
        let rounds = fixed || !step.fixed || step.value.unsigned_abs() != 1;
        let total = smaller(span, step.value, rounds, max.value);
        let certain = fixed && !matches!(total, Value::Int(0));
        Ok(Bounds { count, start: start.value, step: step.value, total, certain })
    }

    /// The value of `loop`: a number, or the length of a countable value.
    fn count_of(&mut self, code: &Code<'_>, id: ExprId) -> RenderResult<Bound> {
        if let Some(value) = fixed_number(code, id) {
            return Ok(Bound { value, fixed: true });
        }
        let value = match self.eval(code, id)? {
            Value::Array(array) => i64::try_from(array.len()).unwrap_or(i64::MAX),
            other => other.to_int().max(0),
        };
        Ok(Bound { value, fixed: false })
    }

    fn bound(&mut self, code: &Code<'_>, id: ExprId) -> RenderResult<Option<Bound>> {
        if id.optional().is_none() {
            return Ok(None);
        }
        if let Some(value) = fixed_number(code, id) {
            return Ok(Some(Bound { value, fixed: true }));
        }
        let value = self.eval(code, id)?.to_int();
        Ok(Some(Bound { value, fixed: false }))
    }
}

/// `min(ceil(span / step), max)`, with PHP's choice of type.
fn smaller(span: i64, step: i64, rounds: bool, max: i64) -> Value {
    if !rounds {
        return Value::Int(span.min(max));
    }
    let passes = (span as f64 / step.unsigned_abs() as f64).ceil();
    match passes <= max as f64 {
        true => Value::Float(passes),
        false => Value::Int(max),
    }
}

/// The value of a literal number, with or without a sign.
fn fixed_number(code: &Code<'_>, id: ExprId) -> Option<i64> {
    match code.expr(id) {
        Expr::Const(index) => match &code.program.constants[index as usize] {
            Value::Int(n) => Some(*n),
            Value::Float(x) => Some(*x as i64),
            _ => None,
        },
        Expr::Unary(Unary::Minus, operand) => Some(fixed_number(code, operand)?.saturating_neg()),
        Expr::Unary(Unary::Plus, operand) => fixed_number(code, operand),
        _ => None,
    }
}
