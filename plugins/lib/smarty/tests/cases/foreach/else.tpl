{foreach $e as $v}x{foreachelse}none{/foreach} {foreach from=$e item=v}x{foreachelse}none{/foreach} {foreach [1] as $v}x{foreachelse}none{/foreach}
