//! The limits of a template and of a render. Beyond a limit the result is an error that names it, never a crash and
//! never a partial document.

/// Bytes of one source file. The largest file that FusionPBX ships has 0.2 MB.
pub const SOURCE_BYTES: usize = 4 << 20;

/// Nesting of blocks (`{if}` in `{foreach}` in …). FusionPBX's templates reach 7.
pub const BLOCK_NESTING: usize = 64;

/// Nesting of parentheses, indexes, strings and modifiers in one expression.
pub const EXPRESSION_NESTING: usize = 64;

/// The limits of one render; [`Limits::default`] has the values for provisioning files.
///
/// # Examples
/// ```
/// use dialplate_smarty::php::{Array, Clock};
/// use dialplate_smarty::{ErrorKind, Limits, Render, Template};
///
/// let template = Template::parse("endless.cfg", b"{while true}x{/while}")?;
/// let (variables, clock) = (Array::new(), Clock::stopped(0));
/// let mut render = Render::new(&variables, &clock);
/// render.limits = Limits { loop_steps: 1000, ..Limits::default() };
/// let error = template.render(&render).unwrap_err();
/// assert_eq!(error.kind, ErrorKind::Limit);
/// assert_eq!(error.message, "number of loop passes exceeds 1000");
/// # Ok::<(), dialplate_smarty::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the document and of all captured output. Phones fetch files of a few hundred KB, and phone books of
    /// some MB.
    pub output_bytes: usize,
    /// Passes of all loops together. A phone book of 20,000 contacts with ten fields needs 200,000.
    pub loop_steps: u64,
    /// Nesting of included files.
    pub include_depth: u32,
    /// Nesting of calls of template functions.
    pub call_depth: u32,
    /// Nesting of blocks, expressions, calls and includes, which bounds the evaluator's stack. A level takes up to 1
    /// KiB in a release build (4 KiB without optimization), so that 400 levels fit into the 512 KiB that wasmtime gives
    /// a component, and into the 2 MiB of a test's thread.
    pub depth: u32,
    /// Variables that exist at the same time, those of loops in includes included.
    pub variables: usize,
    /// The work of all functions and modifiers together, in units of roughly a nanosecond or a byte.
    pub fuel: u64,
    /// The largest values that one function may create.
    pub values: crate::php::ValueLimits,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            output_bytes: 16 << 20,
            loop_steps: 2_000_000,
            include_depth: 32,
            call_depth: 100,
            depth: 400,
            variables: 1_000_000,
            fuel: crate::php::ValueLimits::FUEL,
            values: crate::php::ValueLimits::default(),
        }
    }
}
