{function f}x
