a=1
key={if 1}on{/if}
next=2
key={if 0}on{/if}
last=3
