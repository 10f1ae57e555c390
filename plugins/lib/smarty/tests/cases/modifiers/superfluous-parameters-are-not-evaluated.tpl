{'a'|upper:$i++}{'a'|lower:$word.key}{'a b'|count_words:strlen([])}{'a'|indent:1:' ':$word.key}
{'a'|count_characters:true:$i++}{'a'|strip:'':$i++}{'a'|strip_tags:$i++}{1.5|round:1:1:$i++}{'a'|noprint:$i++}{$i}
{'a'|truncate:5:'':false:false:$i++}{$i}
