//! `dialplate_smarty_fuzz::render` under libFuzzer; without `cfg(fuzzing)`, for each file that is an argument.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| dialplate_smarty_fuzz::render(input));

#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    for file in std::env::args_os().skip(1) {
        dialplate_smarty_fuzz::render(&std::fs::read(file)?);
    }
    Ok(())
}
