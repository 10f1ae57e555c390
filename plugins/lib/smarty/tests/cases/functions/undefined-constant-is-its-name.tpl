{'x'|cat:NO_SUCH} {if NO_SUCH == 'NO_SUCH'}same{/if}
