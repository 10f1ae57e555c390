{$list=timezone_abbreviations_list()}{count($list)} {count($list.est)}
{foreach $list.acst as $zone}{$zone.timezone_id} {$zone.offset} {if $zone.dst}summer{else}winter{/if}
{/foreach}
{foreach ['cest','nzdt','z','bst'] as $name}{$name} {$list.$name.0.offset} {var_export($list.$name.0.timezone_id,true)}
{/foreach}
{$keys=array_keys($list)}{$keys.0} {$keys.143}
