{function name="a-b"}x{/function}
