//! `dialplate_fuzz::request` under libFuzzer; without `cfg(fuzzing)`, for each file that is an argument.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| dialplate_fuzz::request(input));

#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    for file in std::env::args_os().skip(1) {
        dialplate_fuzz::request(&std::fs::read(file)?);
    }
    Ok(())
}
