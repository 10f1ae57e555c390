{math equation="x+1" x=1 assign=m}[{$m}] {math equation="x+1" x=2 assign="n" format="%02d"}[{$n}]
