{$v->name()}
