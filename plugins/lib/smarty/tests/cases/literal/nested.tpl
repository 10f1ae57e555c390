{literal}a{literal}b{/literal}c{/literal}d
