{'hello there'|count_characters} {'hello there'|count_characters:true} {'é ü'|count_characters} {''|count_characters} {12345|count_characters} {" a	b "|count_characters}
