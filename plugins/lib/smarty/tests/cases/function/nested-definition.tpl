{function outer}O{function inner}I{/function}{inner}{/function}{outer}
