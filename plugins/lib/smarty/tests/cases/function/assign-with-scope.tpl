{function f}{$v='p' scope=parent}{assign var=w value=2 scope=root}{/function}{f}[{$v}][{$w}]
