{'abc'|UPPER}{'abc'|Truncate:1:''}{'abc'|CAPITALIZE}{'a b'|Escape:'url'}{''|DEFAULT:'b'}{'a'|Cat:'x'}{'abc'|STRTOUPPER}{'x'|In_Array:['x']}
