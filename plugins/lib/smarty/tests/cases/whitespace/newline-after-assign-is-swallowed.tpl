a
{$x=1}
b
{$x = [1,2]}
{assign var=y value=2}
{assign y 3}
{append var=z value=1}
{$z[]=2}
{$w.k='v'}
c{$x|count}{$y}{$z|count}{$w.k}
