{'one two, three-four 5five é'|count_words} {'One. Two! Three? four.x Five.'|count_sentences} {"a

b
c"|count_paragraphs} {''|count_words} {''|count_paragraphs} {'no end'|count_sentences}
