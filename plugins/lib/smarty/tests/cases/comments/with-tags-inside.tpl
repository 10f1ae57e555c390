a{* {if 1} {$x} {literal} *}b
