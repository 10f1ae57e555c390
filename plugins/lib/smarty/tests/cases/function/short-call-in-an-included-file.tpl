{function line}<{$no|default:0}>{/function}
{include 'part.tpl'} {include 'part.tpl' assign=text}[{$text}]
{foreach [1,2] as $no}{include 'deep.tpl'}{/foreach}
