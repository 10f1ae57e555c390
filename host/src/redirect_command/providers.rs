//! `dialplate redirect providers`.

use crate::admin_command::write_json;
use crate::redirect::Service;
use anyhow::Result;
use std::io::Write;

/// Prints what each service is and needs.
///
/// # Errors
/// Standard output cannot be written.
pub fn providers(json: bool, out: &mut impl Write) -> Result<()> {
    let services = Service::all();
    if json {
        return write_json(out, &services);
    }
    for Service { name, maker, product, access, needs, upload, pace, source, .. } in services {
        writeln!(out, "{name}: {product} ({maker})")?;
        for (head, text) in
            [("access", access), ("needs", needs), ("upload", upload), ("pace", pace), ("source", source)]
        {
            writeln!(out, "  {head}: {text}")?;
        }
    }
    Ok(())
}
