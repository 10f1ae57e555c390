;; `describe` grows a table, which the server keeps outside of the plugin's memory.
(module
  (memory (export "memory") 1)
  (table $t 1 funcref)
  (func (export "describe") (result i32)
    (loop (drop (table.grow $t (ref.null func) (i32.const 50000))) (br 0)) (i32.const 0))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
  (func (export "prepare") (param i32 i32) (result i32) (i32.const 0))
  (func (export "render") (param i32) (result i32) (i32.const 0)))
