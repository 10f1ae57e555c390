//! `dialplate-componentize CORE COMPONENT`: writes the component of a core module. `build.sh` calls it.

use anyhow::{Context, Result, bail};
use std::path::Path;

fn main() -> Result<()> {
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    let [core, component] = args.as_slice() else {
        bail!("usage: dialplate-componentize CORE COMPONENT");
    };
    let (core, component) = (Path::new(core), Path::new(component));
    let module = std::fs::read(core).with_context(|| format!("cannot read {}", core.display()))?;
    let bytes = dialplate_componentize::component(&module).with_context(|| core.display().to_string())?;
    dialplate_componentize::replace(component, &bytes).with_context(|| format!("cannot write {}", component.display()))
}
