{'abc É é'|upper} {'ABC É é'|lower} {5|upper} {1.5|lower} {''|upper}|{null|upper}|{true|lower} {'straße'|upper} {'ÀÖ'|lower} {'İ'|lower|count_characters}
