a	{$v}	
{if 1}	
b{/if}	

