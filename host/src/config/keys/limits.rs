//! Keys of what a plugin may use, and of what the server keeps of its documents.

use super::key::{ConfigKey, number};
use crate::{documents, plugin};

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const TIB: u64 = 1 << 40;

/// What a plugin may use for one render.
pub fn render_limits() -> Vec<ConfigKey> {
    let limits = plugin::Config::default();
    let memory = (64 << 10)..=GIB;
    vec![
        number("render_timeout_ms", "ms", limits.render_timeout_ms, 1..=60_000, "Time limit for rendering one file"),
        number(
            "render_memory_bytes_max",
            "bytes",
            limits.render_memory_bytes_max,
            memory.clone(),
            "Memory that one render may use beyond the prepared templates",
        ),
        number("output_bytes_max", "bytes", limits.output_bytes_max, memory, "Size limit of a rendered file"),
        number(
            "stack_bytes_max",
            "bytes",
            limits.stack_bytes_max,
            (64 << 10)..=16 * MIB,
            "Stack of a plugin's nested calls",
        ),
        number(
            "table_entries_max",
            "entries",
            limits.table_entries_max,
            100..=10_000_000,
            "Functions that a plugin may call through one table of pointers",
        ),
        number(
            "contacts_rows_max",
            "rows",
            limits.contacts_rows_max,
            0..=1_000_000,
            "Contacts that a phone book may have",
        ),
        number(
            "questions_max",
            "calls",
            limits.questions_max,
            0..=1_000_000,
            "How often one render may ask for contacts or an extension",
        ),
        number(
            "log_lines_max",
            "lines",
            limits.log_lines_max,
            0..=10_000,
            "Lines that a plugin may log in one call; further lines are only counted",
        ),
        number(
            "log_line_chars_max",
            "characters",
            limits.log_line_chars_max,
            1..=100_000,
            "Length of a plugin's log line; the rest is cut off",
        ),
        number(
            "instances_max",
            "renders",
            limits.instances_max,
            1..=1_000,
            "Renders at the same time; further ones wait",
        ),
        number(
            "failures_max",
            "renders",
            limits.failures_max,
            1..=1_000_000,
            "Failed renders in a row after which a template folder is retried less often",
        ),
    ]
}

/// What the server keeps between requests.
pub fn kept() -> Vec<ConfigKey> {
    vec![number(
        "documents_bytes_max",
        "bytes",
        documents::BYTES_MAX,
        0..=TIB,
        "Memory for documents that are rendered once; 0 renders each document for each request",
    )]
}

/// What a plugin may use to be compiled and prepared with its templates.
pub fn build_limits() -> Vec<ConfigKey> {
    let limits = plugin::Config::default();
    let memory = (64 << 10)..=GIB;
    vec![
        number("component_bytes_max", "bytes", limits.component_bytes_max, 1..=GIB, "Size limit of a plugin's file"),
        number(
            "prepare_timeout_ms",
            "ms",
            limits.prepare_timeout_ms,
            1..=600_000,
            "Time limit for preparing a plugin with its templates",
        ),
        number(
            "prepare_memory_bytes_max",
            "bytes",
            limits.prepare_memory_bytes_max,
            memory.clone(),
            "Memory that a plugin may use to prepare its templates",
        ),
        number(
            "prepare_output_bytes_max",
            "bytes",
            limits.prepare_output_bytes_max,
            memory,
            "Size limit of a plugin's description of itself and its templates",
        ),
        number(
            "compile_cpu_s_max",
            "s",
            limits.compile_cpu_s_max,
            1..=3_600,
            "Processor time that compiling a plugin may take",
        ),
        number(
            "compile_memory_bytes_max",
            "bytes",
            limits.compile_memory_bytes_max,
            64 * MIB..=TIB,
            "Memory that compiling a plugin may take",
        ),
        number(
            "code_bytes_max",
            "bytes",
            limits.code_bytes_max,
            MIB..=TIB,
            "Size limit of a plugin's machine code with its prepared templates",
        ),
        number(
            "cache_bytes_max",
            "bytes",
            limits.cache_bytes_max,
            MIB..=TIB,
            "Size limit of the cache of compiled plugins; the oldest files are removed first",
        ),
    ]
}
