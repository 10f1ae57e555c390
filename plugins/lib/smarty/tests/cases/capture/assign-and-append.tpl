{capture assign=a}A{/capture}{capture append=l}1{/capture}{capture append=l}2{/capture}{$a}{$l|count}{$l.0}{$l.1} {capture name=n assign=b}B{/capture}{$b}{$smarty.capture.n}
