{assign var=a value=$v+1}{$a} {assign var=b value=$v|cat:'x'}{$b} {assign var=c value="$v-{$v}"}{$c} {assign var=d value=($v > 1)}[{$d}] {assign var=e value=strlen('abc')}{$e}
