a{* x {* y *} z *}b
