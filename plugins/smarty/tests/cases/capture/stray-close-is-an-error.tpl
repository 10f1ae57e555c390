{/capture}
