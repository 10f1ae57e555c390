{include 'part.tpl' cache_id=$n++ compile_id=$n++ cache_lifetime=$n++}{$n}
