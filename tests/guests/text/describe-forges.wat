;; `describe` returns a name at an address outside of the memory.
(module
  (memory (export "memory") 1)
  (data (i32.const 64) "\00\00\f0\ff\ff\00\00\00")
  (func (export "describe") (result i32) (i32.const 64))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
  (func (export "prepare") (param i32 i32) (result i32) (i32.const 0))
  (func (export "render") (param i32) (result i32) (i32.const 0)))
