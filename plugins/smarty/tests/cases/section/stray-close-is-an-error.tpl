{/section}
