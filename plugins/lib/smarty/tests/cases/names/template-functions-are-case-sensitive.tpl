{function Abc}x{/function}{Abc}{call Abc}
