a
{literal}
  function f() { return {$v}; }
{/literal}
b
