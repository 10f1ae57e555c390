;; `describe` returns a million patterns that all point to the same megabyte: small here, 1 TB once copied. A record of
;; the list has 32 bytes, and each of its strings is the complete second MB.
(module
  (memory (export "memory") 1024)
  (func (export "describe") (result i32)
    (local $at i32)
    (local.set $at (i32.const 2097152))
    (loop
      (i32.store (local.get $at) (i32.const 1048576))
      (i32.store offset=4 (local.get $at) (i32.const 1048576))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if 0 (i32.lt_u (local.get $at) (i32.const 60000000))))
    ;; name, version and vendors are empty.
    (i32.store offset=24 (i32.const 64) (i32.const 2097152))
    (i32.store offset=28 (i32.const 64) (i32.const 1000000))
    (i32.const 64))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
  (func (export "prepare") (param i32 i32) (result i32) (i32.const 0))
  (func (export "render") (param i32) (result i32) (i32.const 0)))
