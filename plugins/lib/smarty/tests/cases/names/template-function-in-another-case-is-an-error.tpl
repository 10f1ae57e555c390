{function Abc}x{/function}{abc}
