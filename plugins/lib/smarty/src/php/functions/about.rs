//! PHP's constants by name, and `uniqid`, which encodes the clock. `tables` has the functions that look up functions.

use super::args;
use super::register::moves;
use crate::php::{Context, Function, PhpError, Value, constant};

pub const FUNCTIONS: &[Function] = &[
    moves("constant", 1, 1, |_, a| {
        let name = args::text(a, 0)?;
        let missing = || PhpError::error(format!("Undefined constant \"{}\"", name.to_lossy()));
        constant(&name).ok_or_else(missing)
    }),
    moves("defined", 1, 1, |_, a| Ok(constant(&args::text(a, 0)?).is_some().into())),
    moves("uniqid", 0, 2, uniqid),
];

fn uniqid(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    if args::flag_or(args, 1, false)? {
        return Err(PhpError::error("more entropy is not available in templates"));
    }
    let mut out = args::text_or(args, 0, b"")?.to_vec();
    let now = context.clock.now();
    out.extend(format!("{:08x}{:05x}", now.seconds, now.nanoseconds / 1000).bytes());
    Ok(Value::from(out))
}
