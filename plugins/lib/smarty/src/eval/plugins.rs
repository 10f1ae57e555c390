//! `{counter}` and `{cycle}`; `{math}` has its own file.

use super::records::Counter;
use super::{Code, Evaluator, RenderResult};
use crate::error::Problem;
use crate::php::{Str, Value, arithmetic};
use crate::program::{Plugin, PluginTag};

/// The evaluated attributes of a function tag.
pub(super) struct EvaluatedAttributes(pub Vec<(Str, Value)>);

impl EvaluatedAttributes {
    /// The value of an attribute that is present and not null.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        let found = self.0.iter().rev().find(|(known, _)| known.as_bytes() == name.as_bytes());
        found.map(|(_, value)| value).filter(|value| !value.is_null())
    }

    /// The value of an attribute that is present, even null.
    pub(super) fn last(&self, name: &str) -> Option<&Value> {
        let found = self.0.iter().rev().find(|(known, _)| known.as_bytes() == name.as_bytes());
        found.map(|(_, value)| value)
    }

    /// The text of an attribute; empty if it is absent.
    pub(super) fn text(&self, name: &str) -> Str {
        self.last(name).map(Value::to_str).unwrap_or_default()
    }

    pub(super) fn is_set(&self, name: &str) -> bool {
        self.last(name).is_some_and(Value::truthy)
    }
}

impl Evaluator<'_> {
    pub(super) fn plugin(&mut self, code: &Code<'_>, tag: &PluginTag) -> RenderResult<Value> {
        if !self.frame.functions.is_empty()
            && let Some(output) = self.function_instead(code, tag)?
        {
            return Ok(output);
        }
        let mut given = Vec::with_capacity(tag.params.len());
        for (name, value) in &tag.params {
            given.push((name.clone(), self.eval(code, *value)?));
        }
        let given = EvaluatedAttributes(given);
        match tag.plugin {
            Plugin::Counter => self.counter(&given),
            Plugin::Cycle => self.cycle(&given),
            Plugin::Math => self.math(&given),
            Plugin::Html(tag) => self.html(tag, &given),
        }
    }

    fn counter(&mut self, given: &EvaluatedAttributes) -> RenderResult<Value> {
        let name = name_of(given.get("name"))?;
        let fresh = Counter { count: Value::Int(1), skip: Value::Int(1), down: false, assign: None };
        let mut counter = self.counters.remove(&name).unwrap_or(fresh);
        if let Some(start) = given.get("start") {
            counter.count = Value::Int(start.to_int());
        }
        if let Some(assign) = given.get("assign").filter(|assign| assign.truthy()) {
            counter.assign = Some(assign.clone());
        }
        if let Some(assign) = counter.assign.clone() {
            self.assign_to(&assign, counter.count.clone())?;
        }
        let prints = match given.get("print") {
            Some(print) => print.truthy(),
            None => counter.assign.is_none(),
        };
        let printed = if prints { counter.count.clone() } else { Value::Null };
        if let Some(skip) = given.get("skip") {
            counter.skip = skip.clone();
        }
        if let Some(direction) = given.get("direction") {
            counter.down = matches!(direction, Value::Str(s) if s.as_bytes() == b"down");
        }
        counter.count = match counter.down {
            true => arithmetic::subtract(&counter.count, &counter.skip)?,
            false => arithmetic::add(&counter.count, &counter.skip)?,
        };
        self.counters.insert(name, counter);
        Ok(printed)
    }

    fn cycle(&mut self, given: &EvaluatedAttributes) -> RenderResult<Value> {
        let name = given.get("name").filter(|name| name.truthy());
        let name = name_of(name)?;
        let mut cycle = self.cycles.remove(&name).unwrap_or_default();
        match given.get("values") {
            Some(values) => {
                if let Some(old) = &cycle.values
                    && !crate::php::compare::identical(old, values)?
                {
                    cycle.index = Some(0);
                }
                cycle.values = Some(values.clone());
            }
            None if cycle.values.is_none() => {
                return Err(Problem::fault("cycle: missing 'values' parameter"));
            }
            None => {}
        }
        if let Some(delimiter) = given.get("delimiter") {
            cycle.delimiter = Some(delimiter.clone());
        }
        let delimiter = cycle.delimiter.get_or_insert_with(|| Value::from(",")).to_str();
        let values = split_values(cycle.values.as_ref(), &delimiter)?;
        let flag = |name: &str, otherwise| given.get(name).map_or(otherwise, Value::truthy);
        let index = match cycle.index {
            Some(index) if !flag("reset", false) => index,
            _ => 0,
        };
        let current = values.get(index).cloned().unwrap_or_default();
        let mut printed = if flag("print", true) { current.clone() } else { Value::Null };
        if let Some(assign) = given.get("assign") {
            self.assign_to(assign, current)?;
            printed = Value::Null;
        }
        cycle.index = Some(match flag("advance", true) {
            true if index + 1 >= values.len() => 0,
            true => index + 1,
            false => index,
        });
        self.cycles.insert(name, cycle);
        Ok(printed)
    }
}

/// The name of a counter or a cycle, which is the key of an array.
fn name_of(name: Option<&Value>) -> RenderResult<Str> {
    match name {
        Some(name) => Ok(name.to_key()?.to_str()),
        None => Ok("default".into()),
    }
}

/// The values to cycle through: the entries of an array, or the parts of a text.
fn split_values(values: Option<&Value>, delimiter: &Str) -> RenderResult<Vec<Value>> {
    let text = match values {
        Some(Value::Array(array)) => {
            // By index: an array without the keys 0, 1 … has null there.
            let len = i64::try_from(array.len()).unwrap_or(i64::MAX);
            let at = |i| array.get(crate::php::KeyRef::Int(i)).cloned().unwrap_or_default();
            return Ok((0..len).map(at).collect());
        }
        Some(other) => other.to_str(),
        None => Str::default(),
    };
    if delimiter.is_empty() {
        return Err(Problem::fault("explode(): Argument #1 ($separator) cannot be empty"));
    }
    let mut parts = Vec::new();
    let mut rest = text.as_bytes();
    while let Some(at) = memchr::memmem::find(rest, delimiter) {
        parts.push(&rest[..at]);
        rest = &rest[at + delimiter.len()..];
    }
    parts.push(rest);
    let part = |part| Value::Str(Str::new(part).with_trust_of(text.is_untrusted()));
    Ok(parts.into_iter().map(part).collect())
}
