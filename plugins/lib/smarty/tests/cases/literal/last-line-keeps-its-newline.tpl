x{literal}
one

two

{/literal}

y
