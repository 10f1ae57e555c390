//! Expressions.

use super::{Code, Evaluator, RenderResult};
use crate::error::Problem;
use crate::php::{self, Array, Key, Value, arithmetic, compare};
use crate::program::{Binary, Cast, Expr, ExprId, List, NONE, Super, Unary};

/// A borrowed look at an expression that needs no evaluation.
pub(super) enum Peek<'v> {
    Hit(&'v Value),
    Null,
    /// The expression has to be evaluated.
    Slow,
}

impl Evaluator<'_> {
    /// Prints the value of an expression.
    pub(super) fn print_expr(&mut self, code: &Code<'_>, id: ExprId) -> RenderResult<()> {
        let before = self.out.len();
        match self.peek(code, id) {
            // Cloning the shared bytes ends the borrow of the evaluator, which the output buffer needs.
            Peek::Hit(Value::Str(s)) if !s.is_untrusted() => {
                let s = s.clone();
                self.out.extend_from_slice(&s);
            }
            Peek::Hit(value) => {
                let value = value.clone();
                return self.print_value(&value);
            }
            Peek::Null => {}
            Peek::Slow if self.is_inserted(code, id) => {}
            Peek::Slow => {
                let value = self.eval(code, id)?;
                return self.print_value(&value);
            }
        }
        self.allow_output(self.out.len() - before)
    }

    /// Whether the caller of the render inserts the text of this variable. It must be one that the template has not read or
    /// set, and printed outside of all blocks of the first template, whose output nothing captures or discards.
    fn is_inserted(&self, code: &Code<'_>, id: ExprId) -> bool {
        let Expr::Var(symbol) = code.expr(id) else { return false };
        let symbol = code.symbol(symbol);
        let is_outermost = self.depth == 1 && self.trust.captures == 0 && self.inheritances.is_empty();
        is_outermost && self.known(symbol).is_err() && (self.render.insert)(&self.names[symbol], self.out.len())
    }

    /// Borrows the value of a constant, a variable, or an element of one.
    pub(super) fn peek<'v>(&'v self, code: &'v Code<'_>, id: ExprId) -> Peek<'v> {
        match code.expr(id) {
            Expr::Const(index) => Peek::Hit(&code.program.constants[index as usize]),
            Expr::Var(symbol) => match self.known(code.symbol(symbol)) {
                Ok(Some(variable)) => Peek::Hit(&variable.value),
                Ok(None) => Peek::Null,
                Err(()) => Peek::Slow,
            },
            Expr::Index(base, key) => match (self.peek(code, base), self.peek(code, key)) {
                (Peek::Hit(Value::Array(array)), Peek::Hit(key)) => look_up(array, key),
                (Peek::Null | Peek::Hit(Value::Null), Peek::Hit(_) | Peek::Null) => Peek::Null,
                _ => Peek::Slow,
            },
            _ => Peek::Slow,
        }
    }

    /// The value of an expression.
    pub(super) fn eval(&mut self, code: &Code<'_>, id: ExprId) -> RenderResult<Value> {
        match self.peek(code, id) {
            Peek::Hit(value) => return Ok(value.clone()),
            Peek::Null => return Ok(Value::Null),
            Peek::Slow => {}
        }
        self.enter()?;
        let value = self.compound(code, code.expr(id))?;
        self.leave();
        Ok(value)
    }

    fn compound(&mut self, code: &Code<'_>, expr: Expr) -> RenderResult<Value> {
        match expr {
            Expr::Const(index) => Ok(code.program.constants[index as usize].clone()),
            Expr::Var(symbol) => Ok(self.value_of(code.symbol(symbol))),
            Expr::NamedVar(name) => {
                let symbol = self.name(code, crate::program::Name::Computed(name))?;
                Ok(self.value_of(symbol))
            }
            Expr::Prop(symbol, prop) => Ok(self.prop(code.symbol(symbol), prop)),
            Expr::NamedProp(name, prop) => {
                let symbol = self.name(code, crate::program::Name::Computed(name))?;
                Ok(self.prop(symbol, prop))
            }
            Expr::Index(base, key) => {
                let base = self.eval(code, base)?;
                let key = self.eval(code, key)?;
                self.index(&base, &key)
            }
            Expr::Append => Err(Problem::fault("Cannot use [] for reading")),
            Expr::Unary(operator, operand) => self.unary(code, operator, operand),
            Expr::Binary(operator, left, right) => self.binary(code, operator, left, right),
            Expr::And(left, right) => {
                let both = self.truth(code, left)? && self.truth(code, right)?;
                Ok(Value::Bool(both))
            }
            Expr::Or(left, right) => {
                let either = self.truth(code, left)? || self.truth(code, right)?;
                Ok(Value::Bool(either))
            }
            Expr::Ternary(condition, yes, no) => {
                let chosen = if self.truth(code, condition)? { yes } else { no };
                self.eval(code, chosen)
            }
            other => self.construct(code, other),
        }
    }

    fn construct(&mut self, code: &Code<'_>, expr: Expr) -> RenderResult<Value> {
        match expr {
            Expr::Concat(parts) => self.concat(code, parts),
            Expr::Call(index, args) => self.call(code, code.program.calls[index as usize], args),
            Expr::Isset(list) => self.isset(code, list),
            Expr::Empty(operand) => Ok(Value::Bool(!self.tested(code, operand)?.truthy())),
            Expr::InArray(needle, haystack) => {
                let needle = self.eval(code, needle)?;
                let haystack = self.eval(code, haystack)?;
                self.in_array(&needle, &haystack)
            }
            Expr::Default(operand, defaults) => self.default(code, operand, defaults),
            Expr::Quiet(operand) => self.quiet(code, operand),
            Expr::Array(entries) => self.array(code, entries),
            Expr::Increment(place) => self.count(code, place, arithmetic::increment),
            Expr::Decrement(place) => self.count(code, place, arithmetic::decrement),
            Expr::Now => Ok(Value::Int(self.render.clock.now().seconds)),
            Expr::Super(which) => Ok(self.superglobal(which)),
            Expr::Captured(NONE) => Ok(Value::from(self.captures.clone())),
            Expr::Captured(name) => {
                let key = self.eval(code, name)?.to_key()?;
                Ok(self.captures.get(key.as_ref()).cloned().unwrap_or_default())
            }
            Expr::TemplateName => {
                let base = code.running.rsplit('/').next().unwrap_or_default();
                Ok(Value::from(base))
            }
            Expr::TemplateFolder => Ok(Value::from(code.running.rsplit_once('/').map_or(".", |(folder, _)| folder))),
            Expr::Refused(index) => Err(Problem::refused(&*code.program.refusals[index as usize].0)),
            Expr::Constant(name, required) => self.constant(code, name, required),
            Expr::Output(block) => {
                let start = self.capture_output();
                self.block(code, block)?;
                Ok(self.captured(start))
            }
            Expr::Plugin(index) => self.plugin(code, &code.program.tags.plugins[index as usize]),
            _ => Ok(Value::Null),
        }
    }

    fn constant(&mut self, code: &Code<'_>, name: ExprId, required: bool) -> RenderResult<Value> {
        let name = self.eval(code, name)?;
        match crate::constants::constant(&name.to_bytes()) {
            Some(value) => Ok(value),
            None if required => Err(Problem::fault(format!("Undefined constant \"{}\"", name.to_str().to_lossy()))),
            None => Ok(Value::Null),
        }
    }

    pub(super) fn value_of(&mut self, symbol: usize) -> Value {
        match self.find(symbol) {
            Some(id) => self.variable_mut(id).value.clone(),
            None => Value::Null,
        }
    }

    fn prop(&mut self, symbol: usize, prop: crate::program::Prop) -> Value {
        let props = self.find(symbol).and_then(|id| self.variable_mut(id).props.as_deref());
        props.map(|props| props.get(prop)).unwrap_or_default()
    }

    /// True if the value of the expression is truthy.
    pub(super) fn truth(&mut self, code: &Code<'_>, id: ExprId) -> RenderResult<bool> {
        match self.peek(code, id) {
            Peek::Hit(value) => Ok(value.truthy()),
            Peek::Null => Ok(false),
            Peek::Slow => Ok(self.eval(code, id)?.truthy()),
        }
    }

    fn unary(&mut self, code: &Code<'_>, operator: Unary, operand: ExprId) -> RenderResult<Value> {
        if operator == Unary::Not {
            return Ok(Value::Bool(!self.truth(code, operand)?));
        }
        let value = self.eval(code, operand)?;
        Ok(match operator {
            Unary::Not => Value::Bool(!value.truthy()),
            Unary::Minus => arithmetic::negate(&value)?,
            Unary::Plus => arithmetic::plus(&value)?,
            Unary::Cast(Cast::Int) => Value::Int(value.to_int()),
            Unary::Cast(Cast::Bool) => Value::Bool(value.truthy()),
            Unary::Cast(Cast::Float) => Value::Float(value.to_float()),
            Unary::Cast(Cast::Str) => Value::Str(value.to_str()),
            Unary::Cast(Cast::Array) => Value::Array(value.to_array()),
            Unary::Cast(Cast::Object) => return Err(Problem::refused("objects are not supported")),
        })
    }

    fn binary(&mut self, code: &Code<'_>, operator: Binary, left: ExprId, right: ExprId) -> RenderResult<Value> {
        if let (Peek::Hit(a), Peek::Hit(b)) = (self.peek(code, left), self.peek(code, right)) {
            return Ok(super::operators::binary(operator, a, b)?);
        }
        let a = self.eval(code, left)?;
        let b = self.eval(code, right)?;
        Ok(super::operators::binary(operator, &a, &b)?)
    }

    fn array(&mut self, code: &Code<'_>, entries: List) -> RenderResult<Value> {
        let mut array = Array::with_capacity(entries.len as usize / 2);
        let list = code.program.list(entries);
        // PHP's next free index: a list that starts with a negative index continues from it, unlike an array that is
        // appended to.
        let mut next = Some(0);
        let mut first = true;
        for pair in list.chunks_exact(2) {
            let key = match pair[0].optional() {
                Some(key) => Some(self.eval(code, key)?.to_key()?),
                None => None,
            };
            let value = self.eval(code, pair[1])?;
            let key = match key {
                Some(key) => key,
                None => Key::Int(next.ok_or_else(super::path::full)?),
            };
            if let Key::Int(n) = key
                && (first || next.is_some_and(|next| n >= next))
            {
                next = n.checked_add(1);
                first = false;
            }
            array.insert(key, value);
        }
        Ok(Value::from(array))
    }

    fn superglobal(&self, which: Super) -> Value {
        let all = &self.render.superglobals;
        let one = match which {
            Super::Get => &all.get,
            Super::Post => &all.post,
            Super::Request => &all.request,
            Super::Cookies => &all.cookies,
            Super::Server => return (self.render.server)(),
        };
        one.clone()
    }

    fn in_array(&mut self, needle: &Value, haystack: &Value) -> RenderResult<Value> {
        let Value::Array(haystack) = haystack else {
            return Err(Problem::fault("in_array(): Argument #2 ($haystack) must be of type array"));
        };
        self.context.charge(haystack.len())?;
        for value in haystack.values() {
            if compare::loose_equal(needle, value)? {
                return Ok(Value::Bool(true));
            }
        }
        Ok(Value::Bool(false))
    }

    /// Calls a function or modifier and writes its by-reference arguments back.
    fn call(&mut self, code: &Code<'_>, function: &php::Function, list: List) -> RenderResult<Value> {
        let ids = code.program.list(list);
        if function.by_ref != 0 && !function.takes_values {
            by_reference(code, function, ids)?;
        }
        let mut args = Vec::with_capacity(ids.len());
        for &id in ids {
            args.push(self.eval(code, id)?);
        }
        let result = php::call(function, &mut self.context, &mut args)?;
        if function.by_ref != 0 {
            for (i, (arg, &id)) in args.into_iter().zip(ids).enumerate().take(32) {
                if function.by_ref & (1 << i) != 0 {
                    self.write_back(code, id, arg)?;
                }
            }
        }
        Ok(result)
    }

    /// Joins the parts to one string. Untrusted parts are treated as in captured output.
    fn concat(&mut self, code: &Code<'_>, parts: List) -> RenderResult<Value> {
        let mut text = Vec::new();
        let mut values = Vec::new();
        let mut untrusted = false;
        for &part in code.program.list(parts) {
            let value = self.eval(code, part)?;
            value.append_to(&mut text);
            self.context.allow_bytes(text.len())?;
            untrusted |= matches!(&value, Value::Str(s) if s.is_untrusted());
            values.push(value);
        }
        self.context.charge(text.len())?;
        if !untrusted {
            return Ok(Value::from(text));
        }
        let start = self.capture_output();
        for value in &values {
            match value {
                Value::Str(s) if s.is_untrusted() => self.print_untrusted(s),
                other => other.append_to(&mut self.out),
            }
        }
        Ok(self.captured(start))
    }
}

/// Refuses what PHP cannot pass by reference: anything but a variable or the result of a function.
fn by_reference(code: &Code<'_>, function: &php::Function, ids: &[ExprId]) -> RenderResult<()> {
    for (i, &id) in ids.iter().enumerate().take(32) {
        let is_value = matches!(
            code.expr(id),
            Expr::Const(_)
                | Expr::Unary(..)
                | Expr::Binary(..)
                | Expr::And(..)
                | Expr::Or(..)
                | Expr::Ternary(..)
                | Expr::Concat(_)
                | Expr::Isset(_)
                | Expr::Empty(_)
                | Expr::Default(..)
                | Expr::Array(_)
                | Expr::Increment(_)
                | Expr::Decrement(_)
                | Expr::Constant(..)
                | Expr::Quiet(_)
        );
        if is_value && function.by_ref & (1 << i) != 0 {
            let message = format!("{}(): Argument #{} cannot be passed by reference", function.name, i + 1);
            return Err(Problem::fault(message));
        }
    }
    Ok(())
}

/// Finds an element of an array if the key needs no conversion.
fn look_up<'v>(array: &'v Array, key: &Value) -> Peek<'v> {
    let found = match key {
        Value::Str(s) => array.get_str(s),
        Value::Int(n) => array.get(php::KeyRef::Int(*n)),
        _ => return Peek::Slow,
    };
    found.map_or(Peek::Null, Peek::Hit)
}
