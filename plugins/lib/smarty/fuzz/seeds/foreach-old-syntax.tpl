{foreach from=$l item=v}{$v},{/foreach} {foreach from=$l item="v" key="k" name="n"}{$k}{$v}{$smarty.foreach.n.index}{/foreach} {foreach item=v key=k from=$l}{$k}{/foreach}
