//! Differences and intersections of arrays, and `array_unique`. Values are compared as text.

use std::borrow::Cow;
use std::collections::HashSet;

use rustc_hash::FxBuildHasher;

use super::args;
use super::register::{MANY, moves};
use super::sort::{SortOrder, sorted};
use crate::php::{Array, Context, Function, Key, PhpError, Value};

type FxHashSet<T> = HashSet<T, FxBuildHasher>;

pub const FUNCTIONS: &[Function] = &[
    moves("array_diff", 1, MANY, |_, a| by_value(a, false)),
    moves("array_intersect", 1, MANY, |_, a| by_value(a, true)),
    moves("array_diff_key", 1, MANY, |_, a| by_entry(a, false, false)),
    moves("array_intersect_key", 1, MANY, |_, a| by_entry(a, true, false)),
    moves("array_diff_assoc", 1, MANY, |_, a| by_entry(a, false, true)),
    moves("array_intersect_assoc", 1, MANY, |_, a| by_entry(a, true, true)),
    moves("array_unique", 1, 2, unique),
];

fn others(args: &[Value]) -> Result<Vec<std::rc::Rc<Array>>, PhpError> {
    (1..args.len()).map(|i| args::array(args, i)).collect()
}

fn keep(array: &Array, mut wanted: impl FnMut(&Key, &Value) -> bool) -> Value {
    Value::array(array.iter().filter(|(k, v)| wanted(k, v)).map(|(k, v)| (k.clone(), v.clone())).collect())
}

fn by_value(args: &[Value], common: bool) -> Result<Value, PhpError> {
    let (array, others) = (args::array(args, 0)?, others(args)?);
    let texts: Vec<FxHashSet<Cow<'_, [u8]>>> =
        others.iter().map(|other| other.values().map(Value::to_bytes).collect()).collect();
    Ok(keep(&array, |_, value| {
        let text = value.to_bytes();
        if common { texts.iter().all(|t| t.contains(&text)) } else { !texts.iter().any(|t| t.contains(&text)) }
    }))
}

fn by_entry(args: &[Value], common: bool, with_value: bool) -> Result<Value, PhpError> {
    let (array, others) = (args::array(args, 0)?, others(args)?);
    Ok(keep(&array, |key, value| {
        let mut has = others
            .iter()
            .map(|other| other.get(key.as_ref()).is_some_and(|o| !with_value || o.to_bytes() == value.to_bytes()));
        if common { has.all(|h| h) } else { !has.any(|h| h) }
    }))
}

fn unique(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    const SORT_STRING: i64 = 2;
    let (array, flags) = (args::array(args, 0)?, args::int_or(args, 1, SORT_STRING)?);
    if flags == SORT_STRING {
        let mut seen = FxHashSet::default();
        return Ok(keep(&array, |_, value| seen.insert(value.to_bytes().into_owned())));
    }
    // Compares neighbours of the sorted entries; of equal ones, the first in the array stays.
    let order = SortOrder::new(flags);
    let entries: Vec<(Key, Value)> = array.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    let entries = sorted(entries, &|a, b| order.values(&a.1, &b.1))?;
    let mut kept: FxHashSet<Key> = FxHashSet::default();
    let mut last: Option<&Value> = None;
    for (key, value) in &entries {
        let fresh = match last {
            None => true,
            Some(last) => order.values(last, value)? != 0,
        };
        if fresh {
            kept.insert(key.clone());
            last = Some(value);
        }
    }
    Ok(keep(&array, |key, _| kept.contains(key)))
}
