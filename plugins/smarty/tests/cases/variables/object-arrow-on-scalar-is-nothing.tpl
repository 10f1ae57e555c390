{$v->name}
