{assign var=x value=word}{$x} {assign var=y value=two_words}{$y} {"a"|cat:word}
