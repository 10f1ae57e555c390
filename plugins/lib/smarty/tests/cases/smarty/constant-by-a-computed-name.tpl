{$smarty.const.$which} {$smarty.const.{$which}} {$smarty.const.{"M_$part"}|round:2} [{$smarty.const.$none}] [{$smarty.const}] [{$smarty.const.5}]
{foreach ['M_PI','M_E'] as $name}{$smarty.const.$name|string_format:'%.3f'} {/foreach}{$smarty.const.$none|default:'d'}
