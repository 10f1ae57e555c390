{function f}F{/function}
