{function f}{$a|gettype},{/function}{f a=1}{f a=1.5}{f a='x'}{f a=true}{f a=null}{f a=[1]}{f a=word}{f a=$u}
