{function f}F{/function}{function g}G{/function}
