{end(explode(',','a,b'))} {'a,b'|explode:','|count} {$l|end} {end($l)} {if false}{sort([1])}{/if}ok {end($l|array_reverse)}
