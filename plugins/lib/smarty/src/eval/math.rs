//! `{math}`: evaluates an equation given as text, with attributes as its variables.

use super::plugins::EvaluatedAttributes;
use super::{Evaluator, RenderResult};
use crate::error::Problem;
use crate::php::arithmetic::{self, Bits};
use crate::php::convert::{self, Numeric};
use crate::php::{self, Value};
use crate::registry;

/// Functions that an equation may call. Smarty also allows `rand` and `srand`, which would make renders differ.
const FUNCTIONS: [&str; 26] = [
    "abs", "ceil", "acos", "acosh", "cos", "cosh", "deg2rad", "rad2deg", "exp", "floor", "log", "log10", "max", "min",
    "pi", "pow", "round", "asin", "asinh", "sin", "sinh", "sqrt", "atan", "atanh", "tan", "tanh",
];

/// The maximum nesting of parentheses.
const NESTING: u32 = 50;

impl Evaluator<'_> {
    pub(super) fn math(&mut self, given: &EvaluatedAttributes) -> RenderResult<Value> {
        let equation = given.get("equation").map(Value::to_str).unwrap_or_default();
        if matches!(equation.as_bytes(), b"" | b"0") {
            return Err(fault("missing equation parameter"));
        }
        let text: Vec<u8> = equation.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
        for (name, value) in numbers(given) {
            let text = value.to_str();
            if text.is_empty() {
                return Err(fault(&format!("parameter '{name}' is empty")));
            }
            if matches!(value, Value::Bool(_) | Value::Array(_))
                || !matches!(convert::numeric(&text), Numeric::Whole(_))
            {
                return Err(fault(&format!("parameter '{name}' is not numeric")));
            }
        }
        let mut equation = Equation { text: &text, at: 0, given, depth: 0 };
        let result = equation.sum_of_bits(self)?;
        if equation.at < text.len() {
            return Err(fault("illegal characters"));
        }
        let result = match given.get("format").filter(|format| format.truthy()) {
            Some(format) => self.call_named(b"sprintf", vec![format.clone(), result])?,
            None => result,
        };
        match given.get("assign").filter(|assign| assign.truthy()) {
            Some(assign) => {
                self.assign_to(assign, result)?;
                Ok(Value::Null)
            }
            None => Ok(result),
        }
    }

    pub(super) fn call_named(&mut self, name: &[u8], mut args: Vec<Value>) -> RenderResult<Value> {
        match registry::function(name) {
            Some(function) => Ok(php::call(function, &mut self.context, &mut args)?),
            None => {
                let name = String::from_utf8_lossy(name);
                Err(fault(&format!("function call '{name}' not allowed")))
            }
        }
    }
}

fn fault(message: &str) -> Problem {
    Problem::fault(format!("math: {message}"))
}

/// The attributes that are variables of the equation.
fn numbers(given: &EvaluatedAttributes) -> impl Iterator<Item = (String, &Value)> {
    let all = given.0.iter().map(|(name, value)| (name.to_lossy(), value));
    all.filter(|(name, _)| !matches!(name.as_str(), "equation" | "format" | "assign"))
}

/// The parser and evaluator of one equation.
struct Equation<'e> {
    text: &'e [u8],
    at: usize,
    given: &'e EvaluatedAttributes,
    depth: u32,
}

impl Equation<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// `a ^ b`, PHP's exclusive or.
    fn sum_of_bits(&mut self, evaluator: &mut Evaluator<'_>) -> RenderResult<Value> {
        let mut left = self.sum(evaluator)?;
        while self.eat(b'^') {
            let right = self.sum(evaluator)?;
            left = arithmetic::bits(Bits::Xor, &left, &right)?;
        }
        Ok(left)
    }

    fn sum(&mut self, evaluator: &mut Evaluator<'_>) -> RenderResult<Value> {
        let mut left = self.product(evaluator)?;
        loop {
            if self.eat(b'+') {
                left = arithmetic::add(&left, &self.product(evaluator)?)?;
            } else if self.eat(b'-') {
                left = arithmetic::subtract(&left, &self.product(evaluator)?)?;
            } else {
                return Ok(left);
            }
        }
    }

    fn product(&mut self, evaluator: &mut Evaluator<'_>) -> RenderResult<Value> {
        let mut left = self.operand(evaluator)?;
        loop {
            if self.eat(b'*') {
                left = arithmetic::multiply(&left, &self.operand(evaluator)?)?;
            } else if self.eat(b'/') {
                left = arithmetic::divide(&left, &self.operand(evaluator)?)?;
            } else if self.eat(b'%') {
                left = arithmetic::modulo(&left, &self.operand(evaluator)?)?;
            } else {
                return Ok(left);
            }
        }
    }

    fn operand(&mut self, evaluator: &mut Evaluator<'_>) -> RenderResult<Value> {
        match self.peek() {
            Some(b'(') => {
                self.open()?;
                let inner = self.sum_of_bits(evaluator)?;
                self.close()?;
                Ok(inner)
            }
            Some(b) if b.is_ascii_digit() => self.number(),
            Some(b) if b.is_ascii_alphabetic() || b == b'_' || b >= 0x80 => self.word(evaluator),
            _ => Err(fault("illegal characters")),
        }
    }

    fn open(&mut self) -> RenderResult<()> {
        self.at += 1;
        self.depth += 1;
        match self.depth > NESTING {
            true => Err(Problem::limit("math: nesting of parentheses is too deep")),
            false => Ok(()),
        }
    }

    fn close(&mut self) -> RenderResult<()> {
        self.depth -= 1;
        match self.eat(b')') {
            true => Ok(()),
            false => Err(fault("unbalanced parenthesis")),
        }
    }

    fn span(&mut self, class: impl Fn(u8) -> bool) -> &str {
        let start = self.at;
        while self.peek().is_some_and(&class) {
            self.at += 1;
        }
        std::str::from_utf8(&self.text[start..self.at]).unwrap_or_default()
    }

    fn number(&mut self) -> RenderResult<Value> {
        if self.text[self.at..].starts_with(b"0x") {
            self.at += 2;
            let digits = self.span(|b| b.is_ascii_hexdigit());
            let value = i64::from_str_radix(digits, 16);
            return value.map(Value::Int).map_err(|_| fault("illegal characters"));
        }
        let text = self.span(|b| b.is_ascii_digit() || b == b'.').to_owned();
        if text.ends_with('.') {
            return Err(fault("illegal characters"));
        }
        if let Some(octal) = text.strip_prefix('0').filter(|rest| !rest.is_empty() && !rest.contains('.')) {
            let value = i64::from_str_radix(octal, 8);
            return value.map(Value::Int).map_err(|_| fault("invalid number"));
        }
        let number = match text.parse::<i64>() {
            Ok(n) => Value::Int(n),
            Err(_) => Value::Float(text.parse().map_err(|_| fault("illegal characters"))?),
        };
        Ok(number)
    }

    /// A parameter or a function call.
    fn word(&mut self, evaluator: &mut Evaluator<'_>) -> RenderResult<Value> {
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80) {
            self.at += 1;
        }
        let name = String::from_utf8_lossy(&self.text[start..self.at]).into_owned();
        let number = numbers(self.given).find(|(known, _)| *known == name);
        if let Some((_, value)) = number {
            // A numeric string stays as it is, unless an operator follows.
            return Ok(value.clone());
        }
        if !FUNCTIONS.contains(&name.as_str()) || self.peek() != Some(b'(') {
            let message = format!("function call '{name}' not allowed, or missing parameter '{name}'");
            return Err(fault(&message));
        }
        self.open()?;
        let mut args = Vec::new();
        if self.peek() != Some(b')') {
            args.push(self.sum_of_bits(evaluator)?);
            while self.eat(b',') {
                args.push(self.sum_of_bits(evaluator)?);
            }
        }
        self.close()?;
        evaluator.call_named(name.as_bytes(), args)
    }
}
