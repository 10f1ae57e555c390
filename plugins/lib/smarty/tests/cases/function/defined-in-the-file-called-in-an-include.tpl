{function f}F{$v}{/function}{include file="part.tpl"}
