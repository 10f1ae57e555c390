{cycle values="a,b" assign=c}[{$c}]{cycle}[{$c}]
