{str_rot13('abc')} {count_chars('abca',3)} {soundex('Robert')} {similar_text('World','Word')} {strrev('abc')} {ucwords('a b')}
