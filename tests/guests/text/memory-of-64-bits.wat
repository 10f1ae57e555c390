;; A memory with 64-bit addresses.
(module
  (memory (export "memory") i64 1)
  (func (export "describe") (result i32) (i32.const 0))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
  (func (export "prepare") (param i32 i32) (result i32) (i32.const 0))
  (func (export "render") (param i32) (result i32) (i32.const 0)))
