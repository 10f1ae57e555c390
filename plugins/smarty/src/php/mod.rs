//! PHP 8's semantics of values.
