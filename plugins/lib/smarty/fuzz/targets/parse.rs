//! Any bytes parse or are refused; nothing panics.
#![no_main]

use dialplate_smarty::Template;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &[u8]| {
    match Template::parse("fuzz.tpl", source) {
        Ok(template) => drop(template.reads()),
        Err(error) => {
            assert!(error.line >= 1 && error.column >= 1);
            drop(error.with_source(source).report());
        }
    }
});
