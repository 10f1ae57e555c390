{counter start=3 assign=c}[{$c}] {counter}[{$c}] {counter print=false}[{$c}] {counter print=true} {counter name=q print=false}[]
