a
b{/literal}
