//! Questions about names: constants and functions, as far as they exist for templates; and `uniqid`, which is the
//! clock in another form.

use super::args;
use super::register::moves;
use crate::php::{Context, Fault, Function, Value, constant};

pub const FUNCTIONS: &[Function] = &[
    moves("constant", 1, 1, |_, a| {
        let name = args::text(a, 0)?;
        let missing = || Fault::error(format!("Undefined constant \"{}\"", name.to_lossy()));
        constant(&name).ok_or_else(missing)
    }),
    moves("defined", 1, 1, |_, a| Ok(constant(&args::text(a, 0)?).is_some().into())),
    moves("function_exists", 1, 1, |_, a| Ok(super::find(&args::text(a, 0)?).is_some().into())),
    moves("is_callable", 1, 1, |_, a| Ok(matches!(&a[0], Value::Str(name) if super::find(name).is_some()).into())),
    moves("uniqid", 0, 2, uniqid),
];

fn uniqid(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, Fault> {
    if args::flag_or(args, 1, false)? {
        return Err(Fault::error("more entropy is not available in templates"));
    }
    let mut out = args::text_or(args, 0, b"")?.to_vec();
    let clock = context.clock;
    out.extend(format!("{:08x}{:05x}", clock.seconds, clock.nanoseconds / 1000).bytes());
    Ok(Value::from(out))
}
