{"a
b"|nl2br} [{'secret'|noprint}]
