{foreach from=$l item=v key=k}{$v@key}{$k} {/foreach}
