{capture name=c}from part{/capture}
