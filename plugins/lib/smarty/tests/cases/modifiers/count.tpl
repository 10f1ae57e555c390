{[1,2,3]|count} {[]|count} {[1,[2,3]]|count} {[1,[2,3]]|count:1} {$a|@count} {$o|count}
