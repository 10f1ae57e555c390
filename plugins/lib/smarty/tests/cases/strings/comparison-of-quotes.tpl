{if "a" == 'a'}same{/if} {if "$v" === 'V'}same{/if}
