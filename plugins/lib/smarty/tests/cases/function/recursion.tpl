{function tree}<{$n.name}{foreach $n.kids as $k}{tree n=$k}{/foreach}>{/function}{tree n=$root}
