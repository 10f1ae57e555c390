a
{'x'|escape:'nosuch'}
