{'ab'|cat:!$off|upper} {'ab'|cat:!1|strlen} {'ab'|cat:!!0|strlen} {'ab'|cat:not $off|upper}
{'ab'|cat:-$n|strlen} {'ab'|cat:- -1|strlen} {'ab'|cat:(int)$n|strlen} {'ab'|cat:!$n:'c'|upper}
