{$v|trim|default:'d'} {strlen('')|default:'d'} {"$u"|default:'d'} {$a.k|default:$a.l|default:'x'}
