a
{literal}
{b}
{/literal}
c
