a{if 1} 
b{/if}	
c{* x *} 
d
