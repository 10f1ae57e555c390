{\strlen('four')} {if \count([1,2]) == 2}two{/if} {\PHP_INT_SIZE} {'x'|cat:\PHP_INT_SIZE} {\M_PI|round:2} {\true}
{foreach \range(1,3) as $q}{$q}{/foreach} {\Strlen('four') + 1} {if false}{\NO_SUCH}{/if} {$x = \strlen('abc')}{$x}
