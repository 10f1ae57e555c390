//! How much one template, and one render of it, may use. Beyond any of these lies an error that names the
//! limit, never a crash and never half a file.

/// Bytes of one source file. The largest that FusionPBX ships has 0.2 MB.
pub const SOURCE_BYTES: usize = 4 << 20;

/// Blocks within blocks (`{if}` in `{foreach}` in …). Shipped templates reach 7.
pub const BLOCK_NESTING: usize = 64;

/// Parentheses, indexes, strings and modifiers within each other in one expression.
pub const EXPRESSION_NESTING: usize = 64;

/// What one render may use; [`Limits::default`] has the values for provisioning files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the document and of everything captured meanwhile. Phones take files of a few hundred KB;
    /// phone books reach some MB.
    pub output_bytes: usize,
    /// Passes through all loops together. A phone book of 20,000 contacts with ten fields has 200,000.
    pub loop_steps: u64,
    /// Files including files.
    pub include_depth: u32,
    /// Template functions calling template functions.
    pub call_depth: u32,
    /// Blocks, expressions, calls and includes within each other: what bounds the machine's stack. A level
    /// takes up to 1 KiB in the release build (4 KiB without optimization), so that 400 stay within the
    /// 512 KiB that wasmtime gives a component, and within the 2 MiB of a test's thread.
    pub depth: u32,
    /// Variables alive at once, loops in includes included.
    pub variables: usize,
    /// Work units (about a nanosecond or a byte) of all functions and modifiers together.
    pub fuel: u64,
    /// What a single function may make.
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
