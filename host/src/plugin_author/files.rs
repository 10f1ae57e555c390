//! The files of new plugins: paths and contents, with placeholders that `scaffold.rs` fills.

use super::language::Language;

type File = (&'static str, &'static str);

/// The interface that a plugin in C or JavaScript is built on. The SDK brings its own.
const INTERFACE: File = ("wit/provision.wit", include_str!("../../../wit/0.2.1/provision.wit"));

const TEMPLATE: &str = "templates/@NAME@/one/{$mac}.cfg";

const CASES: [File; 4] = [
    ("tests/cases/front_desk/device.toml", include_str!("common/front_desk.toml.in")),
    ("tests/cases/front_desk/expected", include_str!("common/front_desk.expected.in")),
    ("tests/cases/nothing_set/device.toml", include_str!("common/nothing_set.toml.in")),
    ("tests/cases/nothing_set/expected", include_str!("common/nothing_set.expected.in")),
];

const RUST: [File; 8] = [
    ("Cargo.toml", include_str!("rust/Cargo.toml.in")),
    ("src/lib.rs", include_str!("rust/lib.rs.in")),
    ("README.md", include_str!("rust/README.md.in")),
    (".gitignore", "/target\n/build\n"),
    (".github/workflows/ci.yml", include_str!("rust/ci.yml.in")),
    (TEMPLATE, include_str!("rust/template.in")),
    ("tests/description", include_str!("rust/description.in")),
    ("tests/user_agents.toml", include_str!("rust/user_agents.toml.in")),
];

const C: [File; 15] = [
    ("compile_flags.txt", include_str!("c/compile_flags.txt")),
    ("src/plugin.c", include_str!("c/plugin.c.in")),
    ("src/template.h", include_str!("c/template.h")),
    ("src/template.c", include_str!("c/template.c")),
    ("src/render.c", include_str!("c/render.c")),
    ("src/text.h", include_str!("c/text.h")),
    ("src/text.c", include_str!("c/text.c")),
    ("libc/stdlib.h", include_str!("c/libc/stdlib.h")),
    ("libc/string.h", include_str!("c/libc/string.h")),
    ("libc/libc.c", include_str!("c/libc/libc.c")),
    ("README.md", include_str!("c/README.md.in")),
    (".gitignore", "/build\n"),
    (".github/workflows/ci.yml", include_str!("c/ci.yml")),
    (TEMPLATE, include_str!("common/template.in")),
    INTERFACE,
];

const JAVASCRIPT: [File; 10] = [
    ("package.json", include_str!("js/package.json.in")),
    ("build.js", include_str!("js/build.js")),
    ("src/plugin.js", include_str!("js/plugin.js.in")),
    ("src/template.js", include_str!("js/template.js")),
    ("src/text.js", include_str!("js/text.js")),
    ("README.md", include_str!("js/README.md.in")),
    (".gitignore", "/build\n/node_modules\n"),
    (".github/workflows/ci.yml", include_str!("js/ci.yml")),
    (TEMPLATE, include_str!("common/template.in")),
    INTERFACE,
];

/// The files of a new plugin in this language.
pub fn of(language: Language) -> impl Iterator<Item = File> {
    let own: &[File] = match language {
        Language::Rust => &RUST,
        Language::C => &C,
        Language::JavaScript => &JAVASCRIPT,
    };
    own.iter().chain(&CASES).copied()
}
