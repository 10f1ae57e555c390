//! Constructors for the tables of functions.

use crate::php::call::Taint;
use crate::php::{Context, Function, PhpError, Value};

type Call = fn(&mut Context<'_>, &mut [Value]) -> Result<Value, PhpError>;

/// The value of `max` for any number of arguments.
pub const MANY: usize = usize::MAX;

const fn entry(name: &'static str, min: usize, max: usize, taint: Taint, call: Call) -> Function {
    let max = if max == MANY { None } else { Some(max) };
    Function { name, min, max, by_ref: 0, takes_values: false, taint, call }
}

/// A function that makes text from its arguments.
pub const fn makes(name: &'static str, min: usize, max: usize, call: Call) -> Function {
    entry(name, min, max, Taint::Propagates, call)
}

/// A function that returns values from its arguments, or a number.
pub const fn moves(name: &'static str, min: usize, max: usize, call: Call) -> Function {
    entry(name, min, max, Taint::Preserves, call)
}

/// A function that returns escaped or opaque text.
pub const fn escapes(name: &'static str, min: usize, max: usize, call: Call) -> Function {
    entry(name, min, max, Taint::Escapes, call)
}

/// The same function with the arguments in `bits` passed by reference.
pub const fn by_ref(mut function: Function, bits: u32) -> Function {
    function.by_ref = bits;
    function
}

/// The same function, whose arguments by reference may also be values.
pub const fn by_ref_or_value(mut function: Function) -> Function {
    function.takes_values = true;
    function
}
