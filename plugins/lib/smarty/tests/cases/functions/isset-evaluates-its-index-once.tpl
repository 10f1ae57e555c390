{$b=[1,2,3,0]}{$a=[5,6,7,8]}
{if isset($a[array_pop($b)])}set{/if} {$b|count}
{if empty($a[array_pop($b)])}empty{else}full{/if} {$b|count}
{if isset($a[array_pop($b)].c)}set{else}unset{/if} {$b|count}
{$s='text'}{$i=0}{if isset($s[$i++])}set{/if} {$i} {if isset($s[$i++].x)}set{else}unset{/if} {$i} {if empty($a[$i++])}empty{else}full{/if} {$i}
{if isset($s['1'])}1{/if}{if isset($s['1x'])}2{/if}{if isset($s[9])}3{/if}{if isset($none[$i++])}4{/if} {$i}
