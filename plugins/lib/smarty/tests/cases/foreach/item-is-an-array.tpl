{foreach $lines as $n => $line}{$n}:{$line.user}@{$line.host|default:'none'} {/foreach}
