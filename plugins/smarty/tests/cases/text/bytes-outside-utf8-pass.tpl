café ÿþ {$v} €
