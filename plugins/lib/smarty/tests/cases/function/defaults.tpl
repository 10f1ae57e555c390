{function name=f a=1 b="x" c=[1,2]}{$a}{$b}{$c|count} {/function}{f}{f a=5}{f b='y' c=[1]}
