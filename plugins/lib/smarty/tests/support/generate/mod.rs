//! Random templates, the same for the same seed.

mod assignments;
mod expressions;
mod modifiers;
mod mutations;
mod tags;

pub use assignments::assignment_template;
pub use expressions::expression_template;
pub use modifiers::modifier_template;
pub use mutations::mutated;
pub use tags::{PART, tag_template};

/// Variables of every PHP type that the generated templates use; `$u` is left undefined.
pub const VARIABLES: &str = r#"{
    "i": 7, "neg": -3, "z": 0, "one": 1, "big": 9223372036854775807,
    "f": 2.5, "half": -0.5, "whole": 3.0, "tiny": 0.00001, "huge": 1e20,
    "t": true, "no": false, "nul": null,
    "s": "text", "e": "", "num": "12", "dec": "3.50", "lead": " 4", "trail": "5 ", "px": "7px",
    "exp": "1e2", "zero": "0", "neg_s": "-8", "html": "<a href='x'>\"q\" & b</a>", "utf": "h\u00e9llo w\u00f6rld",
    "long": "The quick brown fox  jumps\nover the lazy dog", "bytes": {"$hex": "61e962ff"},
    "a": [3, "one", 2.5], "m": {"k": "v", "n": 5, "0": "first", "": "blank"}, "ea": [],
    "deep": {"l": [{"x": 1, "y": "b"}, {"x": 2}], "m": {"k": {"k": "kk"}}}
}"#;

/// xorshift64*, which is random enough for tests and saves a dependency.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() >> 33) as usize % end
    }

    /// True once in `n` calls, on average.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'t, T: ?Sized>(&mut self, from: &[&'t T]) -> &'t T {
        from[self.below(from.len())]
    }
}
