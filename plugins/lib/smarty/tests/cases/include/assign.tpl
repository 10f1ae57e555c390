{include file="part.tpl" assign=x}[{$x}] {include file="part.tpl" assign="y" n=5}{$y|trim}
