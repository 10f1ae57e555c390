//! The internal pointer of an array, which `next` and the like move within the variable.

use std::rc::Rc;

use super::args;
use super::register::{by_ref, moves};
use crate::php::{Array, Context, Function, Key, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[
    moves("current", 1, 1, |_, a| Ok(value_at(&*args::array(a, 0)?))),
    moves("pos", 1, 1, |_, a| Ok(value_at(&*args::array(a, 0)?))),
    moves("key", 1, 1, |_, a| {
        let array = args::array(a, 0)?;
        let entry = array.entry_at(array.pointer());
        Ok(entry.map_or(Value::Null, |(key, _)| Key::to_value(key)))
    }),
    by_ref(moves("reset", 1, 1, |c, a| go(c, a, |_| 0)), 1),
    by_ref(moves("end", 1, 1, |c, a| go(c, a, |array| array.len().saturating_sub(1))), 1),
    by_ref(moves("next", 1, 1, |c, a| go(c, a, |array| array.pointer().saturating_add(1).min(array.len()))), 1),
    // A position before the first entry is past the end too.
    by_ref(
        moves("prev", 1, 1, |c, a| {
            go(c, a, |array| match array.pointer() {
                0 => array.len(),
                past if past >= array.len() => array.len(),
                place => place - 1,
            })
        }),
        1,
    ),
];

fn value_at(array: &Array) -> Value {
    let entry = array.entry_at(array.pointer());
    entry.map_or(Value::Bool(false), |(_, value)| value.clone())
}

fn go(context: &mut Context<'_>, args: &mut [Value], to: fn(&Array) -> usize) -> Result<Value, PhpError> {
    let mut array = args::take_array(args, 0)?;
    let place = to(&array);
    if place != array.pointer() {
        // The variable still shares the array, so that moving its pointer copies it.
        context.charge(array.len())?;
        Rc::make_mut(&mut array).set_pointer(place);
    }
    let value = value_at(&array);
    args[0] = Value::Array(array);
    Ok(value)
}
