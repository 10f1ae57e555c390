a
{/setfilter}