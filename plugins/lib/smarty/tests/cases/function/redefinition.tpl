{function f}one{/function}{f}{function f}two{/function}{f}
