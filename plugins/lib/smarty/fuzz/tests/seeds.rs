//! The fuzz targets run over their seeds.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[test]
fn seeds_pass_the_fuzz_target() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/seeds");
    for seed in std::fs::read_dir(folder).unwrap() {
        let input = std::fs::read(seed.unwrap().path()).unwrap();
        dialplate_smarty_fuzz::parse(&input);
        dialplate_smarty_fuzz::render(&input);
    }
}
