[{$v|upper|bin2hex}][{$v|lower|bin2hex}][{$v|strlen}][{$v|count_characters}][{$v|capitalize|bin2hex}][{$v|strip|bin2hex}][{$v|cat:'x'|bin2hex}]
